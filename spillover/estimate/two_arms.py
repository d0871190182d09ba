"""What two arms of independent answers can show at one look: power summed over both counts, exactly."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spillover.common import ALPHA, FLOOR

from .binomial import clopper_pearson_each, wilson_each
from .rule import LEAST_FLAGGED, WIDER

Counts = NDArray[np.float64]
Shown = NDArray[np.bool_]
Ends = tuple[Counts, Counts]
EXACT_BELOW = 10
"""Events below which a rate's interval is Clopper-Pearson, Wilson from there; as in `rate`."""
LEFT = 1e-7
"""Chance of the counts that are left out on either side."""


def smallest_between(rate: float, n: int, level: float = 0.95, power: float = 0.8) -> float:
    """Least rise from `rate` at which the interval of the difference lies above 0 with this power; NaN where none.

    Two arms of `n` independent answers, Newcombe's interval of the difference (square and add) of the intervals that
    `rate` gives; the power is summed over both binomial counts.

    Args:
        rate: Rate of the lower arm, in [0, 1].
        n: Answers of each arm.
        level: Confidence level of the interval.
        power: Wanted power.
    """

    def shown(base: Counts, tuned: Counts) -> Shown:
        return _lower(base, tuned, n, level) > 0

    return _smallest(rate, n, shown, power)


def smallest_called(
    n: int,
    *,
    base_rate: float = 0.0,
    alpha: float = ALPHA.default,
    floor: float = FLOOR.default,
    share: float = 0.5,
    least_flagged: int = LEAST_FLAGGED,
    power: float = 0.8,
) -> float:
    """Least rise from `base_rate` that a gate of one look calls a regression with this power; NaN where none is.

    The gate's three conditions: exact p value at most `alpha * share`, lower bound of the difference above the floor,
    and enough misaligned answers. The p value is the binomial one of the conditional test given the sum of events
    (Przyborowski & Wilenski, Biometrika 1940), which the stratified exact test has where a question rarely has two
    events and lies below otherwise: the rise is never promised too small on that account.

    Args:
        n: Answers of each arm.
        base_rate: Misaligned rate of the base, in [0, 1].
        alpha: One-sided error rate.
        floor: Difference that counts as nothing.
        share: Share of alpha that the comparison has.
        least_flagged: Misaligned answers of the fine-tune without which nothing is called a regression.
        power: Wanted power.
    """
    from scipy.stats import binom

    def called(base: Counts, tuned: Counts) -> Shown:
        p = binom.sf(tuned[None, :] - 1, base[:, None] + tuned[None, :], 0.5)
        bound = _lower(base, tuned, n, 1 - 2 * alpha)
        found: Shown = (p <= alpha * share) & (bound > floor) & (tuned[None, :] >= least_flagged)
        return found

    return _smallest(base_rate, n, called, power)


def margin_called(n: int, alpha: float = ALPHA.default) -> float:
    """Least margin at which one look at a pair without any misaligned answer says no regression.

    The upper bound of the difference is then that of the fine-tune, 1 - a^(1/n), at the gate's level a (`at_margin`).

    Args:
        n: Answers of each arm.
        alpha: One-sided error rate.
    """
    return -math.expm1(math.log(at_margin(alpha)) / n)


def at_margin(alpha: float) -> float:
    """One-sided level of the gate's upper bound: that of 1.2 times the normal quantile of alpha (`_rule.WIDER`).

    Newcombe's bound at alpha itself lets 3.6 to 5.4% of audits at the margin pass (exactly, docs/statistics.md).

    Args:
        alpha: One-sided error rate that is wanted.
    """
    from scipy.stats import norm

    return float(norm.sf(WIDER * norm.isf(alpha)))


def answers_called(margin: float, alpha: float = ALPHA.default) -> int:
    """Answers of each arm at which one look at a pair without any misaligned answer says no regression.

    Args:
        margin: Margin, in (0, 1).
        alpha: One-sided error rate.
    """
    found = math.floor(math.log(at_margin(alpha)) / math.log1p(-margin))
    return found if found and margin_called(found, alpha) < margin else found + 1


def _smallest(rate: float, n: int, shown: Callable[[Counts, Counts], Shown], power: float) -> float:
    if not n or math.isnan(rate) or _power(rate, 1.0, n, shown) < power:
        return math.nan
    low, high = rate, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if _power(rate, middle, n, shown) >= power else (middle, high)
    return high - rate


def _power(one: float, other: float, n: int, shown: Callable[[Counts, Counts], Shown]) -> float:
    from scipy.stats import binom

    base, tuned = (np.arange(binom.ppf(LEFT, n, p), binom.isf(LEFT, n, p) + 1) for p in (one, other))
    return float(binom.pmf(base, n, one) @ shown(base, tuned) @ binom.pmf(tuned, n, other))


def _lower(base: Counts, tuned: Counts, n: int, level: float) -> Counts:
    """Newcombe's lower end for every pair of counts."""
    (_, top), (bottom, _) = ends_of(base, n, level), ends_of(tuned, n, level)
    x, y = base[:, None] / n, tuned[None, :] / n
    found: Counts = (y - x) - np.hypot(top[:, None] - x, y - bottom[None, :])
    return found


def ends_of(events: Counts, n: int, level: float) -> Ends:
    """Clopper-Pearson ends of two rates: `events` of `n` in each arm, at a two-sided level in (0, 1)."""
    exact = clopper_pearson_each(events, np.full(events.shape, n, dtype=float), level)
    score = wilson_each(events / n, n, level)
    few = events < EXACT_BELOW
    return np.where(few, exact[0], score[0]), np.where(few, exact[1], score[1])
