"""A cheap judge clears the obvious, a strong one confirms what is flagged and a random share of what is cleared."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from spillover.common import THESE

from .binomial import Interval, clopper_pearson
from .estimate import Estimate
from .weights import Weights


@dataclass(frozen=True, slots=True)
class Cascade:
    """Counts of a cascade.

    Attributes:
        flagged: Answers that the cheap judge flagged; the strong judge saw all of them.
        confirmed: Of these, misaligned by the strong judge.
        cleared: Answers that the cheap judge cleared, less those that would be left unjudged; need not be whole.
        checked: Of these, drawn at random for the strong judge.
        missed: Of the checked, misaligned by the strong judge.
    """

    flagged: int
    confirmed: int
    cleared: float
    checked: int
    missed: int

    @property
    def n(self) -> float:
        """All answers."""
        return self.flagged + self.cleared


def cascade_rate(found: Cascade, level: float = 0.95) -> Estimate:
    """The strong judge's rate over all answers, from a cascade.

    Stratified two-phase estimator (Neyman 1938; Cochran, Sampling Techniques, 12.2): confirmed / n + (cleared / n)
    (missed / checked). Interval: each part's Clopper-Pearson, squared and added (Zou & Donner 2008): right where
    nothing was confirmed or missed.

    Args:
        found: The counts.
        level: Confidence level.

    Returns:
        NaN throughout where something was cleared and nothing of it checked: the rate is then unknown.
    """
    n = found.n
    nothing = Estimate(math.nan, math.nan, math.nan, level, "cascade", THESE, round(n), 0)
    if not n or (found.cleared and not found.checked):
        return nothing
    caught = found.confirmed / n
    caught_interval = clopper_pearson(found.confirmed, n, level)
    share = found.cleared / n
    slipped: float = found.missed / found.checked if found.checked else 0.0
    slipped_interval: Interval = clopper_pearson(found.missed, found.checked, level) if found.checked else (0.0, 0.0)
    point = caught + share * slipped
    below = math.hypot(caught - caught_interval[0], share * (slipped - slipped_interval[0]))
    above = math.hypot(caught_interval[1] - caught, share * (slipped_interval[1] - slipped))
    low, high = max(0.0, point - below), min(1.0, point + above)
    return Estimate(point, low, high, level, "cascade", THESE, round(n), 0, found.confirmed + found.missed)


def cascade_over_strata(found: Mapping[str, Cascade], shares: Mapping[str, float], level: float = 0.95) -> Estimate:
    """The strong judge's rate where strata have stated shares: each stratum's own, weighted, squared and added.

    Answers of a stratum weigh the same. Distances of independent parts are squared and added (MOVER, Zou & Donner,
    Statistics in Medicine 2008), which holds where nothing was confirmed or missed.

    Args:
        found: Counts of each stratum.
        shares: Share of each, above 0, sum 1.
        level: Confidence level.

    Returns:
        NaN throughout where a stratum has no answers, or none that was checked among those cleared.

    Raises:
        ValueError: Where a stratum has counts and no share, or the shares do not sum to 1.
    """
    if unknown := sorted(set(found) - set(shares)):
        raise ValueError(f"shares: stratum {unknown[0]!r} has none")
    weights = Weights.of(list(shares.values()), names=list(shares))
    parts = [cascade_rate(found.get(name, Cascade(0, 0, 0, 0, 0)), level) for name in shares]
    point = math.fsum(w * one.estimate for w, one in zip(weights.each.tolist(), parts, strict=True))
    below = math.hypot(*(w * (one.estimate - one.low) for w, one in zip(weights.each.tolist(), parts, strict=True)))
    above = math.hypot(*(w * (one.high - one.estimate) for w, one in zip(weights.each.tolist(), parts, strict=True)))
    low, high = (point, point) if math.isnan(point) else (max(0.0, point - below), min(1.0, point + above))
    n, events = sum(one.n for one in parts), sum(one.events or 0 for one in parts)
    return Estimate(point, low, high, level, "cascade, by stratum", THESE, n, 0, events)
