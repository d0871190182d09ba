"""Intervals of a mean of paired differences over questions that weigh the same."""

import math

import numpy as np
from numpy.typing import NDArray

from .binomial import Interval
from .by_question import exact_over_questions, over_questions


def over_pairs(differences: NDArray[np.float64], point: float, level: float) -> Interval:
    """The t interval, and that of `over_questions`: differences are moved from [-1, 1] to [0, 1] for it and back."""
    from scipy.special import stdtrit

    g = len(differences)
    low, high = over_questions((differences + 1) / 2, np.full(g, 1 / g), (point + 1) / 2, level)
    half = float(stdtrit(g - 1, (1 + level) / 2)) * float(differences.std(ddof=1)) / math.sqrt(g)
    return min(2 * low - 1, point - half), max(2 * high - 1, point + half)


def exact_over_pairs(differences: NDArray[np.float64], level: float) -> Interval:
    """Interval of a mean of paired differences in [-1, 1] that takes each for -1, 0 or 1; nothing is drawn.

    What is above 0 and what is below are each in [0, 1]: of both the interval of `exact_over_questions`, squared and
    added with their correlation (MOVER, Zou & Donner, Statistics in Medicine 2008; for pairs Tang et al. 2010): they
    are shares of one multinomial, since a question that counts for one cannot count for the other.
    """
    g = len(differences)
    p, q = (float(np.mean(np.maximum(0.0, sign * differences))) for sign in (-1, 1))
    even = np.full(g, 1 / g)
    (l1, u1), (l2, u2) = exact_over_questions(p, even, level), exact_over_questions(q, even, level)
    return of_both(p, q, (l1, u1), (l2, u2))


def of_both(p: float, q: float, first: Interval, second: Interval) -> Interval:
    """Interval of q - p from those of both, which are shares of one multinomial.

    Args:
        p: What is below 0, in [0, 1].
        q: What is above.
        first: Interval of p.
        second: Interval of q.
    """
    (l1, u1), (l2, u2) = first, second
    alike = -math.sqrt(p * q / ((1 - p) * (1 - q))) if p * q else 0.0
    return q - p - _squared(q - l2, u1 - p, alike), q - p + _squared(u2 - q, p - l1, alike)


def _squared(first: float, second: float, correlation: float) -> float:
    return math.sqrt(first**2 + second**2 - 2 * correlation * first * second)
