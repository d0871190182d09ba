"""Ranks as ranges: how many models are shown to be better, and how many to be worse, when all pairs are compared."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spillover.estimate import Estimate, worst_of

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

    Where answers are unjudged, a model is lower than another only if it is so in the worst case: its own rate and upper
    end with every unjudged answer misaligned, the other's rate and lower end with none. No judge that fails on bad
    answers can lift a model in rank.

    A record holds one interval. At another level it is that of Clopper & Pearson for as many independent answers as
    give the record's own end at the record's own level, each end by itself.

    Args:
        estimates: Rates of models that were asked the same and judged alike.
        alpha: Error rate of the family of all pairs.

    Raises:
        ValueError: Where an estimate cannot be ranked.
    """
    if not all(rankable(one) for one in estimates):
        raise ValueError("only a rate with low <= estimate <= high, all from 0 to 1, can be ranked")
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
    return ordered and 0 <= found.estimate <= 1 and 0 < found.level < 1 and _holds(found)


def _holds(found: Estimate) -> bool:
    """Whether its worst case, where it has one, lies around it."""
    worst = worst_of(found)
    ends = (0, worst.low, worst.least, found.estimate, worst.most, worst.high, 1)
    finite = all(isinstance(one, int | float) and math.isfinite(one) for one in ends)
    return finite and all(one <= other + SLACK for one, other in pairwise(ends))


def _told_apart(estimates: Sequence[Estimate], alpha: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each model, how many are shown to be lower and how many to be higher: Holm, by lowering the bar in rounds.

    Every pair that passes at alpha over the pairs that are left is taken out, until none is added. This ends at the
    same pairs as going through sorted p values, and needs no p value.
    """
    worst = [worst_of(one) for one in estimates]
    least, most, low, high = (
        np.array([getattr(one, name) for one in worst], dtype=float) for name in ("least", "most", "low", "high")
    )
    tail = (1 - np.array([one.level for one in estimates], dtype=float)) / 2
    worth = _solved(_low, least, low, tail), _solved(_high, most, high, tail)
    pairs, found = len(least) * (len(least) - 1) // 2, 0
    while True:
        tail = np.full(len(least), alpha / (pairs - found) / 2)
        lower, higher = _pairs(least, most, _low(least, worth[0], tail), _high(most, worth[1], tail))
        passed = int(lower.sum())
        if passed <= found or passed == pairs:
            return lower, higher
        found = passed


def _pairs(least: Values, most: Values, low: Values, high: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per model the number of lower and of higher ones, by Newcombe's square-and-add interval of the worst case."""
    lower, higher = np.zeros(len(least), dtype=int), np.zeros(len(least), dtype=int)
    down, up = (least - low) ** 2, (high - most) ** 2
    for start in range(0, len(least), ROWS):
        part = slice(start, start + ROWS)
        above = least[None, :] - most[part, None]
        shown = (above > 0) & (above**2 > down[None, :] + up[part, None])
        higher[part] += shown.sum(axis=1)
        lower += shown.sum(axis=0)
    return lower, higher


def _solved(end: End, rates: Values, wanted: Values, tail: Values) -> Values:
    """Answers at which an end lies as far from the rate as wanted, by bisection on a logarithmic scale."""
    few, many = np.full(len(rates), math.log(1e-3)), np.full(len(rates), math.log(MOST))
    for _ in range(STEPS):
        middle = (few + many) / 2
        far = np.abs(end(rates, np.exp(middle), tail) - rates) > np.abs(wanted - rates)
        few, many = np.where(far, middle, few), np.where(far, many, middle)
    found: Values = np.exp(few)
    return found


def _low(rates: Values, n: Values, tail: Values) -> Values:
    from scipy.special import betaincinv

    events = rates * n
    return np.where(rates <= 0, 0.0, betaincinv(np.where(events > 0, events, 1.0), n - events + 1, tail))


def _high(rates: Values, n: Values, tail: Values) -> Values:
    from scipy.special import betainccinv

    rest = (1 - rates) * n
    return np.where(rates >= 1, 1.0, betainccinv(rates * n + 1, np.where(rest > 0, rest, 1.0), tail))
