"""Both intervals of a rate from counts per question: what `rate` gives, for tables of thousands of arms."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common.target import MORE, THESE, Target

from ._binomial import Interval, clopper_pearson, effective_n, upper_at_zero, wilson
from ._clusters import Groups
from ._estimate import Estimate, check_level
from ._intervals import DRAW, FEW_EVENTS, T_QUESTIONS, Average, _stratified_variance, and_between

Floats = NDArray[np.float64]


def drawn_answers(groups: Groups) -> Floats:
    """The answer that stands for each question where `rate` takes one of each.

    Args:
        groups: 0 or 1 per answer, an array per question, questions sorted by name.
    """
    at = np.random.default_rng(DRAW).random(len(groups))
    return np.array([float(part[int(u * len(part))]) for part, u in zip(groups, at, strict=True)])


def rates_from_counts(
    events: ArrayLike, counts: ArrayLike, drawn: ArrayLike, average: Average = "probes", level: float = 0.95
) -> dict[Target, Estimate]:
    """A rate for both targets, equal to what `rate` gives (see there for the methods and their sources).

    Args:
        events: Answers of each question that are events, shape (G,).
        counts: Answers of each question, shape (G,), each above 0.
        drawn: What `drawn_answers` gives, shape (G,).
        average: Whether questions or answers weigh the same.
        level: Confidence level.

    Returns:
        By target.
    """
    check_level(level)
    x, n, one = (np.asarray(values, dtype=float) for values in (events, counts, drawn))
    g, total, seen = len(n), int(n.sum()), int(x.sum())
    if not total:
        nan = math.nan
        return {target: Estimate(nan, nan, nan, level, "none", target, 0, 0, 0) for target in _TARGETS}
    weights = n / total if average == "answers" else np.full(g, 1 / g)
    point = float(np.sum(weights * x / n))
    method, (low, high) = _these(x, n, weights, point, level)
    these = Estimate(point, low, high, level, method, _TARGETS[0], total, g, seen)
    method, wide = _more(x, n, one, weights, these)
    return {
        these.target: these,
        _TARGETS[1]: Estimate(point, *wide, level, method, _TARGETS[1], total, g, seen),
    }


_TARGETS: tuple[Target, Target] = (THESE, MORE)


def _these(x: Floats, n: Floats, weights: Floats, point: float, level: float) -> tuple[str, Interval]:
    seen, tail = x.sum(), (1 - level) / 2
    if seen == 0:
        return "exact at zero", (0.0, upper_at_zero(n, weights, tail))
    if seen == n.sum():
        return "exact at one", (1 - upper_at_zero(n, weights, tail), 1.0)
    alike = effective_n(n, weights)
    effective = point * (1 - point) / _stratified_variance(x, n, weights, point)
    even = np.allclose(weights, n / n.sum())
    if even:
        effective = max(alike, effective)
    if min(seen, n.sum() - seen) < FEW_EVENTS:
        few = min(alike, effective)
        method, found = "Clopper-Pearson", clopper_pearson(point * few, few, level)
    else:
        method, found = "Wilson, stratified", wilson(point * effective, effective, level)
    if even:
        return method, found
    low, high = _combined(x, n, weights, point, level)
    return method, (min(low, found[0]), max(high, found[1]))


def _combined(x: Floats, n: Floats, weights: Floats, point: float, level: float) -> Interval:
    """Clopper-Pearson of every question at once, squared and added."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    lows = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 1), n - x + 1, tail))
    highs = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail))
    low = point - math.sqrt(float(np.sum((weights * (x / n - lows)) ** 2)))
    high = point + math.sqrt(float(np.sum((weights * (highs - x / n)) ** 2)))
    return max(0.0, low), min(1.0, high)


def _more(x: Floats, n: Floats, one: Floats, weights: Floats, these: Estimate) -> tuple[str, Interval]:
    g, point = len(n), these.estimate
    if np.count_nonzero(x) >= T_QUESTIONS and np.count_nonzero(x < n) >= T_QUESTIONS:
        return "t over questions", and_between(x, n, weights, point, (these.low, these.high), these.level)
    if not np.allclose(weights, 1 / g):
        return "none", (math.nan, math.nan)
    low, high = clopper_pearson(float(one.sum()), g, these.level)
    return "exact, one answer each", (min(low, point, these.low), max(high, point, these.high))
