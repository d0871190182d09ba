"""Rates, means and differences over questions, for the two targets."""

import math

import numpy as np

from spillover.common import MORE, THESE, Target

from .binomial import Interval, newcomb
from .clusters import Groups
from .estimate import Estimate, WorstCase, check_level
from .from_counts import Average, rate_from_counts
from .weights import Weights


def rate(
    groups: Groups,
    average: Average = "probes",
    target: Target = THESE,
    level: float = 0.95,
    weights: Weights | None = None,
) -> Estimate:
    """A rate over questions, with its interval.

    These questions: given the list, answers are independent. No events: exact, the worst case over all ways to
    spread the rate over the questions. Fewer than 10 events: Clopper-Pearson on effective counts (Korn & Graubard
    1998). Otherwise: Wilson with the stratified effective number of answers (Franco et al. 2019). Where questions weigh
    the same but have unequal numbers, both are widened to hold the per-question intervals combined.

    More questions from these domains: questions are the sample, from domains that stay the same. Clopper-Pearson on the
    number of questions times their mean rate, as if each were always or never an event; with events on 20 questions or
    more also the interval for these questions and, for what question rates vary beyond that, t with Hall's
    transformation (1992) where they are skewed, squared and added (MOVER): the interval holds both. It holds the
    interval for these questions too. Nothing is drawn. NaN ends for a rate over answers where questions have unequal
    numbers of them and fewer than 20 have events.

    Args:
        groups: 0 or 1 per answer, an array per question.
        average: Whether questions or answers weigh the same.
        target: What the interval is for.
        level: Confidence level.
        weights: What each question weighs, in the order of the groups; see `rate_from_counts`.
    """
    events = np.array([part.sum() for part in groups], dtype=float)
    counts = np.array([len(part) for part in groups], dtype=float)
    return rate_from_counts(events, counts, average, target, level, weights=weights)


def _t(point: float, spread: float, freedom: float, level: float) -> Interval:
    from scipy.special import stdtrit

    half = float(stdtrit(freedom, (1 + level) / 2)) * spread
    return point - half, point + half


def mean(groups: Groups, target: Target = THESE, level: float = 0.95) -> Estimate:
    """A mean over questions of the mean over answers, with a t interval; NaN ends where nothing varied.

    These questions: stratified standard error, Welch-Satterthwaite degrees of freedom; NaN ends where a question has
    one answer. More questions from these domains: standard error of the question means, G - 1 degrees of freedom.

    Args:
        groups: A value per answer, an array per question.
        target: What the interval is for.
        level: Confidence level.
    """
    check_level(level)
    g, total = len(groups), sum(len(part) for part in groups)
    if not total:
        return Estimate(math.nan, math.nan, math.nan, level, "none", target, 0, 0)
    means = np.array([part.mean() for part in groups])
    point = float(means.mean())
    spread, freedom = math.nan, math.nan
    if target == MORE and g > 1:
        spread, freedom = float(means.std(ddof=1)) / math.sqrt(g), g - 1
    elif target == THESE and all(len(part) > 1 for part in groups):
        parts = np.array([part.var(ddof=1) / len(part) for part in groups]) / g**2
        spread = math.sqrt(float(parts.sum()))
        below = float(np.sum(parts**2 / (np.array([len(part) for part in groups]) - 1)))
        freedom = float(parts.sum()) ** 2 / below if below > 0 else math.inf
    low, high = _t(point, spread, freedom, level) if spread > 0 else (math.nan, math.nan)
    method = "t, stratified" if target == THESE else "t over questions"
    return Estimate(point, low, high, level, method, target, total, g)


def difference(base: Estimate, other: Estimate) -> Estimate:
    """The difference `other - base` of two rates on the same questions, with Newcombe's interval.

    For these questions only: the arms are then independent given the list.

    Raises:
        ValueError: Where the estimates differ in target or level.
    """
    if base.target != THESE:
        raise ValueError("a difference on the same questions needs two estimates for `these questions`")
    return independent_difference(base, other)


def independent_difference(base: Estimate, other: Estimate) -> Estimate:
    """The difference `other - base` of two independent rates, with Newcombe's square-and-add interval (1998).

    For more questions from these domains the rates are independent only where the two share no question.

    Raises:
        ValueError: Where the estimates differ in target or level.
    """
    if (base.target, base.level) != (other.target, other.level):
        raise ValueError("a difference needs two estimates of one level and one target")
    low, high = newcomb(base.estimate, (base.low, base.high), other.estimate, (other.low, other.high))
    n, clusters = base.n + other.n, min(base.clusters, other.clusters)
    point = other.estimate - base.estimate
    return Estimate(
        point, low, high, base.level, "Newcombe", base.target, n, clusters, worst=_worst_difference(base, other)
    )


def worst_of(found: Estimate) -> WorstCase:
    """Its worst case; the estimate itself where all answers were judged."""
    return found.worst or WorstCase(found.estimate, found.low, found.estimate, found.high)


def _worst_difference(base: Estimate, other: Estimate) -> WorstCase | None:
    """Least where no unjudged answer of `other` is an event and every one of `base` is; most the other way round."""
    if base.worst is None and other.worst is None:
        return None
    one, two = worst_of(base), worst_of(other)
    low, _ = newcomb(one.most, (one.most, one.high), two.least, (two.low, two.least))
    _, high = newcomb(one.least, (one.low, one.least), two.most, (two.most, two.high))
    return WorstCase(two.least - one.most, low, two.most - one.least, high)
