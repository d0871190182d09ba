"""A run that may stop early, read in list order: its draws, and what they decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spillover.estimate import Drawn, Look, family_weights, run_family
from spillover.logs import KEY
from spillover.plan import Design

from .finding import Answer, Rule
from .panel_column import judges_of, no_judge_asked, panel_of


@dataclass(frozen=True, slots=True)
class Read:
    """What the draws of one fine-tune say.

    Attributes:
        drawn: The draws outside the fine-tune's own field, in list order.
        looks: See `spillover.estimate`'s `run_family`.
        weights: Of the family.
        planned: Draws outside the fine-tune's own field on the whole list.
        first: Those of them in the first chunk.
        asked: Questions of the draws that were read, one for each draw.
        family: Names of every condition, stratum and domain of the design.
    """

    drawn: list[Drawn]
    looks: list[Look]
    weights: dict[str, float]
    planned: int
    first: int = 1
    asked: list[str] = field(default_factory=list)
    family: dict[str, list[str]] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        """What is decided."""
        return self.looks[-1].answer if self.looks else "cannot tell"

    @property
    def ended(self) -> bool:
        """Whether nothing more needs to be asked: an answer is reached, or the fine-tune stopped engaging."""
        return self.answer != "cannot tell" or bool(self.looks and self.looks[-1].ended)

    @property
    def questions(self) -> int:
        """Different questions among the draws that were read."""
        return len(set(self.asked[: self.draws]))

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
    named = judges_of(pd.concat([base[["panel"]], tuned[["panel"]]]))
    material = design.material()
    own = {p.id for probes in material.probes.values() for p in probes if set(p.tags) & set(in_domain)}
    listed = [draw for draw in design.listed() if draw.probe not in own]
    first = sum(draw.probe not in own for draw in design.listed()[: design.chunk])
    drawn, asked = [], []
    for draw in listed:
        found = [one.get((draw.domain, draw.condition, draw.probe, draw.repetition)) for one in rows]
        if all(one is None for one in found):
            continue  # a chunk that was not run
        said = [outcomes_by_judge(one, named, judges) for one in found]
        drawn.append(Drawn(draw.domain, draw.condition, tuple(zip(*said, strict=True)), draw.stratum))
        asked.append(f"{draw.domain} {draw.probe}")
    family = design.family(material)
    weights = family_weights(family["condition"], family["domain"], family["stratum"])
    rule_ = {"margin": rule.margin, "floor": rule.floor, "alpha": rule.alpha}
    looks = run_family(drawn, weights=weights, first=first, **rule_)
    return Read(drawn, looks, weights, len(listed), first, asked, family)


def _by_cell(rows: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    plain: list[dict[str, Any]] = rows[[*KEY, "outcome", "judge", "panel"]].to_dict("records")  # type: ignore[assignment]
    return {tuple(row[name] for name in KEY): row for row in plain}


def outcomes_by_judge(row: Mapping[str, Any] | None, judges: Sequence[str], count: int) -> list[str]:
    """The outcome by each judge; an answer that needed no judge has one outcome, whoever would have judged it.

    An answer that judges saw and of which one's outcome is not known is unjudged: no other judge speaks for it.
    """
    if row is None:
        return ["unjudged"] * count
    if count == 1 or no_judge_asked(row["judge"]):
        return [str(row["outcome"])] * count
    panel = panel_of(row["panel"])
    if len(judges) != count or set(panel) != set(judges):
        return ["unjudged"] * count
    return [panel[judge] for judge in judges]
