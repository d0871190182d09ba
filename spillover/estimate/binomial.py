"""Intervals for one proportion and for a difference of two, right at zero."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common import ALPHA

from .estimate import check_level

Interval = tuple[float, float]


def clopper_pearson(events: float, n: float, level: float = 0.95) -> Interval:
    """Exact two-sided interval of a binomial proportion (Clopper & Pearson, Biometrika 1934).

    Args:
        events: Number of events, 0 to n; not whole for effective counts (Korn & Graubard, Survey Methodology 1998).
        n: Number of trials, above 0.
        level: Confidence level; each tail has half of 1 - level.

    Returns:
        Both ends, in [0, 1].
    """
    _check(events, n)
    low, high = clopper_pearson_each(np.array([events], dtype=float), np.array([n], dtype=float), level)
    return float(low[0]), float(high[0])


def clopper_pearson_each(
    events: NDArray[np.float64], n: NDArray[np.float64], level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper ends of `clopper_pearson` for arrays of one shape."""
    from scipy.special import betainccinv, betaincinv

    tail, rest = (1 - check_level(level)) / 2, n - events
    low = np.where(events <= 0, 0.0, betaincinv(np.where(events > 0, events, 1.0), rest + 1, tail))
    high = np.where(rest <= 0, 1.0, betainccinv(events + 1, np.where(rest > 0, rest, 1.0), tail))
    return low, high


def unseen_share(questions: int, level: float = 0.95) -> float:
    """Largest share of questions that may be of a kind of which none is among so many drawn at random.

    (1 - share)^G is (1 - level) / 2 there: the upper end of Clopper-Pearson at none of G.

    Args:
        questions: Questions that were asked, 1 or more.
        level: Confidence level.
    """
    return -math.expm1(math.log((1 - check_level(level)) / 2) / questions)


def wilson(events: float, n: float, level: float = 0.95) -> Interval:
    """Score interval of a binomial proportion (Wilson, JASA 1927), without continuity correction.

    Args:
        events: Number of events, 0 to n; need not be whole.
        n: Number of trials or effective number, above 0.
        level: Confidence level.
    """
    _check(events, n)
    low, high = wilson_each(np.array([events / n]), np.array([n], dtype=float), level)
    return float(low[0]), float(high[0])


def wilson_each(
    p: float | NDArray[np.float64], n: float | NDArray[np.float64], level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper ends of `wilson` for arrays of shares and numbers of trials, 0 among them."""
    from scipy.special import ndtri

    z2 = float(ndtri((1 + check_level(level)) / 2)) ** 2
    centre = (n * p + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (n * p * (1 - p) + z2 / 4)) / (n + z2)
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half)


def upper_at_zero(n: ArrayLike, weights: ArrayLike | None = None, alpha: float = ALPHA.default) -> float:
    """Exact one-sided upper bound on a weighted mean of proportions when no event was seen anywhere.

    The largest sum(w p) among all p with prod((1 - p_i)^n_i) >= alpha. By Lagrange 1 - p_i = min(1, n_i / (c w_i)).
    With weights proportional to n it is 1 - alpha^(1/sum(n)), whatever the p (a Poisson binomial with mean p has no
    more mass at 0 than a binomial: Hoeffding, Annals of Mathematical Statistics 1956).

    Args:
        n: Answers per question, shape (G,), each above 0.
        weights: Weight of each question, shape (G,), summing to 1; equal where None.
        alpha: Error rate of the bound, in (0, 1).
    """
    from scipy.optimize import brentq

    check_level(alpha)
    counts = np.atleast_1d(np.asarray(n, dtype=float))
    w = np.full(len(counts), 1 / len(counts)) if weights is None else np.asarray(weights, dtype=float)
    ratio = counts / w
    if np.allclose(ratio, ratio[0], rtol=1e-12, atol=0):
        return -math.expm1(math.log(alpha) / float(counts.sum()))

    def missing(log_c: float) -> float:
        """Log probability of no event at this multiplier, above log alpha."""
        return float(np.sum(counts * np.minimum(0.0, np.log(ratio) - log_c)) - math.log(alpha))

    low = float(np.log(ratio.min()))
    high = float(np.log(ratio.max())) - math.log(alpha)
    log_c = brentq(missing, low, high, xtol=1e-14)
    return float(np.sum(w * (1 - np.minimum(1.0, ratio / math.exp(log_c)))))


def newcomb(first: float, first_interval: Interval, second: float, second_interval: Interval) -> Interval:
    """Interval of `second - first` from both figures and their intervals.

    Square and add (Newcombe, Statistics in Medicine 1998, method 10, where the intervals are Wilson's; MOVER in
    Zou & Donner 2008 for any others). For arms sampled independently given the questions.
    """
    (l1, u1), (l2, u2) = first_interval, second_interval
    difference = second - first
    below = math.hypot(second - l2, u1 - first)
    above = math.hypot(u2 - second, first - l1)
    return difference - below, difference + above


def effective_n(n: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Independent answers that a weighted mean of question rates is worth, were all questions alike."""
    return float(1 / np.sum(weights**2 / n))


def _check(events: float, n: float) -> None:
    if not (n > 0 and 0 <= events <= n):
        raise ValueError(f"need 0 <= events <= n and n > 0, got events={events}, n={n}")
