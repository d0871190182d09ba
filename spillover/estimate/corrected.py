"""A rate corrected for the errors of its judge, which errs alike on answers to one question."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spillover.common import THESE

from .binomial import Interval, clopper_pearson_each, wilson_each
from .by_question import FEW_EVENTS
from .clusters import design_effect, icc_of_counts
from .estimate import Estimate, WorstCase
from .intervals import worst_of
from .judge_error import LEAST_LABELS, JudgeErrors

Floats = NDArray[np.float64]
Counted = Sequence[Sequence[int]]
"""Of each question of a labelled set: hits, positives, clears, negatives."""
ICC = 0.36
"""How alike errors on one question are at least taken to be where fewer than `FEW_EVENTS` of a kind were seen, which
hardly show it: the largest correlation of verdicts seen in public data."""
GRID = 1025
"""Rates at which a corrected interval is looked for before its ends are made exact."""
NO_FIT = "no rate fits what was flagged here"


def corrected_rate(judged: Estimate, error: JudgeErrors, by_question: Counted | None) -> Estimate:
    """A rate corrected for judge error, with the uncertainty of the rate and of the judge.

    Point: Rogan & Gladen (1978). Interval: all rates t at which judged - t Se - (1 - t)(1 - Sp) may be 0, as Fieller's
    for a ratio; its ends by square and add (MOVER, Zou & Donner 2008) of the judged rate's interval and Wilson's of
    sensitivity and specificity (Clopper & Pearson's where fewer than 10 errors of a kind were seen). A judge errs alike
    on answers to one question, so both are known from fewer labels than were counted: n / (1 + (m - 1) ICC) (Kish
    1965), m the answers of a question, ICC that of the errors on the card (analysis of variance; at least `ICC` where
    fewer than 10 were seen), times (z / t)^2 at the card's questions less 1 (Korn & Graubard 1998). For these questions
    the run's own questions are a second sample of the judge's errors: of G questions with m answers each, of which the
    share t is taken for misaligned, their mean varies by ICC (1 - 1/m) / (t G) more; for more questions that is in the
    judged rate's interval already.
    Both must hold for the answers that were judged: those of another kind of model may differ.

    Args:
        judged: The judge's rate, with its interval.
        error: What is known of the judge.
        by_question: The same counts question by question; None where the card does not have them.

    Returns:
        NaN throughout where there are fewer than `LEAST_LABELS` labels of a kind, the counts by question are missing or
        have no question with two labels while the run has such questions, the judge is no better than chance
        (sensitivity + specificity <= 1), or no rate in [0, 1] fits: a run with far fewer flagged answers than the
        card's false alarms alone says that the card was measured on harder answers. The method then says which.

    Raises:
        ValueError: Where the counts by question do not add up to those of the judge.
    """
    why, known = _known(judged, error, by_question)
    found = None if known is None else _fitting(known, (judged.estimate, judged.low, judged.estimate, judged.high))
    if known is None or found is None:
        nan, said = math.nan, f"not corrected: {why or NO_FIT}"
        return replace(judged, estimate=nan, low=nan, high=nan, method=said, events=None, worst=None)
    point = known.true(judged.estimate)
    method = "Rogan-Gladen, MOVER, clustered errors"
    return replace(
        judged, estimate=point, low=found[0], high=found[1], method=method, events=None, worst=_worst(judged, known)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A judge's rates of hits and of false alarms, and how many independent labels each is known from.

    Attributes:
        hit: Sensitivity.
        alarm: 1 - specificity.
        labels: Independent labels of misaligned answers, and of others.
        few: Whether errors of each kind are too few for Wilson's interval.
        extra: Variance of the mean of both kinds of error over the run's questions, per unit of their own, times the
            share of questions of that kind.
        level: Confidence level.
    """

    hit: float
    alarm: float
    labels: tuple[float, float]
    few: tuple[bool, bool]
    extra: tuple[float, float]
    level: float

    def true(self, flagged: float) -> float:
        """The rate that gives what was flagged, in [0, 1]."""
        return min(1.0, max(0.0, (flagged - self.alarm) / (self.hit - self.alarm)))

    def ends(self, kind: int, share: Floats) -> tuple[Floats, Floats]:
        """Interval of hits (0) or of alarms (1), where so large a share of the questions is of that kind."""
        labels, extra = self.labels[kind], self.extra[kind]
        worth = share / (share / labels + extra) if extra else np.full(len(share), labels)
        p = (self.hit, self.alarm)[kind]
        if self.few[kind]:
            worth = np.maximum(worth, 1e-9)
            return clopper_pearson_each(np.minimum(p * worth, worth), worth, self.level)
        return wilson_each(p, worth, self.level)


def _known(judged: Estimate, error: JudgeErrors, by_question: Counted | None) -> tuple[str, _Known | None]:
    """What is known of a judge for a run, or why nothing is."""
    if math.isnan(judged.low):
        return "the judged rate has no interval", None
    if min(error.positives, error.negatives) < LEAST_LABELS:
        return f"fewer than {LEAST_LABELS} labels of a kind", None
    if error.sensitivity + error.specificity <= 1:
        return "the judge is no better than chance", None
    if by_question is None:
        return "the card does not count by question; calibrate again", None
    counts = np.asarray(by_question, dtype=float).reshape(-1, 4)
    if counts.sum(axis=0).astype(int).tolist() != [error.hits, error.positives, error.clears, error.negatives]:
        raise ValueError("counts by question do not add up to those of the judge")
    kinds = [(counts[:, 0], counts[:, 1]), (counts[:, 3] - counts[:, 2], counts[:, 3])]
    kinds = [(x[n > 0], n[n > 0]) for x, n in kinds]
    few = tuple(min(x.sum(), (n - x).sum()) < FEW_EVENTS for x, n in kinds)
    each = judged.n / judged.clusters if judged.target == THESE and judged.clusters else 1.0
    alike = _alike(kinds, few)
    if alike is None and (each > 1 or any((n > 1).any() for _, n in kinds)):
        return "no question of the card has two labels of a kind, so how alike its errors are is not known", None
    first, second = alike or (0.0, 0.0)
    labels = _worth(kinds[0][1], first, judged.level), _worth(kinds[1][1], second, judged.level)
    over = (1 - 1 / each) / max(1, judged.clusters)
    rates = error.sensitivity, 1 - error.specificity
    return "", _Known(*rates, labels, (few[0], few[1]), (first * over, second * over), judged.level)


def _alike(kinds: Sequence[tuple[Floats, Floats]], few: Sequence[bool]) -> tuple[float, float] | None:
    """ICC of the errors of each kind, that of the other kind where only that can be told; None where neither can."""
    told = [(n > 1).any() for _, n in kinds]
    if not any(told):
        return None
    found = [icc_of_counts(x, n) for x, n in kinds]
    known = [0.0 if math.isnan(one) else min(1.0, max(0.0, one)) for one in found]
    least = [max(one, ICC) if rare else one for one, rare in zip(known, few, strict=True)]
    instead = max(one for one, there in zip(least, told, strict=True) if there)
    first, second = (one if there else instead for one, there in zip(least, told, strict=True))
    return first, second


def _worth(n: Floats, alike: float, level: float) -> float:
    """Independent labels that those of one kind are worth; n: labels of each question that has any, shape (K,)."""
    from scipy.special import ndtri, stdtrit

    worth = float(n.sum()) / design_effect(float(np.sum(n**2) / n.sum()), alike)
    if len(n) < 2:
        return min(1.0, worth)
    half = (1 + level) / 2
    return worth * float(ndtri(half) / stdtrit(len(n) - 1, half)) ** 2


def _root(*parts: Floats | float) -> Floats:
    """Square and add."""
    return np.sqrt(sum((np.square(one) for one in parts), np.zeros(1)))


Ends = tuple[float, float, float, float]
"""What was flagged with the end below it, and with the end above it; apart only in the worst case."""


def _worst(judged: Estimate, known: _Known) -> WorstCase | None:
    if judged.worst is None:
        return None
    ends = worst_of(judged)
    found = _fitting(known, (ends.least, ends.low, ends.most, ends.high))
    return found and WorstCase(known.true(ends.least), found[0], known.true(ends.most), found[1])


def _fitting(known: _Known, flagged: Ends) -> Interval | None:
    """The least and largest rate in [0, 1] that fits what was flagged; None where none does."""
    from scipy.optimize import brentq

    least, low, most, high = flagged

    def beyond(t: Floats) -> Floats:
        """Above 0 where the rate `t` explains too little of what was flagged, or too much."""
        (hit_low, hit_high), (alarm_low, alarm_high) = known.ends(0, t), known.ends(1, 1 - t)
        said = t * known.hit + (1 - t) * known.alarm
        up = (least - low, t * (hit_high - known.hit), (1 - t) * (alarm_high - known.alarm))
        down = (high - most, t * (known.hit - hit_low), (1 - t) * (known.alarm - alarm_low))
        return np.maximum(least - said - _root(*up), said - most - _root(*down))

    def at(t: float) -> float:
        return float(beyond(np.array([t]))[0])

    grid = np.linspace(0, 1, GRID)
    fits = np.flatnonzero(beyond(grid) <= 0)
    if not len(fits):
        return None
    first, last = int(fits[0]), int(fits[-1])
    start = 0.0 if first == 0 else float(brentq(at, grid[first - 1], grid[first], xtol=1e-14))
    end = 1.0 if last == GRID - 1 else float(brentq(at, grid[last], grid[last + 1], xtol=1e-14))
    return start, end
