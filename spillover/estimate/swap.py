"""Are the texts of two sources alike in their words? A randomisation test that swaps the two texts of a pair."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SWAPS = 1999
LEAST_PAIRS = 5
"""Pairs in which a word must tell the two texts apart to count: a rarer word adds nothing but noise."""
MOST_WORDS = 2000
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
"""A word; each kana and ideograph is one."""


def swapped(pairs: Sequence[tuple[str, str]], seed: int = 0) -> float:
    """P value that both texts of every pair come from one distribution.

    If they do, swapping the two texts of any pair changes nothing. So the statistic is compared with its values under
    random swaps, the pairs swapped independently. The statistic sums over words the square of (pairs in which the word
    stands in the second text alone, less pairs in which it stands in the first alone), divided by the number of both;
    the logarithm of the length in words is one more feature, scaled likewise. With the observed arrangement counted
    among the swaps the p value is valid in finite samples (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).

    Args:
        pairs: First and second text of every pair.
        seed: Of the random swaps.

    Returns:
        The p value in (0, 1]; 1 where no word tells any texts apart.
    """
    features = _features(pairs)
    if not features.size:
        return 1.0
    rng = np.random.default_rng(seed)
    signs = rng.choice(np.array([-1.0, 1.0]), size=(SWAPS, len(features)))
    own = float((features.sum(axis=0) ** 2).sum())
    found = ((signs @ features) ** 2).sum(axis=1)
    return float((1 + (found >= own * (1 - 1e-9)).sum()) / (SWAPS + 1))


def _features(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
    """Differences between the two texts of every pair, each feature scaled to a sum of squares of 1; (pairs, words)."""
    bags = [[WORD.findall(text.casefold()) for text in pair] for pair in pairs]
    apart = [(set(second) - set(first), set(first) - set(second)) for first, second in bags]
    counts = Counter(word for more, less in apart for word in more | less)
    words = [word for word, count in counts.most_common(MOST_WORDS) if count >= LEAST_PAIRS]
    place = {word: at for at, word in enumerate(words)}
    found = np.zeros((len(pairs), len(words) + 1))
    for row, (more, less) in enumerate(apart):
        for sign, part in ((1.0, more), (-1.0, less)):
            found[row, [place[word] for word in part if word in place]] = sign
    found[:, -1] = [np.log1p(len(second)) - np.log1p(len(first)) for first, second in bags]
    scale = np.sqrt((found**2).sum(axis=0))
    kept: NDArray[np.float64] = found[:, scale > 0] / scale[scale > 0]
    return kept
