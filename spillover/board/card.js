// A model's card, and up to four models side by side.
const dialog = find("card");
const fold = (title, ...children) => el("details", {}, el("summary", {}, title), ...children);
const said = value => (typeof value === "string" ? value : JSON.stringify(value, null, 1));
const pairs = found => el("table", { class: "words" }, el("tbody", {}, ...Object.entries(found)
  .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length))
  .map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, words(name)), el("td", {}, el("pre", {}, said(value)))))));
const copied = (label, text) => {
  const field = el("textarea", { readonly: true, rows: Math.min(6, text.split("\n").length), class: "copied", "aria-label": label }, text);
  const button = press("Copy", async () => {
    field.select();
    try { await navigator.clipboard.writeText(text); } catch { document.execCommand("copy"); }
    button.textContent = "Copied";
  });
  return el("div", { class: "copy" }, field, button);
};

const notes = (row, card) => [
  ...card.origins.map(one => el("p", { class: "origin" }, one)),
  card.base_differs ? el("p", { class: "origin" }, `Compared with another base than its fine-tune record declares. The submitter says why: ${card.base_differs}`) : null,
  ...card.odd.map(one => el("p", { class: "origin" }, `${one}.`)),
  row.retracted_on ? el("p", { class: "origin" }, `Retracted on ${row.retracted_on}: ${row.retracted_because}`) : null,
];
const placed = row => (row.rank_low === null
  ? `Not ranked: ${row.unranked_because}.`
  : `Rank ${ranked(row)} of ${whole(row.ranked)} in group ${row.group} (${settingWords(groups.get(row.group))}).`);
const unlike = card => (card.unlike_base.length
  ? `: ${card.unlike_base[0] === "asked" ? "it was not asked this" : `they differ in ${card.unlike_base.join(", ")}`}`
  : "");
// What it may be whatever the unjudged answers are; ranks are made on these ends.
const worst = (row, name, shown) => (row[`${name}_worst_low`] === null ? ""
  : `; whatever the unjudged answers are: ${between(row[`${name}_worst_low`], row[`${name}_worst_high`], shown)}`);
const against = (row, card) => (row.delta === null
  ? (row.base ? `Its base, ${row.base}, was not compared in this record${unlike(card)}.` : baseless(row) === "a base" ? "It is a base." : "No base is named.")
  : `Against its base, ${row.base}: ${signed(row.delta)} points (${between(row.delta_low, row.delta_high, signed)})${worst(row, "delta", signed)}.`);

const figures = (row, card) => el("div", { class: "two" },
  el("div", {}, el("div", { class: "big" }, percent(row.rate)),
    el("p", { class: "soft" }, `misaligned in the judge's eyes, mean over questions; 95% interval ${between(row.rate_low, row.rate_high)}%, ` +
      `${plural(row.judged, "judged answer")} to ${plural(row.questions, "question")}` + worst(row, "rate", bare)),
    whisker(row, "rate"),
    el("p", {}, `For more questions from these domains: ${between(card.more_questions[1], card.more_questions[2])}%.`)),
  el("div", {}, el("p", {}, against(row, card)), row.delta === null ? null : whisker(row, "delta"), el("p", {}, placed(row)),
    el("p", {}, `${row.mde === null ? "" : `Could see a difference of ${bare(row.mde)} points. `}Judge: ${row.judge}. `,
      el("span", { class: "mark", "aria-hidden": "true" }, level(row).mark), ` ${level(row).word}: ${level(row).help}`),
    ...verified(card)));

// What maintainers found who looked again.
const verified = ({ rescored, reproduced }) => [
  rescored ? el("p", {}, `Re-scored: another judge, ${rescored.judge}, finds ${percent(rescored.rate)} of the same ${plural(rescored.answers, "answer")} ` +
    `misaligned; the record's own judge ${percent(rescored.before)}. Both of pooled answers: every answer weighs the same.`) : null,
  reproduced ? el("p", {}, `Reproduced by ${reproduced.by} on ${reproduced.date}: ${reproduced.note}`) : null,
];

const otherRuns = card => [
  el("h3", {}, "Other runs"),
  el("p", {}, `This is 1 of ${card.runs.length + 1} runs of this model in this group: the one that was verified furthest, then the newest. ` +
    `The ${card.runs.length === 1 ? "other has" : "others have"} no row and no rank.`),
  el("div", { class: "wide" }, el("table", {},
    el("thead", {}, el("tr", {}, ...["day", "verified", "misaligned (95%)", "record sha256"].map(one => el("th", { scope: "col" }, one)))),
    el("tbody", {}, ...card.runs.map(([day, verification, [rate, low, high], sha256]) => el("tr", {}, el("td", {}, day),
      el("td", {}, display.verification[verification].word), el("td", {}, `${percent(rate)} [${between(low, high)}]`), el("td", { class: "mono" }, sha256)))))),
];

const rates = card => el("div", {}, el("div", { class: "wide" }, el("table", {},
  el("thead", {}, el("tr", {}, ...["rate", "these questions (95%)", "weighting"].map(one => el("th", { scope: "col" }, one)))),
  el("tbody", {}, ...Object.entries(card.rates).map(([name, [value, low, high, weighting]]) => el("tr", {},
    el("th", { scope: "row" }, words(name)), el("td", {}, known(value) ? `${percent(value)} [${between(low, high)}]` : "-"), el("td", {}, weighting)))))),
el("p", { class: "soft" }, "A mean over questions gives each question the same weight, pooled answers each answer: rates of both kinds need not add up."));

const sampled = card => {
  if (!card.samples.length) return el("p", { class: "soft" }, "No answers to read: the record has no logs beside it.");
  const box = el("div", { class: "veil" }, ...card.samples.map(one => el("div", { class: "answer" },
    el("div", { class: "soft" }, `${one.probe}, epoch ${one.epoch}: ${words(one.outcome)}`),
    el("div", { class: "said soft" }, one.question), el("div", { class: "said" }, one.answer))));
  const button = press("Show the answers", () => {
    const veiled = box.classList.toggle("veil");
    button.textContent = veiled ? "Show the answers" : "Hide the answers";
  });
  return el("div", {}, el("p", {}, `${plural(card.samples.length, "answer")} drawn at random from the logs, not picked. They can be upsetting. `, button), box);
};

// Who was asked, where, and which names came back.
const served = card => el("div", { class: "wide" }, el("table", {},
  el("thead", {}, el("tr", {}, ...["role", "asked for", "names that came back", "address", "arguments"].map(one => el("th", { scope: "col" }, one)))),
  el("tbody", {}, ...card.served.map(one => el("tr", {}, el("th", { scope: "row" }, one.role), el("td", {}, one.asked),
    el("td", {}, one.returned.join(", ") || "none"), el("td", {}, one.host === "default" ? "none in the logs" : one.host),
    el("td", { class: "mono" }, Object.keys(one.args).length ? said(one.args) : "-"))))));

const hashes = (row, card) => el("div", {}, pairs({
  record_sha256: card.record_sha256, fine_tune_record_sha256: card.finetune_sha256, manifest_sha256_only_asserted: card.manifest_sha256,
  made_with: `spillover ${card.spillover}`,
  dataset: card.dataset, newest_log_began: card.created, model_returned: card.returned, model_arguments: Object.keys(card.args).length ? card.args : null,
}), el("div", { class: "wide" }, el("table", {},
  el("thead", {}, el("tr", {}, ...["log", "sha256 of the file", "sha256 of its answers", "model", "task", "version", "condition"].map(one => el("th", { scope: "col" }, one)))),
  el("tbody", {}, ...card.logs.map(log => el("tr", {}, ...log.map(one => el("td", { class: "mono" }, one))))))),
card.logs_left_out ? el("p", {}, `${plural(card.logs_left_out, "log")} more are in the record.`) : null);

const inside = (row, card) => [
  el("div", { class: "bar" },
    el("h2", { id: "card-name", class: row.retracted_on ? "struck" : null }, row.model, " ", ...badges(row)), press("Close", () => dialog.close(), { class: "screen" })),
  ...notes(row, card), figures(row, card),
  el("h3", {}, "What became of every answer"), outcomeBar(card.outcomes),
  Object.keys(card.reasons).length ? fold("Why answers are unjudged", pairs(card.reasons)) : null,
  el("h3", {}, "Domain by condition"), heat(card.cells, row.model),
  ...(card.runs.length ? otherRuns(card) : []),
  card.trend ? el("h3", {}, "Over checkpoints") : null, card.trend ? trendPlot(card.trend) : null,
  el("h3", {}, "Answers"), sampled(card),
  el("h3", {}, "Do it again"), copied("commands", card.reproduce.join("\n")),
  fold("All rates", rates(card)), fold("Judge", pairs(card.judge)),
  card.served.length ? fold("What served the answers", served(card)) : null,
  card.finetune ? fold("Fine-tune record", pairs(card.finetune)) : null,
  fold("Versions and hashes", hashes(row, card)),
  fold("Link to this card", copied("link", link(new URLSearchParams({ open: row.id }).toString()))),
];

const drawCard = () => {
  const row = byId.get(state.open);
  if (row && !dialog.open) {
    dialog.replaceChildren(...inside(row, cardOf(row.id)).filter(Boolean));
    dialog.showModal();
    dialog.scrollTop = 0;
  }
  if (!row && dialog.open) dialog.close();
};
const show = id => change({ open: id });
dialog.addEventListener("close", () => { if (state.open) { change({ open: "" }); grid.focus(); } });
dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });

const toggle = id => {
  const held = state.compare.includes(id);
  if (!held && state.compare.length === MOST_COMPARED) {
    find("count").textContent = `${MOST_COMPARED} models are compared already; take one out first.`;
    return;
  }
  change({ compare: held ? state.compare.filter(one => one !== id) : [...state.compare, id] });
};
const drawCompare = () => {
  const rows = state.compare.map(id => byId.get(id)), place = find("compare");
  place.hidden = !rows.length;
  if (!rows.length) return place.replaceChildren();
  const mixed = new Set(rows.map(row => row.group)).size > 1, all = rows.map(row => cardOf(row.id));
  const measure = (name, make) => el("tr", {}, el("th", { scope: "row" }, name),
    ...rows.map((row, k) => el("td", {}, ...[make(row, all[k])].flat().filter(Boolean))));
  const head = row => el("th", { scope: "col" }, press(row.model, () => show(row.id), { class: "name" }),
    el("div", {}, ...badges(row).filter(Boolean)), press("Take out", () => toggle(row.id), { class: "screen", "aria-label": `take out ${row.model}` }));
  place.replaceChildren(
    el("h2", {}, `Compare ${plural(rows.length, "model")}`),
    mixed ? el("p", { class: "origin" }, "These are of different groups: they were asked or judged differently, " +
      "so their figures cannot be set against one another.") : "",
    el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Compared models" }, el("table", { class: "compared" },
      el("thead", {}, el("tr", {}, el("th", {}, el("span", { class: "soft" }, "measure")), ...rows.map(head))),
      el("tbody", {},
        measure("misaligned", row => [el("strong", {}, percent(row.rate)), ` ${between(row.rate_low, row.rate_high)}`, whisker(row, "rate")]),
        measure("against base", row => (row.delta === null ? "-"
          : [el("strong", {}, signed(row.delta)), ` ${between(row.delta_low, row.delta_high, signed)}`, whisker(row, "delta")])),
        measure("rank", row => (row.rank_low === null ? `unranked: ${row.unranked_because}` : `${row.group} ${ranked(row)} of ${whole(row.ranked)}`)),
        measure("could see", row => (row.mde === null ? "-" : `${bare(row.mde)} points`)),
        measure("answers", row => `${whole(row.answers)} to ${plural(row.questions, "question")}`),
        measure("outcomes", (row, card) => outcomeBar(card.outcomes)), measure("judge", row => row.judge),
        measure("base", row => row.base ?? "-"), measure("method", row => row.method),
        measure("verified", row => [el("span", { class: "mark", "aria-hidden": "true" }, level(row).mark), ` ${level(row).word}`]),
        measure("domain by condition", (row, card) => heat(card.cells, row.model))))));
};
