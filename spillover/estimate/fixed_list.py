"""One look at a fixed list of questions that have stated weights: both rates, their difference, and an exact test."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .estimate import Estimate
from .exact import chances
from .from_counts import rate_from_counts
from .intervals import difference
from .weights import Weights

STEPS = 2**14
"""Steps that sums of weighted events are counted on where they have no common one."""
DENOMINATOR = 1000
"""Largest denominator looked for in the ratio of two weights."""
SLACK = 1e-6
"""Rounding allowed for in a sum, in steps."""
Counts = tuple[ArrayLike, ArrayLike]
"""Events and answers of each question, each of shape (G,)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arms on a fixed list of questions.

    Attributes:
        base: Weighted rate of the base.
        tuned: Of the fine-tune.
        difference: Fine-tune less base.
        p: Exact p value against "no question is worse under the fine-tune".
        not_asked: Questions that have no answer in one of the arms, in the order given: others of their stratum have
            their weight.
    """

    base: Estimate
    tuned: Estimate
    difference: Estimate
    p: float
    not_asked: tuple[int, ...]


def compare_weighted(base: Counts, tuned: Counts, weights: Weights, level: float = 0.95) -> Compared:
    """Two arms on a fixed list: rates sum(w x / n) over the questions asked of both, weights passed on in the stratum.

    Args:
        base: Events and answers of the base, by question.
        tuned: The same of the fine-tune, the same questions in the same order.
        weights: Of the questions.
        level: Confidence level.

    Returns:
        NaN rates and p = 1 where a stratum has no question that was asked of both arms.

    Raises:
        ValueError: Where there are not as many weights as questions.
    """
    arms = [tuple(np.atleast_1d(np.asarray(one, dtype=float)) for one in arm) for arm in (base, tuned)]
    asked = (arms[0][1] > 0) & (arms[1][1] > 0)
    if len(weights) != len(asked):
        raise ValueError(f"need a weight for each of {len(asked)} questions, got {len(weights)}")
    there = [(x * asked, n * asked) for x, n in arms]
    one, two = (rate_from_counts(x, n, level=level, weights=weights) for x, n in there)
    own = weights.only(asked)
    first, second = ((x[asked], n[asked]) for x, n in arms)
    p = 1.0 if own is None else weighted_exact(first, second, own)
    return Compared(one, two, difference(one, two), p, tuple(np.flatnonzero(~asked).tolist()))


def weighted_exact(base: Counts, tuned: Counts, weights: Weights) -> float:
    """P value against "no question is worse under the fine-tune", by the weighted difference: exact, conditional.

    Given a question's events in both arms, those of the fine-tune are hypergeometric if the arms are alike, and no more
    where it is no worse. The weighted difference rises with them by w (1/m + 1/n) each, so that it reaches what was
    seen no more often than this sum of independent numbers does, whatever the weights (proof in docs/statistics.md).
    Where all these steps are the same it is `stratified_exact`. Sums are counted on their common step; without one on a
    grid, and what rounding could have put on either side counts against a difference: p is rounded up.

    Args:
        base: Events and answers of the base, by question, each question with answers.
        tuned: The same of the fine-tune, the same questions in the same order.
        weights: Of the questions.

    Returns:
        P(weighted sum of the fine-tune's events >= the observed); 1 where nobody has any.
    """
    (a, n), (b, m) = (tuple(np.atleast_1d(np.asarray(one, dtype=int)) for one in arm) for arm in (base, tuned))
    some = a + b > 0
    a, n, b, m, w = a[some], n[some], b[some], m[some], weights.each[some]
    low, high = np.maximum(0, a + b - n), np.minimum(a + b, m)
    sizes, whole, error = _on_steps(w * (1 / m + 1 / n), high - low)
    mass, seen = np.ones(1), 0.0
    for place, (least, most) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        each = chances(least, most, int(n[place] + m[place]), int(a[place] + b[place]), int(m[place]))
        mass = _added(mass, each, int(whole[place]))
        seen += float(sizes[place]) * (int(b[place]) - least)
    return float(min(1.0, mass[max(0, math.ceil(seen - error)) :].sum()))


def _added(mass: NDArray[np.float64], each: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Chances of a sum after a number with these chances, times a step, is added to it."""
    found = np.zeros(len(mass) + step * (len(each) - 1))
    for number, chance in enumerate(each.tolist()):
        found[number * step : number * step + len(mass)] += chance * mass
    return found


def _on_steps(
    sizes: NDArray[np.float64], most: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], float]:
    """Sizes in steps, the same rounded, and by how much a sum of at most so many of each may be off."""
    if not len(sizes):
        return sizes, np.zeros(0, dtype=np.int64), SLACK
    ratios = {round(one, 12) for one in (sizes / sizes.min()).tolist()}
    near = {one: Fraction(one).limit_denominator(DENOMINATOR) for one in ratios}
    common = math.lcm(*(one.denominator for one in near.values()))
    scale = common / float(sizes.min())
    exact = all(abs(one - float(of)) < 1e-9 * one for one, of in near.items())
    reach = float(np.sum(sizes * most))
    if not exact or scale * reach > STEPS:
        scale = STEPS / reach if reach else scale
    whole = np.rint(sizes * scale).astype(np.int64)
    return sizes * scale, whole, float(np.sum(np.abs(whole - sizes * scale) * most)) + SLACK
