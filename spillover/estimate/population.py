"""Beyond what was asked: a difference for more questions from these domains, and its sign-flip test."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common import MORE

from .binomial import Interval, newcomb
from .clusters import Groups
from .estimate import Estimate, WorstCase, check_level
from .from_counts import T_QUESTIONS, exact_over_questions, over_questions
from .intervals import rate

LEAST_QUESTIONS = 50
"""Below this many questions a figure for more questions from these domains describes; nothing is decided on it."""
CELLS = 2**21
"""Steps between the least and the greatest sum that the sign-flip test counts on."""
COUNTED = 200
"""Differences without a common step from which signs are drawn instead of counted."""
FLIPS = 100_000
"""Sign vectors drawn where they are too many to count."""
SEED = 1
"""Seed of those draws."""
DENOMINATOR = 10**5
"""Largest denominator looked for in a difference of two rates."""
SLACK = 1e-6
"""Rounding allowed for in a sum, in steps; sums no further apart are taken for equal."""


def describes_only(questions: int) -> bool:
    """Whether a figure for more questions from these domains only describes: too few questions to decide anything."""
    return questions < LEAST_QUESTIONS


def population_difference(
    base: Groups,
    tuned: Groups,
    level: float = 0.95,
    unjudged: tuple[ArrayLike, ArrayLike] | None = None,
) -> Estimate:
    """The difference fine-tune - base for more questions from these domains, paired by question.

    Questions weigh the same. Exact over pairs (`exact_over_pairs`); with events on 20 questions or more in either arm
    (and answers that are none on as many) also t over the questions' own differences, and where they are skewed t with
    Hall's transformation (JRSS B 1992), which alone is too narrow where both arms are skewed alike: the interval holds
    all of them, the estimate, and the interval for these questions. Nothing is drawn. NaN ends where there are fewer
    than 2 questions.

    Args:
        base: 0 or 1 per answer of the base, an array per question.
        tuned: The same of the fine-tune, the same questions in the same order.
        level: Confidence level.
        unjudged: Unjudged answers of each question in the base and in the fine-tune, each of shape (G,): a question
            may then have no judged answer, and counts in the worst case alone.

    Raises:
        ValueError: Where the arms have unequal numbers of questions, or a question has no answer in one of them.
    """
    check_level(level)
    g = len(base)
    lost = [np.zeros(g, dtype=int) if unjudged is None else np.asarray(unjudged[arm], dtype=int) for arm in (0, 1)]
    sizes = [np.array([len(part) for part in arm], dtype=int) for arm in (base, tuned)]
    if len(tuned) != g or any((size + gone == 0).any() for size, gone in zip(sizes, lost, strict=True)):
        raise ValueError("a paired difference needs the same questions in both arms, each with answers")
    kept = np.flatnonzero((sizes[0] > 0) & (sizes[1] > 0))
    found = _paired([base[i] for i in kept], [tuned[i] for i in kept], level)
    if not any(gone.any() for gone in lost):
        return found
    least, most = (
        _paired(_filled(base, lost[0], 1.0 - event), _filled(tuned, lost[1], event), level) for event in (0.0, 1.0)
    )
    return replace(found, worst=WorstCase(least.estimate, least.low, most.estimate, most.high))


def _filled(groups: Groups, lost: NDArray[np.int64], event: float) -> Groups:
    return [np.append(part, np.full(more, event)) for part, more in zip(groups, lost, strict=True)]


def _paired(base: Groups, tuned: Groups, level: float) -> Estimate:
    g, answers = len(base), sum(len(part) for part in [*base, *tuned])
    events = int(sum(part.sum() for part in [*base, *tuned]))
    rates = [np.array([part.mean() for part in arm]) for arm in (base, tuned)]
    each = rates[1] - rates[0]
    point = float(each.mean()) if g else math.nan
    if g < 2:
        return Estimate(point, math.nan, math.nan, level, "none", MORE, answers, g, events)
    method, (low, high) = "exact over questions", exact_over_pairs(each, level)
    if min(np.count_nonzero(rates[0] + rates[1]), np.count_nonzero(rates[0] + rates[1] < 2)) >= T_QUESTIONS:
        method, (least, most) = "paired t and exact over questions", over_pairs(each, point, level)
        low, high = min(low, least), max(high, most)
    first, second = (rate(arm, level=level) for arm in (base, tuned))
    least, most = newcomb(first.estimate, (first.low, first.high), second.estimate, (second.low, second.high))
    low, high = max(-1.0, min(low, least)), min(1.0, max(high, most))
    return Estimate(point, low, high, level, method, MORE, answers, g, events)


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
    alike = -math.sqrt(p * q / ((1 - p) * (1 - q))) if p * q else 0.0
    return q - p - _squared(q - l2, u1 - p, alike), q - p + _squared(u2 - q, p - l1, alike)


def _squared(first: float, second: float, correlation: float) -> float:
    return math.sqrt(first**2 + second**2 - 2 * correlation * first * second)


@dataclass(frozen=True, slots=True)
class SignFlip:
    """Result of the sign-flip test.

    Attributes:
        p: Share of sign vectors whose mean difference is at least the observed one: against "no worse".
        method: How they were counted.
        differing: Questions whose difference is not 0; the others say nothing.
    """

    p: float
    method: str
    differing: int


def sign_flip(differences: ArrayLike) -> SignFlip:
    """Exact test of a mean of paired differences by all 2^G ways to sign them (Fisher, Design of Experiments 1935).

    Holds where a question's difference is as likely to be d as -d, which is so where the arms are alike and gave the
    question equally many answers. Differences of rates mostly have a common step (1/30 with 30 answers each); their
    sums are then counted exactly, ties with them. Without one, sums are counted on a grid and whatever rounding could
    have put on either side counts against the difference: p is rounded up, by less than .0001 at 60 questions. Above
    200 such questions 100,000 sign vectors are drawn with a fixed seed and p is (k + 1) / (m + 1).

    Args:
        differences: Fine-tune - base, one per question, finite.

    Raises:
        ValueError: Where one is not a finite number.
    """
    given = np.atleast_1d(np.asarray(differences, dtype=float))
    if not np.all(np.isfinite(given)):
        raise ValueError("differences must be finite numbers")
    sizes, total = np.abs(given[np.abs(given) > 1e-12]), math.fsum(given)
    if not len(sizes):
        return SignFlip(1.0, "no difference", 0)
    step = _step(sizes)
    if step is None and len(sizes) > COUNTED:
        p, method = _drawn(sizes, total), f"sign flip, {FLIPS:,} draws"
    else:
        scale = step or CELLS / float(sizes.sum())
        p = _share(sizes * scale, total * scale)
        method = "sign flip, exact" if step else "sign flip, counted on a grid, rounded up"
    return SignFlip(p, method, len(sizes))


def _step(sizes: NDArray[np.float64]) -> float | None:
    """How many of their common step make 1, or None where there is none on which they can be counted."""
    common = 1
    for size in {float(one) for one in sizes}:
        near = Fraction(size).limit_denominator(DENOMINATOR)
        if abs(size - float(near)) > 1e-12 * max(1.0, size):
            return None
        common = math.lcm(common, near.denominator)
        if common * float(sizes.sum()) > CELLS:
            return None
    return float(common)


def _share(sizes: NDArray[np.float64], total: float) -> float:
    """Share of sign vectors whose sum reaches the total, by dynamic programming over sums of those with a plus.

    A sum of the rounded sizes is off by `error` at most, and is twice that of the pluses less that of all.
    """
    whole = np.rint(sizes).astype(int)
    error = float(np.sum(np.abs(whole - sizes))) + SLACK
    mass = np.zeros(int(whole.sum()) + 1)
    mass[0] = 1.0
    reached = 0
    for size in np.sort(whole):
        part = mass[: reached + 1] / 2
        mass[: reached + 1] = part
        mass[reached + 1 : reached + 1 + size] = 0.0
        mass[size : size + reached + 1] += part
        reached += int(size)
    least = max(0, math.ceil((total - error + reached) / 2))
    return min(1.0, float(mass[least:].sum()))


def _drawn(sizes: NDArray[np.float64], total: float) -> float:
    rng, hits = np.random.default_rng(SEED), 0
    near = total - 1e-12 * float(sizes.sum())
    for _ in range(FLIPS // 1000):
        hits += int(np.sum(rng.choice([-1.0, 1.0], size=(1000, len(sizes))) @ sizes >= near))
    return (hits + 1) / (FLIPS + 1)
