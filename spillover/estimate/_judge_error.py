"""A judge that errs: its sensitivity and specificity, and rates corrected for both with their uncertainty."""

import math
from dataclasses import asdict, dataclass, replace

from ._binomial import Interval, clopper_pearson, wilson
from ._estimate import Estimate

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


def corrected_rate(judged: Estimate, error: JudgeErrors) -> Estimate:
    """A rate corrected for judge error, with the uncertainty of the rate and of the judge.

    Point: Rogan & Gladen (1978). Interval: all rates t at which judged - t Se - (1 - t)(1 - Sp) may be 0, as Fieller's
    for a ratio; its ends by square and add (MOVER, Zou & Donner 2008) of the judged rate's interval and Wilson's of
    sensitivity and specificity.
    Both must hold for the answers that were judged: those of another kind of model may differ.

    Args:
        judged: The judge's rate, with its interval.
        error: What is known of the judge.

    Returns:
        NaN throughout where there are fewer than `LEAST_LABELS` labels of a kind, the judge is no better than chance
        (sensitivity + specificity <= 1), or no rate in [0, 1] fits: a run with far fewer flagged answers than the
        card's false alarms alone says that the card was measured on harder answers.
    """
    known = min(error.positives, error.negatives) >= LEAST_LABELS and not math.isnan(judged.low)
    youden = error.sensitivity + error.specificity - 1
    found = _fitting(judged, error) if known and youden > 0 else None
    if found is None:
        nan = math.nan
        return replace(judged, estimate=nan, low=nan, high=nan, method="not corrected", events=None)
    point = min(1.0, max(0.0, (judged.estimate + error.specificity - 1) / youden))
    return replace(judged, estimate=point, low=found[0], high=found[1], method="Rogan-Gladen, MOVER", events=None)


def _fitting(judged: Estimate, error: JudgeErrors) -> Interval | None:
    """The least and largest rate in [0, 1] that fits what was flagged; None where none does."""
    from scipy.optimize import brentq

    flagged, hit, alarm = judged.estimate, error.sensitivity, 1 - error.specificity
    hit_low, hit_high = wilson(error.hits, error.positives, judged.level)
    alarm_low, alarm_high = wilson(error.negatives - error.clears, error.negatives, judged.level)

    def least(t: float) -> float:
        """Lower end of what was flagged beyond what the rate `t` explains; concave in t."""
        far = math.hypot(flagged - judged.low, t * (hit_high - hit), (1 - t) * (alarm_high - alarm))
        return flagged - t * hit - (1 - t) * alarm - far

    def most(t: float) -> float:
        """Its upper end; convex in t."""
        far = math.hypot(judged.high - flagged, t * (hit - hit_low), (1 - t) * (alarm - alarm_low))
        return flagged - t * hit - (1 - t) * alarm + far

    if min(least(0), least(1)) > 0 or max(most(0), most(1)) < 0:
        return None
    low = 0.0 if least(0) <= 0 else float(brentq(least, 0, 1, xtol=1e-14))
    high = 1.0 if most(1) >= 0 else float(brentq(most, 0, 1, xtol=1e-14))
    return low, high


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
    return Estimate(point, low, high, level, "prediction-powered", judged.target, judged.n, judged.clusters)
