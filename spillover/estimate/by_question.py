"""Intervals of a rate out of counts per question: for these questions, and for more questions from these domains."""

import math

import numpy as np
from numpy.typing import NDArray

from .binomial import Interval, clopper_pearson, clopper_pearson_each, effective_n, upper_at_zero, wilson

Floats = NDArray[np.float64]
FEW_EVENTS = 10
"""Below this many events (or non-events) the exact interval is used instead of the score interval."""
T_QUESTIONS = 20
"""Questions with events from which the t interval over questions is used."""
SKEWED = 0.5
"""Skewness of question rates from which the t interval allows for it."""
PRIOR = 0.25
"""Answers by which the rate of a question is drawn towards that of all, where its variance is asked for."""


def for_these(x: Floats, n: Floats, weights: Floats, point: float, level: float) -> tuple[str, Interval]:
    """Name and ends of the interval for these questions; see `rate`."""
    seen, tail = x.sum(), (1 - level) / 2
    if seen == 0:
        return "exact at zero", (0.0, upper_at_zero(n, weights, tail))
    if seen == n.sum():
        return "exact at one", (1 - upper_at_zero(n, weights, tail), 1.0)
    alike = effective_n(n, weights)
    effective = point * (1 - point) / stratified_variance(x, n, weights, point)
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
    low, high = combined(x, n, weights, point, level)
    return method, (min(low, found[0]), max(high, found[1]))


def combined(x: Floats, n: Floats, weights: Floats, point: float, level: float) -> Interval:
    """Clopper-Pearson per question, squared and added (MOVER, Zou & Donner 2008).

    Answers that weigh unequally can sit where the rate is high: an effective number for all questions together then
    says too much. Alone it is too narrow where most questions have one or two answers.
    """
    lows, highs = clopper_pearson_each(x, n, level)
    low = point - math.sqrt(float(np.sum((weights * (x / n - lows)) ** 2)))
    high = point + math.sqrt(float(np.sum((weights * (highs - x / n)) ** 2)))
    return max(0.0, low), min(1.0, high)


def stratified_variance(x: Floats, n: Floats, weights: Floats, point: float) -> float:
    """Variance of a weighted mean of question rates, given the questions.

    Question rates are drawn towards the overall rate by a quarter of an answer, so that a question at 0 or 1 is not
    taken for certain; a question with one answer has the variance of the overall rate.
    """
    return float(np.sum(weights**2 * each_variance(x, n, point) / n))


def each_variance(x: Floats, n: Floats, towards: float | Floats) -> Floats:
    """Variance of one answer to each question, its rate drawn by a quarter of an answer towards another rate."""
    drawn = (x + PRIOR * towards) / (n + PRIOR)
    unbiased = drawn * (1 - drawn) * n / np.maximum(n - 1, 1)
    found: Floats = np.where(n > 1, unbiased, towards * (1 - np.asarray(towards)))
    return found


def for_more(
    x: Floats, n: Floats, weights: Floats, point: float, these: Interval, level: float
) -> tuple[str, Interval]:
    """Never narrower than the interval for these questions: to know less of them cannot be to know more."""
    few = min(np.count_nonzero(x), np.count_nonzero(x < n)) < T_QUESTIONS
    if few and not np.allclose(weights, 1 / len(n)):
        return "none", (math.nan, math.nan)  # few questions with unequal weights: no effective number is safe
    method = "exact over questions" if few else "t and exact over questions"
    low, high = these if few else and_between(x, n, weights, point, these, level)
    exact = exact_over_questions(point, weights, level)
    return method, (min(low, these[0], exact[0]), max(high, these[1], exact[1]))


def exact_over_questions(point: float, weights: Floats, level: float) -> Interval:
    """Clopper-Pearson on the number of questions times their mean rate: nothing is drawn.

    Rates of questions lie in [0, 1], and of all that have this mean those that are 0 or 1 vary most: their mean is
    a binomial share of G questions. So this holds where a few questions carry the rate and t over questions does not
    (2% of them at .9, 48 to 100 questions: t alone covers 70 to 87%, see docs/statistics.md).

    Args:
        point: Weighted mean of the rates, in [0, 1].
        weights: Weight of each question, summing to 1; unequal ones are worth 1 / sum(w^2) questions (Kish 1965).
        level: Confidence level.
    """
    worth = 1 / float(np.sum(weights**2))
    return clopper_pearson(min(point * worth, worth), worth, level)


def and_between(x: Floats, n: Floats, weights: Floats, point: float, these: Interval, level: float) -> Interval:
    """The interval for these questions and what they vary beyond it, squared and added (MOVER, Zou & Donner 2008).

    Or t over questions widened to hold the one for these questions, where that is narrower: that one may be wide
    because questions have unequal numbers of answers, and would then count twice.
    """
    within = stratified_variance(x, n, weights, point)
    between, whole = (over_questions(x / n, weights, point, level, part) for part in (within, 0.0))
    low, high = min(whole[0], these[0]), max(whole[1], these[1])
    low = max(low, point - math.hypot(point - these[0], point - between[0]))
    return low, min(high, point + math.hypot(these[1] - point, between[1] - point))


def over_questions(rates: Floats, weights: Floats, point: float, level: float, within: float = 0.0) -> Interval:
    """The t interval of a weighted mean over questions; where their rates are skewed, Hall's (JRSS B 1992).

    Args:
        rates: Rate of each question, shape (G,).
        weights: Weight of each, summing to 1.
        point: Their weighted mean.
        level: Confidence level.
        within: Variance that the mean has on these very questions: what is left is that between questions.
    """
    from scipy.special import stdtrit

    g = len(rates)
    # Linearised residuals of a ratio of means: for equal weights they are the deviations themselves.
    residuals = weights * (rates - point)
    spread = math.sqrt(max(0.0, g / (g - 1) * float(np.sum(residuals**2)) - within))
    skew = float(np.mean(residuals**3) / np.mean(residuals**2) ** 1.5) if spread > 0 else 0.0
    half = float(stdtrit(g - 1, (1 + level) / 2))
    low, high = (-half, half) if abs(skew) < SKEWED else (-hall(half, skew, g), -hall(-half, skew, g))
    return max(0.0, point + low * spread), min(1.0, point + high * spread)


def hall(z: float, skew: float, g: float) -> float:
    """Where the studentized mean of g skewed values has the quantile that z is of an unskewed one's.

    The inverse of Hall's cubic transformation, which is monotone and takes the skewness out of it.
    """
    a = skew / math.sqrt(g)
    return 3 / a * (float(np.cbrt(1 + a * (z - a / 6))) - 1)
