"""Beyond what was asked: a difference for more questions from these domains."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spillover.common import MORE

from .binomial import newcomb
from .by_question import T_QUESTIONS
from .clusters import Groups
from .estimate import Estimate, WorstCase, check_level
from .intervals import rate
from .pairs import exact_over_pairs, over_pairs
from .weighted_pairs import weighted_pairs
from .weights import Weights

LEAST_QUESTIONS = 50
"""Below this many questions a figure for more questions from these domains describes; nothing is decided on it."""


def describes_only(questions: float) -> bool:
    """Whether a figure for more questions from these domains only describes: too few questions to decide anything.

    Args:
        questions: Questions; of unequal weights the number that they are worth (`Weights.kish`).
    """
    return questions < LEAST_QUESTIONS


def population_difference(
    base: Groups,
    tuned: Groups,
    level: float = 0.95,
    unjudged: tuple[ArrayLike, ArrayLike] | None = None,
    weights: Weights | None = None,
) -> Estimate:
    """The difference fine-tune - base for more questions from these domains, paired by question.

    Questions weigh the same, or as stated. Exact over pairs (`exact_over_pairs`); with events on 20 questions or more
    in either arm (and answers that are none on as many) also t over the questions' own differences, and where they are
    skewed t with Hall's transformation (JRSS B 1992), which alone is too narrow where both arms are skewed alike: the
    interval holds all of them, the estimate, and the interval for these questions. Nothing is drawn. NaN ends where
    there are fewer than 2 questions. With weights the 20 questions are those of every sampled stratum, and the part of
    fixed strata varies by answers alone (`more_of_pairs`).

    Args:
        base: 0 or 1 per answer of the base, an array per question.
        tuned: The same of the fine-tune, the same questions in the same order.
        level: Confidence level.
        unjudged: Unjudged answers of each question in the base and in the fine-tune, each of shape (G,): a question
            may then have no judged answer, and counts in the worst case alone.
        weights: What each question weighs, in their order; None where all weigh the same.

    Raises:
        ValueError: Where the arms or weights have unequal numbers of questions, or a question has no answer in an arm.
    """
    check_level(level)
    g = len(base)
    lost = [np.zeros(g, dtype=int) if unjudged is None else np.asarray(unjudged[arm], dtype=int) for arm in (0, 1)]
    sizes = [np.array([len(part) for part in arm], dtype=int) for arm in (base, tuned)]
    if len(tuned) != g or any((size + gone == 0).any() for size, gone in zip(sizes, lost, strict=True)):
        raise ValueError("a paired difference needs the same questions in both arms, each with answers")
    if weights is not None and len(weights) != g:
        raise ValueError(f"need a weight for each of {g} questions, got {len(weights)}")
    asked = (sizes[0] > 0) & (sizes[1] > 0)
    kept = np.flatnonzero(asked)
    found = _any_paired([base[i] for i in kept], [tuned[i] for i in kept], level, weights, asked)
    if not any(gone.any() for gone in lost):
        return found
    least, most = (
        _any_paired(_filled(base, lost[0], 1.0 - event), _filled(tuned, lost[1], event), level, weights)
        for event in (0.0, 1.0)
    )
    return replace(found, worst=WorstCase(least.estimate, least.low, most.estimate, most.high))


def _filled(groups: Groups, lost: NDArray[np.int64], event: float) -> Groups:
    return [np.append(part, np.full(more, event)) for part, more in zip(groups, lost, strict=True)]


def _any_paired(
    base: Groups, tuned: Groups, level: float, weights: Weights | None, asked: NDArray[np.bool_] | None = None
) -> Estimate:
    if weights is None:
        return _paired(base, tuned, level)
    one, two = (_counted(arm) for arm in (base, tuned))
    return weighted_pairs(one, two, weights if asked is None else weights.only(asked), level)


def _counted(groups: Groups) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([part.sum() for part in groups]), np.array([len(part) for part in groups], dtype=float)


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
