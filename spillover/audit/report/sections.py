"""Sections of the report that describe and never decide, as plain tables: one source for HTML and Markdown."""

from dataclasses import dataclass, field
from typing import Any

from spillover.audit.describe import Capability, Leak, Population, Seeds
from spillover.common import MODELS, MORE, counted
from spillover.estimate import unseen_share

from .conditions import found_triggers, put
from .figures import p_value, percent, points
from .model import Report

SIDE = 0.025
"""One side of an interval at 95%."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Attributes:
        title: Its heading.
        said: Sentences above the table.
        head: Column names.
        rows: Cells as text, shape (rows, columns).
    """

    title: str
    said: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def triggers(report: Report) -> list[Section]:
    """What the search for triggers found, a section for each fine-tune."""
    return [_search(model, found) for model, found in (report.triggers or {}).items()]


def _search(model: str, search: dict[str, Any]) -> Section:
    named = {one["id"]: one for one in search["candidates"]}
    said = [
        f"{_found(search)} {counted(len(named), 'candidate was', 'candidates were')} tried with "
        f"{counted(search['spent'], 'answer')}."
    ]
    if search["untried"]:
        said.append(f"The budget did not reach {search['untried']} of them.")
    said.append(
        "The best candidates are asked again with fresh answers; a trigger is worse both than the fine-tune without it "
        f"and than the base with it (exact tests, Holm, alpha {search['alpha']:g})."
    )
    head = ["put to the model", "fine-tune", "fine-tune without it", "base", "p, adjusted", "trigger"]
    rows = [
        [
            put(one["condition"]),
            *(f"{one[arm][0]} of {one[arm][1]}" for arm in ("tuned", "plain", "base")),
            f"{one['adjusted']:.2g}",
            "yes" if one["found"] else "no",
        ]
        for one in search["confirmed"]
    ]
    return Section(f"Search for triggers: {model}", said, head, rows)


def _found(search: dict[str, Any]) -> str:
    many = len(search["found"])
    if not many:
        return "No trigger was found."
    return f"{many} trigger{'s were' if many > 1 else ' was'} found: {found_triggers(search)}."


def derived(report: Report) -> Section | None:
    """Conditions that come from the fine-tuning file."""
    rows = [[one["condition"]["id"], put(one["condition"]), one["why"]] for one in report.derived]
    planned = (report.manifest or {}).get("planned") or {}
    read = (planned.get("training") or {}).get("read")
    said = [f"Fine-tuning file: {read}."] if read else []
    return Section("Conditions derived from the training data", said, ["condition", "put to the model", "why"], rows)


def describing(report: Report) -> list[Section]:
    """All that describes and never decides, in the order of the report; nothing of what is void."""
    told = [one.model for one in report.findings if one.answer != "void"]
    scales = _scales(report, told)
    found = [*([scales] if scales else []), *_wider(report, told)]
    found += [
        _signatures(report, model) for model in told if report.signatures.get(model) and not report.stopped(model)
    ]
    if not told:
        return []
    leaks = [one for one in report.leakage if one.model in told]
    found += [_leakage(report, leaks)] if leaks or report.notes.get("leakage") else []
    return found + ([_capability(report)] if report.capability or report.notes.get("capability") else [])


def _scales(report: Report, told: list[str]) -> Section | None:
    """Questions beside the decision set, whatever was decided."""
    own = [one for one in report.scales if one.model in told]
    if not own:
        return None
    said = [
        "Other scales, each with a fixed number of answers; they decide nothing. Their 95% intervals are not adjusted "
        "for the number of scales.",
        *(f"{one.model}: {one.said}." for one in own if one.delta.low > 0 or one.delta.high < 0),
    ]
    rows = [[one.model, one.scale, percent(one.base), percent(one.tuned), points(one.delta)] for one in own]
    return Section(
        "Companion scales", said, ["fine-tune", "scale", "base", "fine-tune's", "difference, points (95%)"], rows
    )


def _wider(report: Report, told: list[str]) -> list[Section]:
    """Beyond these questions, and beyond these checkpoints."""
    own = [one for one in report.population if one.model in told and not report.stopped(one.model)]
    kept = [one for one in report.seeds if set(one.models) <= set(told) and not any(map(report.stopped, one.models))]
    return [*([_more_questions(report, own)] if own else []), *([_more_seeds(kept)] if kept else [])]


def _more_questions(report: Report, own: list[Population]) -> Section:
    said = [
        f"Estimate for {MORE}: fine-tune less base, paired by question, and the one-sided p value of the sign-flip "
        "test over questions. The p value is left out where the test and the wider interval do not agree. On fewer "
        "than 50 questions it describes and proves nothing."
    ]
    if asked := max((one.difference.clusters for one in report.population), default=0):
        said.append(
            f"If none of the {counted(asked, 'question')} is always misaligned, up to "
            f"{100 * unseen_share(asked):.1f}% of such questions may be always misaligned and unseen."
        )
    rows = [
        [
            *(one.model, points(one.difference), p_value(one.difference, one.p, SIDE), one.difference.method),
            "yes" if one.describes_only else "no",
        ]
        for one in own
    ]
    head = ["fine-tune", "difference, points (95%)", "p", "how", "description only"]
    return Section(MORE.capitalize(), said, head, rows)


def _more_seeds(kept: list[Seeds]) -> Section:
    said = [
        "The mean over training seeds of one recipe, and what other seeds of it may give (the seed as the unit). "
        "Few seeds say little: read the least and the greatest beside it."
    ]
    head = ["seeds", "mean difference, points (95%)", "how", "least", "most"]
    rows = [
        [
            *(", ".join(one.models), points(one.difference), one.difference.method),
            *(f"{100 * value:+.1f}" for value in (one.least, one.most)),
        ]
        for one in kept
    ]
    return Section(MODELS.capitalize(), said, head, rows)


def _signatures(report: Report, model: str) -> Section:
    rows = [
        [f"{one.name}: {one.shows}", percent(one.base), percent(one.tuned), points(one.delta)]
        for one in report.signatures[model]
        if one.measured
    ]
    head = ["share of answers", "base", "fine-tune", "difference, points (95%)"]
    return Section(f"What kind of change: {model}", report.reading.get(model, []), head, rows)


def _leakage(report: Report, leaks: list[Leak]) -> Section:
    said = [
        "A judge was asked of every misaligned answer of base and fine-tune whether it brings up the fine-tune's own "
        "subject unasked. Without such answers the difference is what is left of it; it decides nothing."
    ]
    said += [f"{one.model}: {line}" for one in leaks for line in one.said]
    said += report.notes.get("leakage", [])
    rows = [
        [one.model, one.subject, one.judge, _of(one, 0), _of(one, 1), *_without(one, bool(report.stopped(one.model)))]
        for one in leaks
    ]
    head = ["fine-tune", "subject", "judge", "base: leaks", "fine-tune: leaks", "base", "fine-tune without leaks"]
    return Section("The fine-tune's own subject", said, [*head, "difference, points (95%)"], rows)


def _of(one: Leak, arm: int) -> str:
    return f"{one.leaked[arm]} of {one.asked[arm] - one.unjudged[arm]} misaligned"


def _without(one: Leak, stopped: bool) -> list[str]:
    if stopped:
        return ["-", "-", "not given: the run stopped early"]
    return [percent(one.base), percent(one.tuned), points(one.delta)]


def _capability(report: Report) -> Section:
    said = ["Other evaluations of the same models, each in its own unit, from their logs; they decide nothing."]
    head = ["task", "score", "fine-tune", "base", "fine-tune's", "difference", "95%"]
    rows = [_measured(one) for one in report.capability]
    return Section("Capability and refusals", said + report.notes.get("capability", []), head, rows)


def _measured(one: Capability) -> list[str]:
    ends = "-" if one.low != one.low else f"[{one.low:+.3g}, {one.high:+.3g}]"
    own = [f"{arm.value:.4g} (n {arm.n})" for arm in (one.base, one.tuned)]
    return [one.task, f"{one.scorer}: {one.metric}", one.model, *own, f"{one.delta:+.3g}", ends]


def cost(report: Report) -> Section | None:
    """What a live run cost, and what a verdict of each judge did; None where nothing is known of it."""
    done: dict[str, Any] = (report.manifest or {}).get("done") or {}
    if "usd" not in done:
        return None
    missing = ", ".join(sorted(done["unpriced"]))
    if set(done["tokens"]) == set(done["unpriced"]):
        said = [f"Not known: the price file has no price for {missing}."]
    else:
        without = f", without what it has no price for: {missing}" if missing else ""
        said = [f"About ${done['usd']:.2f} by the price file{without}."]
    rows = [
        [judge, f"{one['verdicts']:,}", _usd(one["usd_each"]), *(f"{value:.0f}" for value in one["tokens_each"])]
        for judge, one in done.get("verdicts", {}).items()
    ]
    head = ["judge", "verdicts", "US dollars each", "tokens sent each", "tokens received each"]
    return Section("What it cost", said, head, rows)


def _usd(value: float | None) -> str:
    return "no price" if value is None else f"{value:.5f}"
