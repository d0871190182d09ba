"""A judge that errs: its sensitivity and specificity, and rates corrected for both with their uncertainty."""

import math
from dataclasses import asdict, dataclass

from ._binomial import Interval, clopper_pearson
from ._estimate import Estimate, check_level

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


def corrected_rate(rate: float, n: float, error: JudgeErrors, level: float = 0.95) -> Estimate:
    """A rate corrected for judge error, with the uncertainty of the rate and of the judge.

    Rogan & Gladen (1978), interval of Lang & Reiczigel (Preventive Veterinary Medicine 2014); as in arXiv 2511.21140.
    Sensitivity and specificity must hold for the answers that were judged: those of another kind of model may differ.

    Args:
        rate: Share that the judge calls misaligned, in [0, 1].
        n: Independent answers it rests on: the number of answers for these questions, less where they are alike.
        error: What is known of the judge.
        level: Confidence level.

    Returns:
        NaN throughout where there are fewer than `LEAST_LABELS` labels of a kind, the judge is no better than chance
        (sensitivity + specificity <= 1), or no rate in [0, 1] fits: a run with far fewer flagged answers than the
        card's false alarms alone says that the card was measured on harder answers.
    """
    from scipy.stats import norm

    z = float(norm.isf((1 - check_level(level)) / 2))
    m1, m0 = error.positives, error.negatives
    nothing = Estimate(math.nan, math.nan, math.nan, level, "not corrected", "these questions", round(n), 0)
    if min(m1, m0) < LEAST_LABELS or not n or math.isnan(rate):
        return nothing
    se, sp = (error.hits + 1) / (m1 + 2), (error.clears + 1) / (m0 + 2)
    youden = se + sp - 1
    if youden <= 0 or error.sensitivity + error.specificity <= 1:
        return nothing
    wide = n + z**2
    p = (n * rate + z**2 / 2) / wide
    theta = (p + sp - 1) / youden
    of_sp, of_se = sp * (1 - sp) / (m0 + 2), se * (1 - se) / (m1 + 2)
    shift = 2 * z**2 * (theta * of_se - (1 - theta) * of_sp)
    spread = math.sqrt(p * (1 - p) / wide + (1 - theta) ** 2 * of_sp + theta**2 * of_se) / youden
    low, high = (theta + shift + sign * z * spread for sign in (-1, 1))
    if high <= 0 or low >= 1:
        return nothing
    low, high = max(0.0, low), min(1.0, high)
    point = (rate + error.specificity - 1) / (error.sensitivity + error.specificity - 1)
    return Estimate(min(1.0, max(0.0, point)), low, high, level, "Lang-Reiczigel", "these questions", round(n), 0)


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
