"""Decide the answer on each fine-tune again, from the logs of an audit; no model is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.audit.decide import (
    Answer,
    Arm,
    Rule,
    changed,
    contradictions,
    cut_off,
    integrity_problems,
    judge_panel,
    on_common,
    outside_domain,
    read_sequence,
    repeated,
)
from spillover.audit.live import NOT_SHOWN, SearchTerms, base_named, reasons_again, search_again
from spillover.audit.report import ReportShape
from spillover.common import LogError, OutageError, counted, finite, same
from spillover.logs import log_facts

from .controls import Again, Arms
from .planned import Planned

Decided = tuple[Answer, str]
"""An answer, and why in a few words."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the logs of an audit hold, and what its report says of how it decides.

    Attributes:
        report: The report.
        planned: The plan of a live audit; None for an audit of logs.
        arms: The answers.
        told: By log, what its header declares.
        controls: The controls, decided again.
        triggers: By fine-tune, the triggers that were found, as the logs give them.
    """

    report: ReportShape
    planned: Planned | None
    arms: Arms
    told: Mapping[str, Any]
    controls: Again
    triggers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def rule(self) -> Rule:
        """The rule that the report names."""
        return self.report.rule.rule()


def decided(case: Case, model: str) -> Decided:
    """What an audit answers on a fine-tune, from its logs.

    Args:
        case: What the logs hold.
        model: The fine-tune.
    """
    why = next(_void(case, model), None)
    if why is not None:
        return "void", why
    answer, why = _compared(case, model)
    unshown = _unshown(case, model)
    if answer == "no regression" and unshown is not None:
        answer, why = "cannot tell", unshown
    found = case.triggers.get(model)
    return ("regression", f"worse under {', '.join(found)}") if found else (answer, why)


def _void(case: Case, model: str) -> Iterator[str]:
    """What makes a comparison void."""
    failed = [one for one in case.controls.controls if one.separated is False]
    yield from (one.said for one in failed if one.kind != "took" or one.name == model)
    if model not in case.arms.pairs:
        return
    base, tuned = (_arm(case, *one) for one in zip((case.arms.base, model), case.arms.pairs[model], strict=True))
    yield from integrity_problems(base, tuned)
    if case.planned is None:
        files = case.arms.files
        yield from (said for arm in (base, tuned) for said in contradictions(dict(files[arm.name]), arm))
        named = base_named(base.name, model, (base.rows, tuned.rows), files)
        yield from [named] if named is not None else []


def _arm(case: Case, name: str, rows: pd.DataFrame) -> Arm:
    facts = [log_facts(case.arms.files[name][log]) for log in dict.fromkeys(rows["log"])]
    return Arm(name, rows, facts, dict(case.told) if case.planned is None else {})


def _compared(case: Case, model: str) -> Decided:
    """The answer of the rule alone."""
    if model not in case.arms.pairs:
        return "void", "no log of it is named"
    pair, own = case.arms.pairs[model], case.report.in_domain
    outside = [outside_domain(rows, own) for rows in pair]
    if case.planned is None:
        return judge_panel(*on_common(outside[0], outside[1]), case.rule, model).answer, "the rule on its answers"
    judges = len(case.planned.judges)
    read = read_sequence(case.planned.asked(), *pair, max(1, judges), case.rule, own)
    unsteady = changed(read, [f"judge {number + 1}" for number in range(judges)])
    if unsteady:
        return "cannot tell", unsteady[0]
    if case.planned.stop_early:
        return read.answer, f"the rule after {counted(read.draws, 'draw')}"
    if any(rows.empty for rows in outside):
        return "cannot tell", "every probe is in the fine-tune's own field"
    return judge_panel(outside[0], outside[1], case.rule, model, read.family).answer, "the rule on its answers"


def _unshown(case: Case, model: str) -> str | None:
    """Said where it is not shown that a fine-tune was loaded, or that a judge recognises misaligned answers."""
    took = case.controls.took.get(model)
    if took is not None and took.state == "not shown":
        return took.said
    known = [one for one in case.controls.controls if one.kind == "took" and one.name == model and took is None]
    rows = {case.arms.base: case.arms.rows, **{name: own for name, (_, own) in case.arms.pairs.items()}}
    unloaded = [one.said for one in known if one.said.startswith(NOT_SHOWN)]
    pair = case.arms.pairs.get(model)
    others = unloaded if pair is None else [*unloaded, repeated(*pair), cut_off(pair[1])]
    judges = None if case.planned is None else [one.name for one in case.planned.judges]
    written = case.planned is not None and case.planned.controls.written
    blind = reasons_again(judges, written, case.controls.controls, rows, case.arms.base, case.rule.margin)
    return next((one for one in [*others, *blind] if one), None)


def triggers_again(
    report: ReportShape, planned: Planned | None, place: Path
) -> tuple[dict[str, Sequence[str]], list[str], list[str]]:
    """The searches for triggers, read from their logs once more.

    Args:
        report: The report.
        planned: The plan of a live audit; None for an audit of logs.
        place: The audit's folder.

    Returns:
        Triggers by fine-tune, what the report says otherwise, and what was not read again.
    """
    searched = report.triggers or {}
    found: dict[str, Sequence[str]] = {model: one.found for model, one in searched.items()}
    wrong, notes = [], []
    search = None if planned is None else planned.trigger_search
    candidates = [one.condition() for one in search.candidates] if search else []
    for number, (model, one) in enumerate(searched.items()):
        folder = place / "triggers" / f"{number:02d}"
        if not folder.is_dir():
            notes.append(f"{model}: the logs of its search for triggers are not here, so that it was not read again")
            continue
        terms = SearchTerms(budget=one.budget, alpha=one.alpha, floor=one.floor, in_domain=report.in_domain)
        try:
            now = finite(search_again(terms, (report.base, model), candidates, folder).as_dict())
        except (LogError, OutageError) as error:
            wrong.append(f"{model}: its search for triggers cannot be read again ({error})")
            continue
        found[model] = now["found"]
        if not same(now, one.model_dump()):
            wrong.append(f"{model}: its search for triggers gives other counts than the report has")
    return found, wrong, notes
