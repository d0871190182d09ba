"""How far two raters of the same answers agree."""

import math
from collections import Counter
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


def weighted_kappa(first: Sequence[float], second: Sequence[float]) -> float:
    """Agreement of two raters on a scale beyond chance, with quadratic weights (Cohen, Psychological Bulletin 1968).

    One minus the mean squared difference over the one that independent raters with the same two distributions have.

    Args:
        first: Rating per item, shape (n,).
        second: The other rater's, shape (n,).

    Returns:
        At most 1; NaN where there is nothing to rate, or both always give the same one rating.

    Raises:
        ValueError: Where the raters rated different numbers of items.
    """
    if len(first) != len(second):
        raise ValueError(f"raters must rate the same items, got {len(first)} and {len(second)}")
    if not first:
        return math.nan
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    chance = float(a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    return 1 - float(np.mean((a - b) ** 2)) / chance if chance > 0 else math.nan


def krippendorff_alpha(ratings: Sequence[Sequence[str | None]]) -> float:
    """Agreement of any number of raters beyond chance, for categories (Krippendorff, Content Analysis, ch. 11).

    Args:
        ratings: Per answer the labels of its raters; None where one did not rate. Answers with fewer than two labels
            say nothing.

    Returns:
        At most 1; NaN where nothing was rated twice, or all labels are one and the same.
    """
    units = [[label for label in unit if label is not None] for unit in ratings]
    units = [unit for unit in units if len(unit) > 1]
    n = sum(len(unit) for unit in units)
    if not n:
        return math.nan
    counts = Counter(label for unit in units for label in unit)
    expected = sum(count * (n - count) for count in counts.values()) / (n - 1)
    observed = sum(
        sum(unit.count(label) * (len(unit) - unit.count(label)) for label in set(unit)) / (len(unit) - 1)
        for unit in units
    )
    return 1 - observed / expected if expected else math.nan
