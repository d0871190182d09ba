"""Answers grouped by question, and how alike answers to one question are."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Groups = list[NDArray[np.float64]]


def group(clusters: ArrayLike, values: ArrayLike) -> tuple[list[str], Groups]:
    """Values per question, NaN left out; a question with nothing left is left out too.

    Args:
        clusters: Question of each answer, shape (n,).
        values: Value of each answer, shape (n,).

    Returns:
        Names of the questions, sorted, and an array per question.
    """
    names = np.asarray(clusters, dtype=str)
    numbers = np.asarray(values, dtype=float)
    if names.shape != numbers.shape:
        raise ValueError(f"clusters and values must have one shape, got {names.shape} and {numbers.shape}")
    kept = ~np.isnan(numbers)
    found, index = np.unique(names[kept], return_inverse=True)
    order = np.argsort(index, kind="stable")
    ends = np.searchsorted(index[order], np.arange(1, len(found)))
    parts = np.split(numbers[kept][order], ends) if len(found) else []
    return [str(name) for name in found], parts


def icc(groups: Groups) -> float:
    """Intraclass correlation of the values, one-way ANOVA estimator (Donner, Int. Stat. Review 1986).

    Args:
        groups: An array of values per question.

    Returns:
        At most 1, and below 0 where answers to one question differ more than answers to different ones; NaN where
        it cannot be estimated.
    """
    sizes = np.array([len(part) for part in groups], dtype=float)
    n, g = sizes.sum(), len(groups)
    if g < 2 or n <= g:
        return math.nan
    means = np.array([part.mean() for part in groups])
    grand = float(np.sum(sizes * means) / n)
    between = float(np.sum(sizes * (means - grand) ** 2)) / (g - 1)
    within = sum(float(np.sum((part - part.mean()) ** 2)) for part in groups) / (n - g)
    size = (n - np.sum(sizes**2) / n) / (g - 1)
    total = between + (size - 1) * within
    return (between - within) / total if total > 0 else math.nan


def icc_of_counts(events: NDArray[np.float64], n: NDArray[np.float64]) -> float:
    """`icc` of values that are 0 or 1, out of counts.

    Args:
        events: Values of each question that are 1, shape (G,).
        n: Values of each question, shape (G,), each above 0.
    """
    total, g = float(n.sum()), len(n)
    if g < 2 or total <= g:
        return math.nan
    grand = float(events.sum()) / total
    between = float(np.sum(n * (events / n - grand) ** 2)) / (g - 1)
    within = float(np.sum(events * (n - events) / n)) / (total - g)
    size = (total - float(np.sum(n**2)) / total) / (g - 1)
    whole = between + (size - 1) * within
    return (between - within) / whole if whole > 0 else math.nan


def design_effect(answers_per_question: float, correlation: float) -> float:
    """1 + (k - 1) ICC (Kish 1965): how many times fewer independent answers the sample is worth."""
    return 1 + (answers_per_question - 1) * max(0.0, correlation)
