"""A rate with its interval out of counts per question: the one place where intervals of rates are made."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common import MORE, THESE, Target

from .by_question import Floats, for_more, for_these
from .estimate import Estimate, WorstCase, check_level
from .weighted import weighted_more, weighted_these
from .weights import Weights

Average = Literal["probes", "answers"]
"""Over what a rate is averaged: questions weigh the same, or answers do."""


def rates_from_counts(
    events: ArrayLike,
    counts: ArrayLike,
    average: Average = "probes",
    level: float = 0.95,
    unjudged: ArrayLike | None = None,
    weights: Weights | None = None,
) -> dict[Target, Estimate]:
    """A rate for both targets; see `rate_from_counts`."""
    targets: tuple[Target, Target] = (THESE, MORE)
    return {target: rate_from_counts(events, counts, average, target, level, unjudged, weights) for target in targets}


def rate_from_counts(
    events: ArrayLike,
    counts: ArrayLike,
    average: Average = "probes",
    target: Target = THESE,
    level: float = 0.95,
    unjudged: ArrayLike | None = None,
    weights: Weights | None = None,
) -> Estimate:
    """A rate over questions, with its interval; see `rate` for the methods.

    Args:
        events: Answers of each question that are events, shape (G,).
        counts: Answers of each question that count, shape (G,), 0 or more.
        average: Whether questions or answers weigh the same.
        target: What the interval is for.
        level: Confidence level.
        unjudged: Answers of each question that could count and were not judged, shape (G,): where there are any, the
            estimate has its worst case.
        weights: What each question weighs, in the order of the counts; `average` says nothing then. Questions without
            an answer leave their weight to the others of their stratum; a stratum without any leaves no rate.

    Raises:
        ValueError: Where there are not as many weights as questions.
    """
    check_level(level)
    x, n = np.asarray(events, dtype=float), np.asarray(counts, dtype=float)
    if weights is not None and len(weights) != len(n):
        raise ValueError(f"need a weight for each of {len(n)} questions, got {len(weights)}")

    def among(some: Floats, of: Floats, kept: NDArray[np.bool_]) -> Estimate:
        if weights is None:
            return _rate(some[kept], of[kept], average, target, level)
        return _weighted(some[kept], of[kept], weights.only(kept), target, level)

    found = among(x, n, n > 0)
    u = np.zeros(len(n)) if unjudged is None else np.asarray(unjudged, dtype=float)
    if not u.any():
        return found
    least, most = (among(x + more, n + u, n + u > 0) for more in (np.zeros(len(u)), u))
    worst = WorstCase(least.estimate, least.low, most.estimate, most.high)
    return Estimate(**{**{name: getattr(found, name) for name in Estimate.__slots__}, "worst": worst})


def _rate(x: Floats, n: Floats, average: Average, target: Target, level: float) -> Estimate:
    total, seen = int(n.sum()), int(x.sum())
    if not total:
        return Estimate(math.nan, math.nan, math.nan, level, "none", target, 0, 0, 0)
    weights = n / total if average == "answers" else np.full(len(n), 1 / len(n))
    point = float(np.sum(weights * x / n))
    method, ends = for_these(x, n, weights, point, level)
    if target == MORE:
        method, ends = for_more(x, n, weights, point, ends, level)
    return Estimate(point, *ends, level, method, target, total, len(n), seen)


def _weighted(x: Floats, n: Floats, weights: Weights | None, target: Target, level: float) -> Estimate:
    total, seen = int(n.sum()), int(x.sum())
    if weights is None:
        return Estimate(math.nan, math.nan, math.nan, level, "none", target, total, len(n), seen)
    point = weights.mean(x / n)
    method, ends = weighted_these(x, n, weights, point, level)
    if target == MORE:
        method, ends = weighted_more(x, n, weights, ends, level)
    return Estimate(point, *ends, level, method, target, total, len(n), seen)
