"""How far two raters of the same answers agree."""

import math
from collections.abc import Sequence

import numpy as np


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Agreement of two raters beyond chance (Cohen, Educational and Psychological Measurement 1960).

    Args:
        first: Label per answer, shape (n,).
        second: The other rater's, shape (n,).

    Returns:
        At most 1; NaN where there is nothing to rate, or both always say the same one thing.

    Raises:
        ValueError: Where the raters rated different numbers of answers.
    """
    if len(first) != len(second):
        raise ValueError(f"raters must rate the same answers, got {len(first)} and {len(second)}")
    if not first:
        return math.nan
    a, b = np.asarray(first, dtype=str), np.asarray(second, dtype=str)
    observed = float(np.mean(a == b))
    chance = sum(float(np.mean(a == label) * np.mean(b == label)) for label in np.union1d(a, b))
    return (observed - chance) / (1 - chance) if chance < 1 else math.nan
