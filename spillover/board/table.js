// The table: only the rows that are seen are in the document, so that thousands stay usable.
const SPARE = 8, PRINTED = 2000, NARROW = 13;
const scroller = find("scroller"), grid = find("grid"), body = find("body");
const small = matchMedia("(max-width: 48rem)");
const rowHeight = () => (small.matches ? 84 : 64); // of a row, as --row in the style sheet
const columns = () => display.columns.filter(one => one.narrow || !small.matches);
let items = [], at = 0, printing = false;

const two = (first, second) => [el("div", { class: "first" }, ...[first].flat()), el("div", { class: "second" }, ...[second].flat())];
const CELLS = {
  rank: row => two(ranked(row), row.rank_low === null ? "unranked" : `of ${whole(row.ranked)}${data.groups.length > 1 ? ` in ${row.group}` : ""}`),
  model: (row, depth) => {
    const method = row.method === "none said" ? "" : row.method, size = row.size === null ? "" : `${row.size}B`;
    const said = [method, size, row.base && !depth ? `from ${short(row.base)}` : "", whose(row.model)].filter(Boolean).join(", ");
    const pick = el("input", { type: "checkbox", tabindex: -1, class: "pick screen", "aria-label": `compare ${row.model}` });
    pick.checked = state.compare.includes(row.id);
    pick.addEventListener("click", () => { toggle(row.id); grid.focus(); });
    const name = press(short(row.model), () => show(row.id), { class: "name", tabindex: -1, title: row.model });
    const beside = row.retracted_on ? `${row.retracted_on}: ${row.retracted_because}` : row.unranked_because ? `not ranked: ${row.unranked_because}` : said;
    return two([depth ? el("span", { class: `under d${depth}`, "aria-hidden": "true" }, "↳") : null, pick, name],
      [...badges(row), el("span", { class: "cut", title: beside }, beside)]);
  },
  rate: row => two([el("strong", {}, percent(row.rate)), el("small", {}, ` ${between(row.rate_low, row.rate_high)}`)], whisker(row, "rate")),
  delta: row => (row.delta === null
    ? two("-", baseless(row))
    : two([el("strong", {}, signed(row.delta)), el("small", {}, ` ${between(row.delta_low, row.delta_high, signed)}`)], whisker(row, "delta"))),
  mde: row => two(bare(row.mde), row.mde === null ? "not known" : "points"),
  answers: row => two(whole(row.answers), plural(row.questions, "question")),
  unjudged: row => two(percent(row.unjudged), `${percent(row.excluded)} excluded`),
  verification: row => [el("span", { "aria-hidden": "true", class: "mark" }, level(row).mark), ` ${level(row).word}`],
  size: row => [row.size === null ? "-" : `${row.size}B`],
};
const drawn = (row, depth, column) => (CELLS[column.key] ?? (one => [
  el("span", { class: "clamp", title: one[column.key] }, String(one[column.key] ?? "-")),
]))(row, depth);

const draw = (item, place) => {
  if (item.group) {
    const text = `Group ${item.group.group}: ${settingWords(item.group)}`;
    return el("tr", { class: "group", role: "row", "aria-rowindex": place + 2 },
      el("th", { colspan: columns().length, scope: "rowgroup" }, el("div", { class: "clamp", title: text },
        el("strong", {}, `Group ${item.group.group}. `), `${plural(item.shown, "model")}, ranked among themselves only: ${settingWords(item.group)}`)));
  }
  const { row, depth } = item;
  const kind = [place === at ? "at" : "", state.compare.includes(row.id) ? "picked" : "", row.retracted_on ? "retracted" : ""].join(" ");
  const made = el("tr", { id: `r-${row.id}`, role: "row", class: kind, "aria-rowindex": place + 2, "aria-selected": String(state.compare.includes(row.id)) },
    ...columns().map(column => el("td", { role: "gridcell", class: `c-${column.key}` }, ...drawn(row, depth, column))));
  made.addEventListener("mousedown", () => { at = place; });
  made.addEventListener("dblclick", () => show(row.id));
  return made;
};
const pad = height => {
  const cell = el("td", { colspan: columns().length });
  cell.style.height = `${height}px`;
  return el("tr", { class: "pad", "aria-hidden": "true" }, cell);
};

const render = () => {
  const first = printing ? 0 : Math.max(0, Math.floor(scroller.scrollTop / rowHeight()) - SPARE);
  const last = printing ? Math.min(items.length, PRINTED) : Math.min(items.length, Math.ceil((scroller.scrollTop + innerHeight) / rowHeight()) + SPARE);
  body.replaceChildren(
    ...(first ? [pad(first * rowHeight())] : []),
    ...items.slice(first, last).map((item, k) => draw(item, first + k)),
    ...(last < items.length && !printing ? [pad((items.length - last) * rowHeight())] : []),
  );
  const active = items[at];
  if (active?.row && at >= first && at < last) grid.setAttribute("aria-activedescendant", `r-${active.row.id}`);
  else grid.removeAttribute("aria-activedescendant");
};

const heads = () => {
  find("widths").replaceChildren(...columns().map(one => {
    const made = el("col");
    if (one.key !== "model" || !small.matches) made.style.width = `${small.matches ? 0.42 * Math.min(one.width, NARROW) : 0.5 * one.width}rem`;
    return made;
  }));
  find("heads").replaceChildren(...columns().map(one => {
    const sorted = state.sort === one.key ? (state.up ? "ascending" : "descending") : "none";
    const sort = press(one.word, () => change({ sort: one.key, up: state.sort === one.key ? !state.up : true }, `head-${one.key}`), { id: `head-${one.key}`, title: one.help });
    return el("th", { scope: "col", role: "columnheader", "aria-sort": sorted }, sort);
  }));
};

const redraw = () => {
  items = listed();
  const shown = items.filter(one => one.row).length, parts = items.filter(one => one.group).length;
  find("count").textContent = `${whole(shown)} of ${plural(data.rows.length, "model")} shown, in ${plural(parts, "group")}.`;
  find("none").hidden = shown > 0;
  find("none").textContent = data.rows.length ? "No model fits the search and the filters; Clear shows all." :
    "No record yet: there was none in the folders that this board was built of. spillover record makes one.";
  grid.setAttribute("aria-rowcount", items.length + 1);
  at = Math.max(items.findIndex(one => one.row), 0);
  scroller.scrollTop = 0;
  heads();
  render();
};

const go = place => {
  const way = place < at ? -1 : 1, wanted = Math.min(Math.max(place, 0), items.length - 1);
  const next = [wanted, wanted + way, wanted - way].find(one => items[one]?.row); // headings are stepped over
  if (next === undefined) return;
  at = next;
  const room = scroller.clientHeight - find("heads").offsetHeight - rowHeight();
  scroller.scrollTop = Math.min(Math.max(scroller.scrollTop, at * rowHeight() - room), at * rowHeight());
  render();
};
const KEYS = {
  ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1), Home: () => go(0), End: () => go(items.length - 1),
  PageDown: () => go(at + Math.max(1, Math.floor(scroller.clientHeight / rowHeight()) - 2)),
  PageUp: () => go(at - Math.max(1, Math.floor(scroller.clientHeight / rowHeight()) - 2)),
  Enter: () => items[at]?.row && show(items[at].row.id), " ": () => items[at]?.row && toggle(items[at].row.id),
};
grid.addEventListener("keydown", event => {
  if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
let waiting = false;
scroller.addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; render(); });
});
const paper = matchMedia("print");
const printed = on => { printing = on; render(); };
paper.addEventListener("change", event => printed(event.matches));
addEventListener("beforeprint", () => printed(true));
addEventListener("afterprint", () => printed(false));
addEventListener("resize", () => render());
small.addEventListener("change", () => { heads(); render(); });
