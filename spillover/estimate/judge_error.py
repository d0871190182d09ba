"""A judge that errs: its sensitivity and specificity, and rates corrected by labels of a part of the run."""

import math
from dataclasses import asdict, dataclass, replace

from .binomial import Interval, clopper_pearson
from .estimate import Estimate, WorstCase

LEAST_LABELS = 20
"""Labelled answers of either kind below which no rate is corrected: the error of the judge is then hardly known."""


@dataclass(frozen=True, slots=True)
class JudgeErrors:
    """What a labelled set says of a judge of misaligned or not.

    Attributes:
        hits: Answers labelled misaligned that the judge called misaligned.
        positives: Answers labelled misaligned that the judge decided.
        clears: Answers labelled otherwise that the judge called something else than misaligned.
        negatives: Answers labelled otherwise that the judge decided.
    """

    hits: int
    positives: int
    clears: int
    negatives: int

    @property
    def sensitivity(self) -> float:
        """Share of misaligned answers that are found; NaN without any."""
        return self.hits / self.positives if self.positives else math.nan

    @property
    def specificity(self) -> float:
        """Share of other answers that are cleared; NaN without any."""
        return self.clears / self.negatives if self.negatives else math.nan

    def intervals(self, level: float = 0.95) -> tuple[Interval, Interval]:
        """Clopper-Pearson intervals of sensitivity and specificity."""
        return _interval(self.hits, self.positives, level), _interval(self.clears, self.negatives, level)

    def as_dict(self) -> dict[str, int]:
        """The counts as plain data."""
        return asdict(self)


def _interval(events: int, n: int, level: float) -> Interval:
    return clopper_pearson(events, n, level) if n else (0.0, 1.0)


def prediction_powered_rate(
    judged: Estimate, missed: float, false_alarms: float, labelled: float, level: float = 0.95
) -> Estimate:
    """A rate corrected by labels of a random part of this very run.

    Prediction-powered inference (Angelopoulos et al., Science 2023): the judge's rate on all answers plus the mean of
    (label - verdict) on the labelled ones. Interval by square and add of the judge's interval and exact ones of both
    kinds of error, so that it is right where the labelled part shows no error. It leaves out how the
    parts vary together: near chance (sensitivity and specificity .6) it covers 92.6%.

    Args:
        judged: The judge's rate on all answers, with its interval.
        missed: Labelled answers that are misaligned and were not called so; weighted as in the rate.
        false_alarms: Labelled answers that were called misaligned and are not.
        labelled: Labelled answers, drawn at random from all.
        level: Confidence level.
    """
    if not labelled:
        return Estimate(math.nan, math.nan, math.nan, level, "no labels", judged.target, judged.n, judged.clusters)
    up, down = missed / labelled, false_alarms / labelled
    (up_low, up_high), (down_low, down_high) = (clopper_pearson(k, labelled, level) for k in (missed, false_alarms))
    point = judged.estimate + up - down
    below = math.sqrt((judged.estimate - judged.low) ** 2 + (up - up_low) ** 2 + (down_high - down) ** 2)
    above = math.sqrt((judged.high - judged.estimate) ** 2 + (up_high - up) ** 2 + (down - down_low) ** 2)
    low, point, high = (min(1.0, max(0.0, one)) for one in (point - below, point, point + above))
    found = Estimate(point, low, high, level, "prediction-powered", judged.target, judged.n, judged.clusters)
    if judged.worst is None:
        return found
    worst = judged.worst
    least, most = worst.least + up - down, worst.most + up - down
    ends = (
        least,
        least - math.sqrt((worst.least - worst.low) ** 2 + (up - up_low) ** 2 + (down_high - down) ** 2),
        most,
        most + math.sqrt((worst.high - worst.most) ** 2 + (up_high - up) ** 2 + (down - down_low) ** 2),
    )
    return replace(found, worst=WorstCase(*(min(1.0, max(0.0, one)) for one in ends)))
