"""Ranks as ranges: how many models are shown to be better, and how many to be worse, when all pairs are compared."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from spillover.estimate import Estimate

ALPHA = 0.05
"""Chance that any of the models is wrongly told apart from another of its group."""
MOST = 1e9
"""Answers beyond which an interval counts as having no width."""
STEPS = 48
SLACK = 1e-9
"""By how much rounding may put an end on the wrong side."""
ROWS = 256
"""Rows of the table of pairs that are in memory at a time."""
Values = NDArray[np.float64]
End = Callable[[Values, Values, Values], Values]


def rank_ranges(estimates: Sequence[Estimate], alpha: float = ALPHA) -> list[tuple[int, int]]:
    """The ranks that each model may have, the lowest rate being rank 1.

    Two models are told apart where Newcombe's interval of their difference excludes zero at the level that Holm's
    procedure leaves for the pair: among m models there are m (m - 1) / 2 pairs, and the chance that any of them is
    wrongly told apart is at most `alpha`. A model ranks from 1 + the models that are shown to have a lower rate, to m -
    the models that are shown to have a higher one; models whose ranges overlap may still be told apart.

    A record holds one interval. At another level it is that of Clopper & Pearson for as many independent answers as
    give the record's own end at the record's own level, each end by itself.

    Args:
        estimates: Rates of models that were asked the same and judged alike.
        alpha: Error rate of the family of all pairs.

    Raises:
        ValueError: Where an estimate cannot be ranked.
    """
    if not all(rankable(one) for one in estimates):
        raise ValueError("only a rate with its interval, low <= estimate <= high in [0, 1], can be ranked")
    m = len(estimates)
    if m < 2:
        return [(1, 1)] * m
    lower, higher = _told_apart(estimates, alpha)
    return [(1 + int(below), m - int(above)) for below, above in zip(lower, higher, strict=True)]


def rankable(found: Estimate) -> bool:
    """Whether it is a rate with an interval around it; what a stranger sends need not be."""
    ends = (found.low, found.estimate, found.high)
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in ends):
        return False
    ordered = -SLACK <= found.low <= found.estimate + SLACK and found.estimate - SLACK <= found.high <= 1 + SLACK
    return ordered and 0 <= found.estimate <= 1 and 0 < found.level < 1


def _told_apart(estimates: Sequence[Estimate], alpha: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each model, how many are shown to be lower and how many to be higher: Holm, by lowering the bar in rounds.

    Every pair that passes at alpha over the pairs that are left is taken out, until none is added. This ends at the
    same pairs as going through sorted p values, and needs no p value.
    """
    rates = np.array([one.estimate for one in estimates], dtype=float)
    worth = _worth(estimates)
    pairs, found = len(rates) * (len(rates) - 1) // 2, 0
    while True:
        low, high = _ends(rates, worth, alpha / (pairs - found))
        lower, higher = _pairs(rates, low, high)
        passed = int(lower.sum())
        if passed <= found or passed == pairs:
            return lower, higher
        found = passed


def _pairs(rates: Values, low: Values, high: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per model the number of lower and of higher ones, by Newcombe's square-and-add interval."""
    lower, higher = np.zeros(len(rates), dtype=int), np.zeros(len(rates), dtype=int)
    down, up = (rates - low) ** 2, (high - rates) ** 2
    for start in range(0, len(rates), ROWS):
        part = slice(start, start + ROWS)
        above = rates[None, :] - rates[part, None]
        shown = (above > 0) & (above**2 > down[None, :] + up[part, None])
        higher[part] += shown.sum(axis=1)
        lower += shown.sum(axis=0)
    return lower, higher


def _worth(estimates: Sequence[Estimate]) -> tuple[Values, Values]:
    """Independent answers that the lower and the upper end of each interval is worth."""
    rates, low, high, level = (
        np.array([getattr(one, name) for one in estimates], dtype=float)
        for name in ("estimate", "low", "high", "level")
    )
    tail = (1 - level) / 2
    return _solved(_low, rates, low, tail), _solved(_high, rates, high, tail)


def _solved(end: End, rates: Values, wanted: Values, tail: Values) -> Values:
    """Answers at which an end lies as far from the rate as wanted, by bisection on a logarithmic scale."""
    few, many = np.full(len(rates), math.log(1e-3)), np.full(len(rates), math.log(MOST))
    for _ in range(STEPS):
        middle = (few + many) / 2
        far = np.abs(end(rates, np.exp(middle), tail) - rates) > np.abs(wanted - rates)
        few, many = np.where(far, middle, few), np.where(far, many, middle)
    found: Values = np.exp(few)
    return found


def _ends(rates: Values, worth: tuple[Values, Values], alpha: float) -> tuple[Values, Values]:
    """Both ends of every interval, each tail with half of alpha."""
    tail = np.full(len(rates), alpha / 2)
    return _low(rates, worth[0], tail), _high(rates, worth[1], tail)


def _low(rates: Values, n: Values, tail: Values) -> Values:
    from scipy.special import betaincinv

    events = rates * n
    return np.where(rates <= 0, 0.0, betaincinv(np.where(events > 0, events, 1.0), n - events + 1, tail))


def _high(rates: Values, n: Values, tail: Values) -> Values:
    from scipy.special import betainccinv

    rest = (1 - rates) * n
    return np.where(rates >= 1, 1.0, betainccinv(rates * n + 1, np.where(rest > 0, rest, 1.0), tail))
