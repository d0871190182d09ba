"""Paired differences over questions that have stated weights, in strata of which some may be fixed.

The weighted mean is cut into the part of the sampled strata, whose questions are the sample, and that of the fixed
ones, which vary by their answers alone; the two are independent, so that their distances are squared and added (MOVER,
Zou & Donner, Statistics in Medicine 2008).
"""

import math

import numpy as np
from numpy.typing import NDArray

from spillover.common import MORE

from .binomial import Interval
from .by_question import Floats
from .estimate import Estimate
from .from_counts import rate_from_counts
from .intervals import independent_difference
from .pairs import of_both
from .weighted import eventful, over_strata, over_units, whole_units
from .weights import Weights

Counted = tuple[Floats, Floats]
"""Events and answers of each question, each of shape (G,)."""


def weighted_pairs(base: Counted, tuned: Counted, weights: Weights | None, level: float) -> Estimate:
    """A weighted difference for more questions from these domains, paired by question; see `population_difference`.

    Args:
        base: Events and answers of the base, by question, each question with answers.
        tuned: The same of the fine-tune, the same questions in the same order.
        weights: Of the questions; None where a stratum has none left, and nothing is known.
        level: Confidence level.
    """
    (a, n), (b, m) = base, tuned
    answers, events = int(n.sum() + m.sum()), int(a.sum() + b.sum())
    if weights is None:
        return Estimate(math.nan, math.nan, math.nan, level, "none", MORE, answers, len(n), events)
    each = b / m - a / n
    point, sampled = weights.mean(each), weights.sampled
    if sampled.sum() == 1:
        return Estimate(point, math.nan, math.nan, level, "none", MORE, answers, len(n), events)
    these = _difference(base, tuned, weights, level)
    _, rest = weights.part(~sampled)
    fixed = None
    if rest is not None:
        found = _difference((a[~sampled], n[~sampled]), (b[~sampled], m[~sampled]), rest, level)
        fixed = found.estimate, found.low, found.high
    method, (low, high) = more_of_pairs(each, (a + b > 0, a + b < n + m), weights, level, fixed)
    low, high = max(-1.0, min(low, these.low)), min(1.0, max(high, these.high))
    return Estimate(point, low, high, level, method, MORE, answers, len(n), events)


def _difference(base: Counted, tuned: Counted, weights: Weights, level: float) -> Estimate:
    return independent_difference(*(rate_from_counts(x, n, level=level, weights=weights) for x, n in (base, tuned)))


def more_of_pairs(
    each: Floats,
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    weights: Weights,
    level: float,
    fixed: tuple[float, float, float] | None,
    most: float = 1.0,
) -> tuple[str, Interval]:
    """Name and ends of the interval of a weighted mean of paired differences, for more questions.

    Of the sampled strata exact over pairs, and with events on 20 questions or more of each also t over the questions of
    each, with and without Hall's transformation; the distances of the fixed strata are squared and added.

    Args:
        each: A difference per question, in [-most, most], shape (G,).
        answered: Whether a question has an event, and whether it has an answer that is none, each of shape (G,).
        weights: Of the questions.
        level: Confidence level.
        fixed: The mean over the fixed strata, for these questions, and its ends; None where there is no such stratum.
        most: How far from 0 a difference can lie.
    """
    sampled = weights.sampled
    share, own = weights.part(sampled)
    if own is None:
        _, low, high = fixed or (math.nan, math.nan, math.nan)
        return "answers alone: every stratum is fixed", (low, high)
    d = each[sampled]
    point = own.mean(d)
    low, high = (most * end for end in exact_over_units(d / most, own, level))
    method = "exact over questions"
    if eventful(answered[0][sampled], answered[1][sampled], own):
        method = "paired t and exact over questions"
        ends = [over_strata(d, own, level, skewed=skewed) for skewed in (False, True)]
        low, high = min(low, *(one[0] for one in ends)), max(high, *(one[1] for one in ends))
    below, above = share * (point - low), share * (high - point)
    if fixed is not None:
        rest = 1 - share
        below = math.hypot(below, rest * (fixed[0] - fixed[1]))
        above = math.hypot(above, rest * (fixed[2] - fixed[0]))
    middle = weights.mean(each)
    return method, (middle - below, middle + above)


def exact_over_units(differences: Floats, weights: Weights, level: float) -> Interval:
    """`exact_over_pairs` with `whole_units` in the place of the number of questions.

    Args:
        differences: One per question, in [-1, 1].
        weights: Of the questions.
        level: Confidence level.
    """
    units = whole_units(weights.each)
    p, q = (weights.mean(np.maximum(0.0, sign * differences)) for sign in (-1, 1))
    return of_both(p, q, over_units(p, units, level), over_units(q, units, level))
