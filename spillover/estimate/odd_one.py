"""Is one of three answers from another source? An exact test over prompts, by exchanging the three answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST = 24
"""Prompts at most: half of them have 3^12 = 531,441 assignments."""


def odd_one_out(similar: Sequence[tuple[float, float, float]]) -> float:
    """Exact p value that the third answer is no odder than the first two.

    Each prompt has three answers: two of one source (the base, asked twice) and one of another (the fine-tune). If
    both sources are one distribution, then each of the three is equally likely to be the third one, independently for
    each prompt. So all 3^k choices of a third answer are equally likely, and the p value is the share of them whose
    statistic is at least the observed one. The statistic sums over prompts the similarity of the first two answers less
    the mean similarity of the third one to them. With a similarity of 1 for equal and 0 for different texts it compares
    the number of prompts on which the third differs with the number on which the first two differ.

    The argument is that of every randomisation test (Fisher 1935, The Design of Experiments, section 21; Lehmann and
    Romano 2005, Testing Statistical Hypotheses, section 15.2). It holds for any similarity and any temperature.

    Args:
        similar: For each prompt the similarities (first with second, first with third, second with third). Any finite
            numbers, at most `MOST` prompts.

    Returns:
        The p value in (0, 1]; 1 where there are no prompts.

    Raises:
        ValueError: Where there are too many prompts.
    """
    if len(similar) > MOST:
        raise ValueError(f"{len(similar)} prompts; at most {MOST} can be counted exactly")
    if not similar:
        return 1.0
    pairs = np.asarray(similar, dtype=float)
    own = np.stack([_oddness(pairs, at) for at in range(3)], axis=1)
    half = len(own) // 2
    first, second = _sums(own[:half]), np.sort(_sums(own[half:]))
    line = own[:, 0].sum() - 1e-9
    reaching = len(second) - np.searchsorted(second, line - first, side="left")
    return float(reaching.sum()) / 3.0 ** len(own)


def _oddness(pairs: NDArray[np.float64], odd: int) -> NDArray[np.float64]:
    """Statistic of each prompt where this pair's similarity is that of the two that belong together; shape (k,)."""
    own: NDArray[np.float64] = pairs[:, odd] - (pairs.sum(axis=1) - pairs[:, odd]) / 2
    return own


def _sums(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over prompts for every choice; shape (3^k,)."""
    sums = np.zeros(1)
    for one in own:
        sums = (sums[:, None] + one[None, :]).ravel()
    return sums
