"""Rates and means over questions, for the two targets."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spillover.common.target import MORE, THESE, Target

from ._binomial import Interval, clopper_pearson, effective_n, upper_at_zero, wilson
from ._clusters import Groups
from ._estimate import Estimate, check_level

Average = Literal["probes", "answers"]
"""Over what a rate is averaged: questions weigh the same, or answers do."""
FEW_EVENTS = 10
"""Below this many events (or non-events) the exact interval is used instead of the score interval."""
T_QUESTIONS = 20
"""Questions with events from which the t interval over questions is used."""
SKEWED = 0.5
"""Skewness of question rates from which the t interval allows for it."""
PRIOR = 0.25
"""Answers by which the rate of a question is drawn towards that of all, where its variance is asked for."""
DRAW = 1
"""Seed with which one answer is drawn for each question: the first row of a cluster would always be the original."""


def rate(groups: Groups, average: Average = "probes", target: Target = THESE, level: float = 0.95) -> Estimate:
    """A rate over questions, with its interval.

    These questions: given the list, answers are independent. No events: exact, the worst case over all ways to
    spread the rate over the questions. Fewer than 10 events: Clopper-Pearson on effective counts (Korn & Graubard
    1998). Otherwise: Wilson with the stratified effective number of answers (Franco et al. 2019). Where questions weigh
    the same but have unequal numbers, both are widened to hold the per-question intervals combined.

    More questions from these domains: questions are the sample. With events on 20 questions or more: the interval for
    these questions and, for what question rates vary beyond that, t with Hall's transformation (1992) where they are
    skewed, squared and added (MOVER). Otherwise exact (Clopper-Pearson) on one answer drawn for each question, widened
    to hold the estimate and the interval for these questions. NaN ends for a rate over answers where questions have
    unequal numbers of them.

    Args:
        groups: 0 or 1 per answer, an array per question.
        average: Whether questions or answers weigh the same.
        target: What the interval is for.
        level: Confidence level.
    """
    check_level(level)
    counts = np.array([len(part) for part in groups], dtype=float)
    events = np.array([part.sum() for part in groups], dtype=float)
    total, seen = int(counts.sum()), int(events.sum())
    if not total:
        return Estimate(math.nan, math.nan, math.nan, level, "none", target, 0, 0, 0)
    weights = counts / total if average == "answers" else np.full(len(groups), 1 / len(groups))
    point = float(np.sum(weights * events / counts))
    method, (low, high) = _these(events, counts, weights, point, level)
    if target == MORE:
        method, (low, high) = _more(groups, weights, point, (low, high), level)
    return Estimate(point, low, high, level, method, target, total, len(groups), seen)


def _these(
    events: NDArray[np.float64], n: NDArray[np.float64], weights: NDArray[np.float64], point: float, level: float
) -> tuple[str, Interval]:
    seen, tail = events.sum(), (1 - level) / 2
    if seen == 0:
        return "exact at zero", (0.0, upper_at_zero(n, weights, tail))
    if seen == n.sum():
        return "exact at one", (1 - upper_at_zero(n, weights, tail), 1.0)
    alike = effective_n(n, weights)
    effective = point * (1 - point) / _stratified_variance(events, n, weights, point)
    even = np.allclose(weights, n / n.sum())
    if even:
        effective = max(alike, effective)  # a Poisson binomial varies no more than a binomial of the same mean
    if min(seen, n.sum() - seen) < FEW_EVENTS:
        few = min(alike, effective)
        method, found = "Clopper-Pearson", clopper_pearson(point * few, few, level)
    else:
        method, found = "Wilson, stratified", wilson(point * effective, effective, level)
    if even:
        return method, found
    low, high = _combined(events, n, weights, point, level)
    return method, (min(low, found[0]), max(high, found[1]))


def _combined(
    events: NDArray[np.float64], n: NDArray[np.float64], weights: NDArray[np.float64], point: float, level: float
) -> Interval:
    """Clopper-Pearson per question, squared and added (MOVER, Zou & Donner 2008).

    Answers that weigh unequally can sit where the rate is high: an effective number for all questions together then
    says too much. Alone it is too narrow where most questions have one or two answers.
    """
    each = np.array([clopper_pearson(x, k, level) for x, k in zip(events, n, strict=True)])
    below, above = events / n - each[:, 0], each[:, 1] - events / n
    low = point - math.sqrt(float(np.sum((weights * below) ** 2)))
    high = point + math.sqrt(float(np.sum((weights * above) ** 2)))
    return max(0.0, low), min(1.0, high)


def _stratified_variance(
    events: NDArray[np.float64], n: NDArray[np.float64], weights: NDArray[np.float64], point: float
) -> float:
    """Variance of a weighted mean of question rates, given the questions.

    Question rates are drawn towards the overall rate by a quarter of an answer, so that a question at 0 or 1 is not
    taken for certain; a question with one answer has the variance of the overall rate.
    """
    drawn = (events + PRIOR * point) / (n + PRIOR)
    unbiased = drawn * (1 - drawn) * n / np.maximum(n - 1, 1)
    each = np.where(n > 1, unbiased, point * (1 - point))
    return float(np.sum(weights**2 * each / n))


def _more(
    groups: Groups, weights: NDArray[np.float64], point: float, these: Interval, level: float
) -> tuple[str, Interval]:
    """Never narrower than the interval for these questions: to know less of them cannot be to know more."""
    g, n = len(groups), np.array([len(part) for part in groups], dtype=float)
    events = np.array([part.sum() for part in groups], dtype=float)
    if np.count_nonzero(events) >= T_QUESTIONS and np.count_nonzero(events < n) >= T_QUESTIONS:
        return "t over questions", and_between(events, n, weights, point, these, level)
    if not np.allclose(weights, 1 / g):
        return "none", (math.nan, math.nan)  # one answer each speaks for the mean over questions, not over answers
    drawn = np.random.default_rng(DRAW).random(g)
    one = sum(float(part[int(u * len(part))]) for part, u in zip(groups, drawn, strict=True))
    low, high = clopper_pearson(one, g, level)
    return "exact, one answer each", (min(low, point, these[0]), max(high, point, these[1]))


def and_between(
    events: NDArray[np.float64],
    n: NDArray[np.float64],
    weights: NDArray[np.float64],
    point: float,
    these: Interval,
    level: float,
) -> Interval:
    """The interval for these questions and what they vary beyond it, squared and added (MOVER, Zou & Donner 2008).

    Or t over questions widened to hold the one for these questions, where that is narrower: that one may be wide
    because questions have unequal numbers of answers, and would then count twice.
    """
    within = _stratified_variance(events, n, weights, point)
    between, whole = (over_questions(events / n, weights, point, level, part) for part in (within, 0.0))
    low, high = min(whole[0], these[0]), max(whole[1], these[1])
    low = max(low, point - math.hypot(point - these[0], point - between[0]))
    return low, min(high, point + math.hypot(these[1] - point, between[1] - point))


def over_questions(
    rates: NDArray[np.float64], weights: NDArray[np.float64], point: float, level: float, within: float = 0.0
) -> Interval:
    """The t interval of a weighted mean over questions; where their rates are skewed, Hall's (JRSS B 1992).

    Args:
        rates: Rate of each question, shape (G,).
        weights: Weight of each, summing to 1.
        point: Their weighted mean.
        level: Confidence level.
        within: Variance that the mean has on these very questions: what is left is that between questions.
    """
    from scipy.stats import t

    g = len(rates)
    # Linearised residuals of a ratio of means: for equal weights they are the deviations themselves.
    residuals = weights * (rates - point)
    spread = math.sqrt(max(0.0, g / (g - 1) * float(np.sum(residuals**2)) - within))
    skew = float(np.mean(residuals**3) / np.mean(residuals**2) ** 1.5) if spread > 0 else 0.0
    half = float(t.isf((1 - level) / 2, g - 1))
    low, high = (-half, half) if abs(skew) < SKEWED else (-_hall(half, skew, g), -_hall(-half, skew, g))
    return max(0.0, point + low * spread), min(1.0, point + high * spread)


def _hall(z: float, skew: float, g: int) -> float:
    """Where the studentized mean of g skewed values has the quantile that z is of an unskewed one's.

    The inverse of Hall's cubic transformation, which is monotone and takes the skewness out of it.
    """
    a = skew / math.sqrt(g)
    return 3 / a * (float(np.cbrt(1 + a * (z - a / 6))) - 1)


def _t(point: float, spread: float, freedom: float, level: float) -> Interval:
    from scipy.stats import t

    half = float(t.isf((1 - level) / 2, freedom)) * spread
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
    from ._binomial import newcomb

    if (base.target, base.level) != (other.target, other.level):
        raise ValueError("a difference needs two estimates of one level and one target")
    low, high = newcomb(base.estimate, (base.low, base.high), other.estimate, (other.low, other.high))
    n, clusters = base.n + other.n, min(base.clusters, other.clusters)
    point = other.estimate - base.estimate
    return Estimate(point, low, high, base.level, "Newcombe", base.target, n, clusters)
