// Beginning: controls are filled from the rows, the address is read, and everything is drawn from one state.
const options = name => {
  const counts = new Map();
  for (const row of data.rows) counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
  const worded = value => (name === "origin" && value === "" ? "models" : name === "verification" ? display.verification[value].word : value);
  return [...counts].sort(([a], [b]) => collator.compare(a, b)).filter(([value]) => value !== "")
    .map(([value, count]) => el("option", { value }, `${String(worded(value)).slice(0, 60)} (${count})`));
};
find("selects").append(...Object.entries(FILTERS).map(([name, word]) => {
  const choice = el("select", { id: `by-${name}` }, el("option", { value: "" }, "all"), ...options(name));
  choice.addEventListener("change", () => change({ [name]: choice.value }));
  return el("label", {}, word, choice);
}));

let typed = 0;
const controls = () => {
  if (find("q").value !== state.q) find("q").value = state.q;
  find("tree").checked = state.tree;
  for (const name of Object.keys(FILTERS)) find(`by-${name}`).value = state[name];
  find("active").textContent = chosen().length ? ` (${chosen().map(name => FILTERS[name]).join(", ")})` : "";
};
// Only what changed is drawn again: to compare or to open a card leaves the table where it is.
const drawAll = changed => {
  const listing = changed.some(name => !["open", "compare"].includes(name));
  controls();
  if (listing) redraw();
  else render();
  if (changed.includes("compare")) drawCompare();
  drawCard();
  linked();
};
const change = (given, focus) => {
  const fields = typed ? { q: find("q").value.trim(), ...given } : given; // what was typed just now is not lost
  clearTimeout(typed);
  typed = 0;
  state = { ...state, ...fields };
  drawAll(Object.keys(fields));
  writeHash();
  if (focus) find(focus)?.focus();
};

find("q").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => change({ q: find("q").value.trim() }), 60);
});
find("filters").addEventListener("submit", event => event.preventDefault());
find("tree").addEventListener("change", () => change({ tree: find("tree").checked }));
find("clear").addEventListener("click", () => change({ ...fresh(), open: "", compare: state.compare }));
find("skip").addEventListener("click", event => { event.preventDefault(); grid.focus(); });
find("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
const told = new Set(data.rows.map(row => row.origin).filter(Boolean));
if (told.size) {
  const count = data.rows.filter(row => row.origin).length;
  find("origin").hidden = false;
  const which = `${count === data.rows.length ? "Every row" : `${whole(count)} of ${plural(data.rows.length, "row")}`}`;
  find("origin").textContent = `${which}: answers or verdicts that no model gave (${[...told].join(", ")}). They are marked, and ranked apart.`;
}

const restore = () => {
  if (toHash() === location.hash.slice(1) && items.length) return;
  state = fromHash();
  if (chosen().length) find("more").open = true;
  drawAll(["sort", "compare"]);
};
addEventListener("hashchange", restore);
if (!location.hash.includes("open=") && !location.hash.includes("compare=")) restore();
else addEventListener("DOMContentLoaded", restore);
