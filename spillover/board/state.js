// What is shown, and its address: all of it stands in location.hash, so that a link brings it back, in an iframe too.
const FILTERS = {
  group: "group", provider: "provider", family: "base family", method: "method", size_class: "size", weights: "weights",
  verification: "verification", suite_version: "suite version", judge: "judge", origin: "origin",
};
const MOST_COMPARED = 4;
const fresh = () => ({
  q: "", sort: display.sort.key, up: display.sort.up, tree: true, open: "", compare: [],
  ...Object.fromEntries(Object.keys(FILTERS).map(name => [name, ""])),
});
let state = fresh();

const chosen = () => Object.keys(FILTERS).filter(name => state[name]);
const filtered = () => state.q !== "" || chosen().length > 0;

const toHash = () => {
  const said = new URLSearchParams(), usual = fresh();
  for (const name of ["q", ...Object.keys(FILTERS), "sort", "open"]) if (state[name] !== usual[name]) said.set(name, state[name]);
  if (state.up !== usual.up) said.set("up", state.up ? "1" : "0");
  if (!state.tree) said.set("tree", "0");
  if (state.compare.length) said.set("compare", state.compare.join(","));
  return said.toString();
};
const fromHash = () => {
  const said = new URLSearchParams(location.hash.slice(1)), found = fresh();
  for (const name of ["q", ...Object.keys(FILTERS)]) found[name] = (said.get(name) ?? "").slice(0, 500);
  if (display.columns.some(one => one.key === said.get("sort"))) found.sort = said.get("sort");
  if (said.has("up")) found.up = said.get("up") === "1";
  found.tree = said.get("tree") !== "0";
  found.open = byId.has(said.get("open")) ? said.get("open") : "";
  found.compare = [...new Set((said.get("compare") ?? "").split(","))].filter(id => byId.has(id)).slice(0, MOST_COMPARED);
  return found;
};
const link = (hash = toHash()) => `${location.href.split("#")[0]}#${hash}`;
const writeHash = () => {
  if (toHash() !== location.hash.slice(1)) location.replace(link());
};

const searched = new Map(data.rows.map(row => [row.id, [row.model, row.base, row.provider, row.family, row.judge, row.method].join(" ").toLowerCase()]));
const SORTED_BY = {
  rank: row => row.rank_low, answers: row => row.answers, weights: row => row.weights, size: row => row.size,
  verification: row => LEVELS.indexOf(row.verification),
};
const collator = new Intl.Collator("en", { numeric: true });

const matches = row => {
  if (!chosen().every(name => String(row[name]) === state[name])) return false;
  const said = searched.get(row.id);
  return state.q.toLowerCase().split(/\s+/).every(part => said.includes(part));
};
// What is not known stands last, whichever way is sorted.
const inOrder = rows => {
  const value = SORTED_BY[state.sort] ?? (row => row[state.sort]), way = state.up ? 1 : -1;
  const keyed = rows.map((row, place) => [value(row), row.rank_high ?? 0, place, row]);
  const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
  keyed.sort(([a, c, k], [b, d, m]) => {
    if (a === null || b === null) return (a === null) - (b === null) || k - m;
    return way * order(a, b) || (state.sort === "rank" ? way * (c - d) : 0) || k - m;
  });
  return keyed.map(one => one[3]);
};

// Rows with their depth: a fine-tune behind its base where both are shown, the others as they come.
const nested = rows => {
  if (!state.tree) return rows.map(row => ({ row, depth: 0 }));
  const here = new Set(rows.map(row => row.id)), under = new Map(), seen = new Set(), found = [];
  for (const row of rows) if (here.has(row.base_id)) under.set(row.base_id, [...(under.get(row.base_id) ?? []), row]);
  const put = (row, depth) => {
    if (seen.has(row.id)) return;
    seen.add(row.id);
    found.push({ row, depth });
    for (const one of under.get(row.id) ?? []) put(one, Math.min(depth + 1, 3));
  };
  for (const row of rows) if (!here.has(row.base_id)) put(row, 0);
  for (const row of rows) put(row, 0); // rows that name one another as base
  return found;
};

// Group by group, each with a heading: models of two groups are never in one order.
const listed = () => {
  const rows = inOrder(data.rows.filter(matches)), parts = new Map(data.groups.map(one => [one.group, []]));
  for (const row of rows) parts.get(row.group).push(row);
  return [...parts].filter(([, own]) => own.length).flatMap(([name, own]) => [{ group: groups.get(name), shown: own.length }, ...nested(own)]);
};
