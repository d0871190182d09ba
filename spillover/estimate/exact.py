"""Exact one-sided test of two arms on a fixed list of questions, and adjustment for several tests."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray


def stratified_exact(base_events: ArrayLike, base_n: ArrayLike, other_events: ArrayLike, other_n: ArrayLike) -> float:
    """P value against "no question is worse under the other arm": exact, conditional on each question's events.

    Given its total, the other arm's events on a question are hypergeometric; their sum over questions is a convolution
    (the exact test of Mantel & Haenszel's setting: Gart, Biometrika 1970). Questions without events say nothing.

    Args:
        base_events: Events of the base per question, shape (G,).
        base_n: Answers of the base per question.
        other_events: Events of the other arm per question.
        other_n: Answers of the other arm per question.

    Returns:
        P(sum of the other arm's events >= the observed); 1 where nobody has any.
    """
    arrays = [np.atleast_1d(np.asarray(one, dtype=int)) for one in (base_events, base_n, other_events, other_n)]
    mass: NDArray[np.float64] = np.ones(1)
    least = seen = 0
    for a, n, b, m in zip(*arrays, strict=True):
        low, high = max(0, a + b - n), min(a + b, m)
        mass = np.convolve(mass, chances(int(low), int(high), int(n + m), int(a + b), int(m)))
        least, seen = least + int(low), seen + int(b)
    return float(min(1.0, mass[max(0, seen - least) :].sum()))


@lru_cache(maxsize=4096)
def chances(low: int, high: int, answers: int, events: int, drawn: int) -> NDArray[np.float64]:
    """Hypergeometric chances of each number from low to high; many questions of a list have the same counts."""
    from scipy.stats import hypergeom

    found = np.asarray(hypergeom.pmf(np.arange(low, high + 1), answers, events, drawn), dtype=np.float64)
    found.flags.writeable = False
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that hold the error rate of the family (Holm, Scandinavian Journal of Statistics 1979)."""
    order = np.argsort(p_values)
    adjusted, highest, m = [0.0] * len(p_values), 0.0, len(p_values)
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
