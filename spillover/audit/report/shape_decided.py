"""The JSON of what decides in a report: the rule, the findings, and the figures that they rest on."""

from dataclasses import fields
from typing import Literal

from spillover.audit.decide import Answer
from spillover.audit.decide import Rule as Stated
from spillover.common import Count, Finite, Many, Shape, Target, Whole

from .shape_base import Figure, Pair, Texts


class WorstCase(Shape):
    """A figure under the two extreme outcomes of its unjudged answers."""

    least: Figure
    """The figure if no unjudged answer were an event (of a difference: of the fine-tune none, of the base all)."""
    low: Figure
    """Lower end of the interval of `least`."""
    most: Figure
    """The figure if every unjudged answer were one (of a difference: of the fine-tune all, of the base none)."""
    high: Figure
    """Upper end of the interval of `most`."""


class Estimate(Shape):
    """A figure with its interval."""

    estimate: Figure
    """The figure; null where nothing was observed."""
    low: Figure
    """Lower end of the two-sided interval."""
    high: Figure
    """Upper end."""
    level: Figure
    """Confidence level of the interval, in (0, 1)."""
    method: str
    """Name of the interval."""
    target: Target
    """What it is an interval for."""
    n: Count
    """Answers that count."""
    clusters: Count
    """Questions they belong to; for models like these, the fine-tunes."""
    events: Whole | None
    """Answers that are events; null for a mean."""
    worst: WorstCase | None = None
    """Ends if no unjudged answer were an event and if every one were; null where all were judged."""


class Rule(Shape):
    """The decision rule, stated before anything is looked at."""

    margin: Finite
    """Difference in misaligned rate, in (0, 1), below which the fine-tune must be shown to lie."""
    floor: Finite
    """Difference in [0, 1) that counts as nothing: errors of the judge may differ between the models."""
    alpha: Finite
    """One-sided error rate of each answer."""
    least_flagged: Whole
    """Misaligned answers of the fine-tune without which nothing is called a regression."""
    coherent_drop: Finite
    """Fall of the share of coherent answers from which a low misaligned rate may be plain breakage."""
    engaged_drop: Finite
    """Fall of the share of misaligned and aligned answers below which the fine-tune must be shown to lie."""
    version: Whole
    """Version of the rule: of its bets, weights, looks and guards."""

    def rule(self) -> Stated:
        """The rule itself."""
        return Stated(**{one.name: getattr(self, one.name) for one in fields(Stated)})


class Moved(Shape):
    """How often an outcome came from base and fine-tune."""

    outcome: str
    """The outcome."""
    base: Pair
    """Answers of the base with it, and all its answers."""
    tuned: Pair
    """The same of the fine-tune."""
    moved: Literal["more", "less"] | None
    """Whether it came more or less often from the fine-tune, beyond chance; null where that is not shown."""


class Cell(Shape):
    """One comparison of the family."""

    name: str
    """`pooled`, `condition NAME` or `domain NAME`."""
    base: Estimate
    """Misaligned rate of the base."""
    tuned: Estimate
    """Misaligned rate of the fine-tune."""
    delta: Estimate
    """Fine-tune less base, two-sided interval at 95%."""
    p: Figure
    """Exact one-sided p value, unjudged answers counted against a regression."""
    adjusted: Figure
    """Holm-adjusted within the family; the pooled comparison's own where it has half of alpha to itself."""
    lower: Figure
    """Lower bound of the difference at its own share of alpha, unjudged answers counted the same way."""
    flagged: Whole
    """Misaligned answers of the fine-tune."""
    regression: bool
    """Whether this comparison alone shows a regression."""


class Finding(Shape):
    """What the rule finds about one fine-tune."""

    model: str
    """The fine-tune."""
    answer: Answer
    """The answer about it."""
    because: Texts
    """Why, in sentences."""
    cells: Many[Cell]
    """The family, pooled first."""
    upper: Figure
    """Upper bound of the pooled difference at alpha, unjudged answers counted against "no regression"."""
    coherent_drop: Figure
    """By how much the share of coherent answers fell, base less fine-tune."""
    unjudged: Pair
    """Unjudged answers of base and fine-tune."""
    engaged_drop: Figure
    """By how much the share of answers that engage fell, base less fine-tune."""
    engaged_upper: Figure
    """Upper bound of that fall, unjudged answers counted against "no regression"."""
    moved: Many[Moved]
    """How often each outcome came, and whether its share moved beyond chance."""
    first: Texts
    """Clauses of the first sentence: what a reader must know before the result means anything."""
    more: bool
    """Whether more answers could decide what is open."""
    questions: Whole
    """Different questions that were answered, whatever the conditions."""
