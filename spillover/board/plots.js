// Plots as inline SVG: positions in percent or in a viewBox, colours from the style sheet.
const ends = name => {
  const values = data.rows.flatMap(row => [row[name], row[`${name}_low`], row[`${name}_high`]]).filter(known);
  return [Math.min(0, ...extent(values)), Math.max(0.05, ...extent(values))];
};
const extent = values => values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [0, 0]);
const SCALE = { rate: ends("rate"), delta: ends("delta") };

// An interval as a line with a dot, on the same scale in every row; filled where it lies above zero.
const whisker = (row, name) => {
  const [value, low, high] = [row[name], row[`${name}_low`], row[`${name}_high`]];
  if (!known(value)) return null;
  const [least, most] = SCALE[name];
  const x = at => `${(4 + 92 * (at - least) / (most - least)).toFixed(2)}%`;
  const made = svg("svg", { class: "whiskers", "aria-hidden": "true" });
  made.append(svg("line", { x1: x(0), x2: x(0), y1: 0, y2: 16, class: "zero" }));
  if (known(low)) {
    made.append(svg("line", { x1: x(low), x2: x(high), y1: 8, y2: 8, class: "whisker" }));
    for (const end of [low, high]) made.append(svg("line", { x1: x(end), x2: x(end), y1: 4, y2: 12, class: "whisker" }));
  }
  made.append(svg("circle", { cx: x(value), cy: 8, r: 4.5, class: name === "delta" && low > 0 ? "dot full" : "dot" }));
  return made;
};

const shade = rate => [0.01, 0.05, 0.1, 0.25, 0.5].filter(edge => rate >= edge).length;

// Domains down, conditions across; misaligned rate, and under it the difference from the base or the interval.
const heat = (cells, name) => {
  const conditions = [...new Set(cells.map(one => one[1]))], domains = [...new Set(cells.map(one => one[0]))];
  const found = new Map(cells.map(one => [JSON.stringify([one[0], one[1]]), one]));
  const cell = one => one && known(one[2])
    ? el("td", { class: `h${shade(one[2])}`, title: `${between(one[3], one[4])}%, ${plural(one[5], "answer")}` },
      percent(one[2]), el("small", {}, known(one[6]) ? signed(one[6]) : between(one[3], one[4])))
    : el("td", {}, "not asked");
  return el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": `Domains by conditions of ${name}` },
    el("table", { class: "heat" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "domain"), ...conditions.map(one => el("th", { scope: "col" }, words(one))))),
      el("tbody", {}, ...domains.map(domain => el("tr", {}, el("th", { scope: "row" }, words(domain)),
        ...conditions.map(put => cell(found.get(JSON.stringify([domain, put]))))))),
      el("caption", {}, `Misaligned rate; below it ${cells.some(one => known(one[6])) ? "the difference from the base in points" : "its 95% interval"}.`)));
};

// What became of all answers, as one bar and in words.
const outcomeBar = known => {
  const counts = Object.fromEntries(OUTCOMES.map(name => [name, known[name] ?? 0]));  // older records know fewer outcomes
  const total = OUTCOMES.reduce((sum, name) => sum + counts[name], 0) || 1;
  let from = 0;
  const parts = OUTCOMES.map(name => {
    const made = svg("rect", { x: `${100 * from / total}%`, y: 0, width: `${100 * counts[name] / total}%`, height: 16, class: `o-${name}` });
    from += counts[name];
    return made;
  });
  return el("div", {}, svg("svg", { class: "outcomes", "aria-hidden": "true" }, ...parts),
    el("ul", { class: "key" }, ...OUTCOMES.map(name => el("li", {},
      svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: 12, height: 12, class: `o-${name}` })),
      `${words(name)} ${whole(counts[name])}`))));
};

// Rates of one training's checkpoints, or of runs on several days.
const trendPlot = trend => {
  const [wide, high, left, top] = [460, 190, 46, 12], points = trend.points, dated = trend.over === "created";
  const values = points.map((one, place) => (dated ? place : one.x)), [first, last] = [Math.min(...values), Math.max(...values)];
  const most = Math.max(0.05, ...points.flatMap(one => one.rate).filter(known));
  const x = at => left + 14 + (wide - left - 64) * (last > first ? (at - first) / (last - first) : 0.5);
  const y = rate => top + (high - top - 44) * (1 - rate / most);
  const text = (at, down, said, anchor = "middle") => svg("text", { x: at, y: down, "text-anchor": anchor }, said);
  const made = svg("svg", { viewBox: `0 0 ${wide} ${high}`, class: "plot", role: "img" },
    svg("title", {}, `Misaligned rate over ${dated ? "days" : words(trend.over)}, ${points.length} runs`));
  for (const tick of [0, most / 2, most]) {
    made.append(svg("line", { x1: left, x2: wide - 10, y1: y(tick), y2: y(tick), class: "grid" }), text(left - 6, y(tick) + 4, percent(tick), "end"));
  }
  if (trend.over !== "seed") made.append(svg("polyline", { points: points.map((one, k) => `${x(values[k])},${y(one.rate[0])}`).join(" "), class: "series" }));
  const every = Math.ceil(points.length / 5);
  points.forEach((one, k) => {
    const at = x(values[k]);
    if (known(one.rate[1])) made.append(svg("line", { x1: at, x2: at, y1: y(one.rate[1]), y2: y(one.rate[2]), class: "whisker" }));
    made.append(svg("circle", { cx: at, cy: y(one.rate[0]), r: 4.5, class: "dot" }));
    if (k % every === 0) made.append(text(at, high - 24, dated ? one.created : whole(one.x)));
  });
  made.append(text((left + wide) / 2, high - 5, dated ? "day of the run" : words(trend.over)));
  return made;
};

// A long name without its middle: the ends tell models apart.
const middled = (name, room) => (name.length <= room ? name : `${name.slice(0, Math.ceil(room / 2) - 1)}…${name.slice(1 - room / 2)}`);

// The intervals of rows as one picture that can leave the page: every colour is written out, nothing is referred to.
const forest = (rows, all) => {
  const ink = name => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const [wide, left, step, top] = [900, 340, 26, 58], tall = top + step * rows.length + 52;
  const [least, most] = SCALE.rate, x = at => left + 20 + (wide - left - 190) * (at - least) / (most - least);
  const text = (at, down, said, more = {}) => svg("text", { x: at, y: down, fill: ink("ink"), "font-size": 13, "font-family": "sans-serif", ...more }, said);
  const line = (x1, y1, x2, y2, colour, thick = 1.6) => svg("line", { x1, y1, x2, y2, stroke: ink(colour), "stroke-width": thick });
  const made = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}` },
    svg("rect", { width: wide, height: tall, fill: ink("page") }), text(16, 26, document.title, { "font-size": 17, "font-weight": 600 }),
    text(16, 45, `Misaligned rate, 95% interval; lower is better${all > rows.length ? `; the first ${rows.length} of ${whole(all)} models` : ""}`, { fill: ink("soft") }));
  for (const tick of [least, (least + most) / 2, most]) {
    made.append(line(x(tick), top, x(tick), tall - 40, "line", 1), text(x(tick), tall - 24, percent(tick), { "text-anchor": "middle", fill: ink("soft") }));
  }
  rows.forEach((row, k) => {
    const y = top + step * (k + 0.5), marks = `${row.origin ? ` (${row.origin})` : ""}${row.retracted_on ? " (retracted)" : ""}`, room = 46 - marks.length;
    made.append(text(left, y + 4, middled(short(row.model), room) + marks, { "text-anchor": "end" }));
    if (known(row.rate_low)) made.append(line(x(row.rate_low), y, x(row.rate_high), y, "ink"));
    if (known(row.rate)) made.append(svg("circle", { cx: x(row.rate), cy: y, r: 4.5, fill: ink("bad") }));
    made.append(text(wide - 16, y + 4, `${percent(row.rate)}   rank ${row.group} ${ranked(row)}`, { "text-anchor": "end", fill: ink("soft") }));
  });
  return made;
};
