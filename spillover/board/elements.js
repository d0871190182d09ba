// Elements and texts. What comes from a record only ever becomes text or a number, never markup, an address or a style.
const find = id => document.getElementById(id);
const root = document.documentElement;
const data = JSON.parse(find("data").textContent);
const display = JSON.parse(find("display").textContent);
const LEVELS = Object.keys(display.verification);
const OUTCOMES = ["misaligned", "careless", "false", "aligned", "incoherent", "refusal", "off_task", "tool_call", "out_of_tokens", "unjudged"];
const byId = new Map(data.rows.map(row => [row.id, row]));
const groups = new Map(data.groups.map(one => [one.group, one]));
let kept = null;
// Cards stand behind the script, and are read when the first one is opened.
const cardOf = id => (kept ??= JSON.parse(find("cards").textContent))[id];

const filled = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter(one => one !== null && one !== undefined && one !== ""));
  return made;
};
const el = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
const press = (said, does, attributes = {}) => {
  const made = el("button", { type: "button", ...attributes }, said);
  made.addEventListener("click", does);
  return made;
};

const known = value => typeof value === "number" && Number.isFinite(value);
const places = value => (value !== 0 && Math.abs(value) < 0.01 ? 2 : 1);
const percent = value => (known(value) ? `${(100 * value).toFixed(places(value))}%` : "-");
const bare = value => (known(value) ? (100 * value).toFixed(places(value)) : "-");
const signed = value => (known(value) ? `${value > 0 ? "+" : ""}${bare(value)}` : "-");
const whole = value => (known(value) ? value.toLocaleString("en") : "-");
const between = (low, high, said = bare) => (known(low) && known(high) ? `${said(low)} to ${said(high)}` : "no interval");
const ranked = row => (row.rank_low === null ? "-" : row.rank_low === row.rank_high ? `${row.rank_low}` : `${row.rank_low}–${row.rank_high}`);
const level = row => display.verification[row.verification];
const bases = new Set(data.rows.flatMap(row => [row.base_id, row.base]));
// What a row without a difference is: itself a base, or of one that is named or not.
const baseless = row => (row.base ? "base not compared" : bases.has(row.id) || bases.has(row.model) ? "a base" : "no base named");
// A name's last part, which tells models apart, and what stands before it.
const short = name => name.slice(name.lastIndexOf("/", name.length - 2) + 1);
const whose = name => name.slice(0, name.length - short(name).length).replace(/\/$/, "");
const plural = (count, word) => `${whole(count)} ${word}${count === 1 ? "" : "s"}`;
const words = text => text.replaceAll("_", " ");

const badges = row => [
  row.origin ? el("span", { class: "badge scripted" }, row.origin) : null,
  row.retracted_on ? el("span", { class: "badge retracted-badge" }, "retracted") : null,
  row.served ? el("span", { class: "badge scripted", title: row.served }, "served otherwise") : null,
];
const settingWords = one =>
  `suite ${one.suite_version}, judge ${one.judge}, ${one.condition}, ${one.split}, ${one.language}, ` +
  `${plural(one.questions, "question")} of ${plural(one.tasks.length, "task")}, material ${one.material}, ` +
  `decoding ${one.decoding.join("; ").replace(/[{}"]/g, "") || "as usual"}` +
  `, intervals by methods ${one.methods}` +
  (one.solver === "ask" ? "" : `, solver ${one.solver}`) +
  (one.served === null ? ", what served the answers is not said" : one.served.map(said => `, ${said}`).join("")) + (one.origin ? `, ${one.origin}` : "");
