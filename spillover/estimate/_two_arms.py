"""What two arms of independent answers can show: the power of the interval that is printed, exactly."""

import math

import numpy as np
from numpy.typing import NDArray

Ends = tuple[NDArray[np.float64], NDArray[np.float64]]
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
    if not n or math.isnan(rate) or _power(rate, 1.0, n, level) < power:
        return math.nan
    low, high = rate, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if _power(rate, middle, n, level) >= power else (middle, high)
    return high - rate


def _power(one: float, other: float, n: int, level: float) -> float:
    from scipy.stats import binom

    counts = [np.arange(binom.ppf(LEFT, n, p), binom.isf(LEFT, n, p) + 1) for p in (one, other)]
    chances = [binom.pmf(x, n, p) for x, p in zip(counts, (one, other), strict=True)]
    (_, top), (bottom, _) = (_ends(x, n, level) for x in counts)
    x, y = counts[0][:, None] / n, counts[1][None, :] / n
    shown = (y - x) - np.hypot(top[:, None] - x, y - bottom[None, :]) > 0
    return float(chances[0] @ shown @ chances[1])


def _ends(events: NDArray[np.float64], n: int, level: float) -> Ends:
    from scipy.stats import beta, norm

    tail, z = (1 - level) / 2, norm.isf((1 - level) / 2)
    with np.errstate(invalid="ignore"):
        exact = (
            np.nan_to_num(beta.ppf(tail, events, n - events + 1)),
            np.nan_to_num(beta.isf(tail, events + 1, n - events), nan=1.0),
        )
    p = events / n
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    wilson = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    few = events < EXACT_BELOW
    return np.where(few, exact[0], wilson[0]), np.where(few, exact[1], wilson[1])
