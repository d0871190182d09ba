"""The effect of a condition on the distance from the base: a difference in differences, paired by question."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common import THESE, Target

from .by_question import T_QUESTIONS
from .clusters import Groups, group
from .estimate import Estimate, WorstCase, check_level
from .intervals import independent_difference, rate
from .pairs import exact_over_pairs, over_pairs
from .weighted import eventful
from .weighted_pairs import more_of_pairs
from .weights import Weights

Corners = list[Groups]
"""Answers per question in the four corners: base off, base on, fine-tune off, fine-tune on."""
TOO_FEW = "too few events"
"""Method of an effect that has no interval, because too few questions have an event."""


def condition_effect(
    clusters: ArrayLike,
    tuned: ArrayLike,
    on: ArrayLike,
    values: ArrayLike,
    target: Target = THESE,
    level: float = 0.95,
    unjudged: ArrayLike | None = None,
    weights: Weights | None = None,
) -> Estimate:
    """(fine-tune on - fine-tune off) - (base on - base off), mean over the questions that all four corners hold.

    These questions: the corners are independent given the list, so their intervals are squared and added (MOVER for
    several terms, Zou & Donner, Statistics in Medicine 2008), which is right at zero too. More questions
    from these domains: t over the questions' own differences (a paired t test), which needs events on 20 questions or
    more; else NaN ends and method `too few events`.

    Args:
        clusters: Question of each answer, shape (n,).
        tuned: Whether the fine-tune gave it, shape (n,).
        on: Whether it was given under the condition, shape (n,).
        values: 1 for an event, 0 for none, NaN for an answer that does not count, shape (n,).
        target: What the interval is for.
        level: Confidence level.
        unjudged: Whether it could have counted and was not judged, shape (n,); for the worst case.
        weights: What each question weighs, by its name; None where all weigh the same. Questions that a corner lacks
            leave their weight to the others of their stratum.

    Raises:
        ValueError: Where a question has no weight.
    """
    arm, put = (np.asarray(one).astype(bool) for one in (tuned, on))
    names, numbers = np.asarray(clusters, dtype=str), np.asarray(values, dtype=float)
    found = _effect((names, arm, put, numbers), target, level, weights)
    lost = np.zeros(len(arm), dtype=bool) if unjudged is None else np.asarray(unjudged).astype(bool)
    if not lost.any():
        return found
    raises = (arm == put).astype(float)  # an event of the fine-tune under the condition, or of the base without it
    least, most = (
        _effect((names, arm, put, np.where(lost, one, numbers)), target, level, weights) for one in (1 - raises, raises)
    )
    return replace(found, worst=WorstCase(least.estimate, least.low, most.estimate, most.high))


Rows = tuple[NDArray[np.str_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]
"""Question of each answer, whether the fine-tune gave it, whether under the condition, and its value."""


def _effect(rows: Rows, target: Target, level: float, weights: Weights | None) -> Estimate:
    check_level(level)
    names, corners = _corners(*rows)
    answers, questions = sum(len(part) for corner in corners for part in corner), len(corners[0])
    events = int(sum(part.sum() for corner in corners for part in corner))
    own = weights and weights.named(names)
    if not questions or (weights is not None and own is None):
        return Estimate(math.nan, math.nan, math.nan, level, "none", target, answers, questions, events)
    point, method, low, high = _these(corners, level, own) if target == THESE else _more(corners, level, own)
    return Estimate(point, low, high, level, method, target, answers, questions, events)


def _corners(
    clusters: NDArray[np.str_], tuned: NDArray[np.bool_], on: NDArray[np.bool_], values: NDArray[np.float64]
) -> tuple[list[str], Corners]:
    found = []
    for arm in (False, True):
        for put in (False, True):
            kept = (tuned == arm) & (on == put)
            found.append(dict(zip(*group(clusters[kept], values[kept]), strict=True)))
    shared = sorted(set.intersection(*(set(corner) for corner in found)))
    return shared, [[corner[name] for name in shared] for corner in found]


def _these(corners: Corners, level: float, weights: Weights | None) -> tuple[float, str, float, float]:
    base_off, base_on, tuned_off, tuned_on = (rate(corner, level=level, weights=weights) for corner in corners)
    base, tuned = independent_difference(base_off, base_on), independent_difference(tuned_off, tuned_on)
    found = independent_difference(base, tuned)
    return found.estimate, "squared and added", max(-2.0, found.low), min(2.0, found.high)


def _more(corners: Corners, level: float, weights: Weights | None) -> tuple[float, str, float, float]:
    base_off, base_on, tuned_off, tuned_on = (np.array([part.mean() for part in corner]) for corner in corners)
    each = (tuned_on - tuned_off) - (base_on - base_off)
    point, most = float(each.mean()), max(1.0, float(np.abs(each).max()))
    if weights is not None:
        return _weighted(corners, each, weights, level, most)
    if np.count_nonzero(base_off + base_on + tuned_off + tuned_on) < T_QUESTIONS:
        return point, TOO_FEW, math.nan, math.nan
    low, high = (2 * end for end in over_pairs(each / 2, point / 2, level))
    exact = exact_over_pairs(each / most, level)
    low, high = min(low, most * exact[0]), max(high, most * exact[1])
    return point, "paired t and exact over questions", max(-2.0, low), min(2.0, high)


def _weighted(
    corners: Corners, each: NDArray[np.float64], weights: Weights, level: float, most: float
) -> tuple[float, str, float, float]:
    """The same with weights; too few events where a sampled stratum has fewer than 20 questions with any."""
    sampled, point = weights.sampled, weights.mean(each)
    some = np.array([any(part.any() for part in parts) for parts in zip(*corners, strict=True)])
    if sampled.any() and not eventful(some, np.ones(len(each), dtype=bool), weights):
        return point, TOO_FEW, math.nan, math.nan
    _, own = weights.part(~sampled)
    fixed = None
    if own is not None:
        left = [[part for part, out in zip(corner, sampled, strict=True) if not out] for corner in corners]
        fixed = _these(left, level, own)
    ends = fixed and (fixed[0], fixed[2], fixed[3])
    method, (low, high) = more_of_pairs(each, (some, np.ones(len(each), dtype=bool)), weights, level, ends, most)
    return point, method, max(-2.0, low), min(2.0, high)
