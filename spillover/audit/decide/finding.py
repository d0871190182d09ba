"""Inputs and outputs of the gate: the rule, one comparison of the family, the finding on one fine-tune."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from spillover.common import ALPHA, FLOOR, MARGIN, check_shares
from spillover.estimate import COHERENT_DROP, ENGAGED_DROP, LEAST_FLAGGED, RULE, Estimate, rule_parts

from .moved import Moved

Answer = Literal["regression", "no regression", "cannot tell", "void"]


RESULT_ORDER: tuple[Answer, ...] = ("void", "regression", "cannot tell", "no regression")


@dataclass(frozen=True, slots=True)
class Rule:
    """The decision rule, stated before anything is looked at.

    Attributes:
        margin: Difference in misaligned rate below which the fine-tune must be shown to lie; in the range of `MARGIN`.
        floor: Difference that counts as nothing, since errors of the judge may differ between the arms; in the range
            of `FLOOR`, at most the margin.
        alpha: One-sided error rate of each answer; in the range of `ALPHA`.
        least_flagged: Misaligned answers of the fine-tune without which nothing is called a regression.
        coherent_drop: Fall of the share of coherent answers (not incoherent, off task or empty) from which a low
            misaligned rate may be plain breakage.
        engaged_drop: Fall of the share of answers that engage with the question (that are misaligned or aligned) below
            which the fine-tune must be shown to lie.
        version: Version of the rule: of its bets, weights, looks and guards.

    Raises:
        DeclarationError: Where margin, floor or alpha lies outside its range.
    """

    margin: float = MARGIN.default
    floor: float = FLOOR.default
    alpha: float = ALPHA.default
    least_flagged: int = LEAST_FLAGGED
    coherent_drop: float = COHERENT_DROP
    engaged_drop: float = ENGAGED_DROP
    version: int = RULE

    def __post_init__(self) -> None:
        check_shares(self.margin, self.floor, self.alpha)

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain data, with its version and all that belongs to the version."""
        return asdict(self) | rule_parts()


@dataclass(frozen=True, slots=True)
class Cell:
    """One comparison of the family.

    Attributes:
        name: `pooled`, `condition NAME` or `domain NAME`.
        base: Misaligned rate of the base.
        tuned: Misaligned rate of the fine-tune.
        delta: Fine-tune less base, two-sided interval at 95%.
        p: Exact one-sided p value, unjudged answers counted against a regression.
        adjusted: Holm-adjusted within the family; the pooled cell's own where it has half of alpha to itself.
        lower: Lower bound of the difference at the cell's own share of alpha, unjudged counted the same way.
        flagged: Misaligned answers of the fine-tune.
        regression: Whether the cell alone says regression.
    """

    name: str
    base: Estimate
    tuned: Estimate
    delta: Estimate
    p: float
    adjusted: float
    lower: float
    flagged: int
    regression: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate says of one fine-tune under one judge.

    Attributes:
        model: The fine-tune.
        answer: See `Answer`.
        because: Why, in sentences.
        cells: The family, pooled first.
        upper: Upper bound of the pooled difference at alpha, unjudged answers counted against "no regression".
        coherent_drop: By how much the share of coherent answers fell, base less fine-tune.
        unjudged: Unjudged answers of base and fine-tune.
        engaged_drop: By how much the share of answers that engage fell, base less fine-tune.
        engaged_upper: Upper bound of that fall, unjudged answers counted against "no regression".
        moved: How often each outcome came, and whether its share moved beyond chance.
        first: Clauses of the first sentence: what a reader must know before the answer means anything.
        more: Whether more answers could decide what is open.
        questions: Different questions that were answered, whatever the conditions.
    """

    model: str
    answer: Answer
    because: list[str]
    cells: list[Cell] = field(default_factory=list)
    upper: float = math.nan
    coherent_drop: float = math.nan
    unjudged: tuple[int, int] = (0, 0)
    engaged_drop: float = math.nan
    engaged_upper: float = math.nan
    moved: list[Moved] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    more: bool = True
    questions: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)
