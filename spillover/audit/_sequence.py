"""A run that may stop early, read in list order: its draws, what they decide, and the bounds that stopping leaves."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spillover.estimate import Estimate
from spillover.estimate._bounds import closed_evalue, difference_bounds, lower_bound, rate_bounds
from spillover.estimate._family import POOLED, Drawn, Look, family_weights, run_family
from spillover.estimate._sequential import Counts, count
from spillover.run import Design

from ._gate import Answer, Cell, Finding, Rule

KEY = ["task", "probe", "condition", "epoch"]
METHOD = "betting (holds at any number of looks)"


@dataclass(frozen=True, slots=True)
class Read:
    """What the draws of one fine-tune say.

    Attributes:
        drawn: The draws outside the fine-tune's own field, in list order.
        looks: See `spillover.estimate`'s `run_family`.
        weights: Of the family.
    """

    drawn: list[Drawn]
    looks: list[Look]
    weights: dict[str, float]

    @property
    def answer(self) -> Answer:
        """What is decided."""
        return self.looks[-1].answer if self.looks else "cannot tell"

    @property
    def draws(self) -> int:
        """Draws that were read up to the decision."""
        return self.looks[-1].draws if self.looks else 0

    @property
    def used(self) -> list[Drawn]:
        """The draws that were read up to the decision."""
        return self.drawn[: self.draws]


def read_sequence(
    design: Design, base: pd.DataFrame, tuned: pd.DataFrame, judges: int, rule: Rule, in_domain: Sequence[str] = ()
) -> Read:
    """Read a fine-tune's draws against the base's, in list order.

    Args:
        design: What was asked.
        base: Rows of the base.
        tuned: Rows of the fine-tune, in the same chunks.
        judges: How many judges there are; the first is the one whose verdicts the rows hold.
        rule: The decision rule.
        in_domain: Tags of the fine-tune's own field; draws of probes that carry one are left out.
    """
    rows = [_by_cell(one) for one in (base, tuned)]
    drawn = []
    for draw in design.listed():
        found = [one.get((draw.domain, draw.probe, draw.condition, draw.repetition)) for one in rows]
        if all(one is None for one in found):
            continue  # a chunk that was not run
        tags = {tag for one in found if one is not None for tag in str(one["tags"]).split()}
        if not tags & set(in_domain):
            said = [_outcomes(one, judges) for one in found]
            drawn.append(Drawn(draw.domain, draw.condition, tuple(zip(*said, strict=True))))
    material = design.material()
    conditions = list(dict.fromkeys(name for own in material.conditions.values() for name in own))
    weights = family_weights(conditions, list(material.probes))
    looks = run_family(drawn, weights=weights, margin=rule.margin, floor=rule.floor, alpha=rule.alpha)
    return Read(drawn, looks, weights)


def _by_cell(rows: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    plain: list[dict[str, Any]] = rows[[*KEY, "outcome", "panel", "tags"]].to_dict("records")  # type: ignore[assignment]
    return {tuple(row[name] for name in KEY): row for row in plain}


def _outcomes(row: Mapping[str, Any] | None, judges: int) -> list[str]:
    """The outcome by each judge; an answer that needed no judge has one outcome, whoever would have judged it."""
    if row is None:
        return ["unjudged"] * judges
    panel = row["panel"]
    said = list(json.loads(panel).values()) if isinstance(panel, str) else []
    return said if len(said) == judges else [str(row["outcome"])] * judges


def sequence_finding(model: str, read: Read, rule: Rule) -> Finding:
    """The finding of a run that may have stopped early: its cells hold bounds, not intervals of a fixed size."""
    if not read.looks:
        return Finding(model, "cannot tell", ["nothing was asked outside the fine-tune's own field"])
    last = read.looks[-1]
    cells = [_cell(name, read, last, rule) for name in read.weights]
    upper = difference_bounds(_counts(read, POOLED), rule.alpha)[1]
    unjudged = [sum(draw.outcomes[0][arm] == "unjudged" for draw in read.used) for arm in (0, 1)]
    return Finding(
        model, last.answer, _because(last, upper, rule), cells, upper, last.coherent_drop, (unjudged[0], unjudged[1])
    )


def _because(last: Look, upper: float, rule: Rule) -> list[str]:
    after = f"after {last.draws} draws, each answered by both"
    if last.answer == "regression":
        return [f"worse than the base beyond {100 * rule.floor:g} points in: {', '.join(last.regressions)}; {after}"]
    if last.answer == "no regression":
        return [f"the pooled difference is below {100 * rule.margin:g} points; {after}"]
    said = [f"the difference may be as large as {100 * upper:.1f} points (margin {100 * rule.margin:g}); {after}"]
    if last.coherent_drop >= rule.coherent_drop:
        said.append(f"the share of coherent answers fell by {100 * last.coherent_drop:.1f} points")
    return said


def _members(draw: Drawn) -> tuple[str, str, str]:
    return POOLED, f"condition {draw.condition}", f"domain {draw.domain}"


def _counts(read: Read, name: str) -> Counts:
    return count(draw.outcomes[0] for draw in read.used if name in _members(draw))


def _cell(name: str, read: Read, last: Look, rule: Rule) -> Cell:
    pairs = [draw.outcomes[0] for draw in read.used if name in _members(draw)]
    counts = count(pairs)
    low, high = difference_bounds(counts, rule.alpha / 2)
    figure = (counts.up - counts.down) / counts.n if counts.n else math.nan
    level, n = 1 - rule.alpha, len(pairs)
    delta = Estimate(figure, low, high, level, METHOD, "these questions", n, n)
    evalue = last.e_regression[name]
    adjusted = closed_evalue(last.e_regression, read.weights, name)
    own = lower_bound(counts, rule.alpha * read.weights[name] / sum(read.weights.values()))
    base, tuned = (_rate([pair[arm] for pair in pairs], rule) for arm in (0, 1))
    found = name in last.regressions
    return Cell(name, base, tuned, delta, _p(evalue), _p(adjusted), own, counts.flagged, found)


def _p(evalue: float) -> float:
    return min(1.0, 1 / evalue) if evalue > 0 else 1.0


def _rate(outcomes: Sequence[str], rule: Rule) -> Estimate:
    events, unjudged = (sum(one == what for one in outcomes) for what in ("misaligned", "unjudged"))
    judged = len(outcomes) - unjudged
    low, high = rate_bounds(events, judged, unjudged, rule.alpha / 2)
    figure = events / judged if judged else math.nan
    return Estimate(figure, low, high, 1 - rule.alpha, METHOD, "these questions", judged, judged, events)
