"""Intervals of a rate whose questions have stated weights, in strata of which some may be fixed.

These questions: answers are independent given the list, each with the weight w_i / n_i. More questions from these
domains: the questions of a sampled stratum are the sample; those of a fixed one vary by their answers alone.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .binomial import Interval, clopper_pearson, effective_n, upper_at_zero, wilson
from .by_question import FEW_EVENTS, PRIOR, SKEWED, T_QUESTIONS, Floats, combined, each_variance, hall
from .weights import SLACK, Weights


def weighted_these(x: Floats, n: Floats, weights: Weights, point: float, level: float) -> tuple[str, Interval]:
    """Name and ends of the interval for these questions.

    No event: exact (`upper_at_zero`), whatever the weights. Otherwise the interval of effective counts, as for equal
    weights, with each question's rate drawn towards that of its stratum; where answers weigh unequally it is widened to
    hold what both `over_units` and the intervals of all questions, squared and added, hold.

    Args:
        x: Events of each question, shape (G,).
        n: Answers of each, above 0.
        weights: Of each.
        point: The weighted mean of x / n.
        level: Confidence level.
    """
    w, seen, tail = weights.each, x.sum(), (1 - level) / 2
    if seen == 0:
        return "exact at zero", (0.0, upper_at_zero(n, w, tail))
    if seen == n.sum():
        return "exact at one", (1 - upper_at_zero(n, w, tail), 1.0)
    alike = effective_n(n, w)
    effective = point * (1 - point) / float(np.sum(each_weighted(x, n, weights)))
    even = np.allclose(w, n / n.sum())
    if even:
        effective = max(alike, effective)  # a Poisson binomial varies no more than a binomial of the same mean
    if min(seen, n.sum() - seen) < FEW_EVENTS:
        few = min(alike, effective)
        method, found = "Clopper-Pearson", clopper_pearson(point * few, few, level)
    else:
        method, found = "Wilson, stratified", wilson(point * effective, effective, level)
    if even:
        return method, found
    units, each = over_units(point, whole_units(w / n), level), combined(x, n, w, point, level)
    return method, (min(found[0], max(units[0], each[0])), max(found[1], min(units[1], each[1])))


def weighted_more(x: Floats, n: Floats, weights: Weights, these: Interval, level: float) -> tuple[str, Interval]:
    """Name and ends of the interval for more questions from these domains; it holds the one for these questions.

    `exact_over_strata`; with events (and answers that are none) on 20 questions or more of every sampled stratum, also
    t over the questions of each.

    Args:
        x: Events of each question, shape (G,).
        n: Answers of each, above 0.
        weights: Of each.
        these: The interval for these questions.
        level: Confidence level.
    """
    sampled, point = weights.sampled, weights.mean(x / n)
    if not sampled.any():
        return "answers alone: every stratum is fixed", these
    exact = exact_over_strata(x, n, weights, level)
    low, high = min(these[0], exact[0]), max(these[1], exact[1])
    if not eventful(x > 0, x < n, weights):
        return "exact over questions", (low, high)
    within = each_weighted(x, n, weights)
    whole = over_strata(x / n, weights, level, outside=float(within[~sampled].sum()))
    beyond = over_strata(x / n, weights, level, within=float(within[sampled].sum()))
    least = max(min(whole[0], these[0]), point - math.hypot(point - these[0], point - beyond[0]))
    most = min(max(whole[1], these[1]), point + math.hypot(these[1] - point, beyond[1] - point))
    return "t and exact over questions", (max(0.0, min(low, least)), min(1.0, max(high, most)))


def exact_over_strata(x: Floats, n: Floats, weights: Weights, level: float) -> Interval:
    """Clopper-Pearson over units, questions of sampled strata being units; nothing is drawn.

    Where some strata are fixed: of the others alone, squared and added with the interval of the fixed ones for these
    questions (MOVER, Zou & Donner, Statistics in Medicine 2008). Without any event (or with nothing but events) answers
    to questions of fixed strata are units themselves, which is exact.

    Args:
        x: Events of each question, shape (G,).
        n: Answers of each, above 0.
        weights: Of each; at least one stratum is sampled.
        level: Confidence level.
    """
    sampled, point = weights.sampled, weights.mean(x / n)
    share, own = weights.part(sampled)
    _, rest = weights.part(~sampled)
    if own is None or rest is None or x.sum() in (0, n.sum()):
        return over_units(point, whole_units(np.where(sampled, weights.each, weights.each / n)), level)
    parts = [own.mean((x / n)[sampled]), rest.mean((x / n)[~sampled])]
    first = over_units(parts[0], whole_units(own.each), level)
    _, second = weighted_these(x[~sampled], n[~sampled], rest, parts[1], level)
    shares = share, 1 - share
    below, above = (
        math.hypot(*(w * abs(end - p) for w, end, p in zip(shares, ends, parts, strict=True)))
        for ends in zip(first, second, strict=True)
    )
    return max(0.0, point - below), min(1.0, point + above)


def each_weighted(x: Floats, n: Floats, weights: Weights) -> Floats:
    """Variance of each question's part of the weighted mean, given the questions; shape (G,).

    Its rate is drawn by a quarter of an answer towards that of its stratum, which is itself drawn as much towards that
    of all: a stratum without events is not taken for one that can have none.
    """
    rates = x / n
    own = weights.by_stratum(rates)
    answers = np.bincount(weights.index, n)[weights.index]
    drawn = (own * answers + PRIOR * weights.mean(rates)) / (answers + PRIOR)
    return weights.each**2 * each_variance(x, n, drawn) / n


def whole_units(weights: Floats) -> int:
    """Equal units that independent ones of these weights are worth at the least: 1 / the largest, rounded down.

    Of strata with equal weights inside it is min(G_h / W_h). The moment generating function of a weighted mean of
    independent values in [0, 1] with weights of at most 1/m lies nowhere above that of the mean of m binomial units
    (proof in docs/statistics.md), so that it strays no further by Chernoff's bounds, and it is 0 no more often.
    """
    return max(1, math.floor(1 / float(weights.max()) + SLACK))


def over_units(point: float, units: int, level: float) -> Interval:
    """Clopper-Pearson on so many equal units times the weighted mean; nothing is drawn."""
    return clopper_pearson(min(point * units, float(units)), units, level)


def eventful(some: NDArray[np.bool_], others: NDArray[np.bool_], weights: Weights) -> bool:
    """Whether 20 questions or more of every sampled stratum have events, and 20 answers that are none.

    Args:
        some: Whether a question has an event, shape (G,).
        others: Whether it has an answer that is none.
        weights: Of the questions.
    """
    index, sampled = weights.index, weights.sampled
    counts = [np.bincount(index[sampled], one[sampled]) for one in (some, others)]
    return bool(np.all(np.min(counts, axis=0)[np.unique(index[sampled])] >= T_QUESTIONS))


def over_strata(
    values: Floats, weights: Weights, level: float, *, within: float = 0.0, outside: float = 0.0, skewed: bool = True
) -> Interval:
    """The t interval of a weighted mean over the questions of the sampled strata; of skewed ones Hall's (JRSS B 1992).

    V = sum over strata of G / (G - 1) sum (w (r - r_stratum))^2, which is W^2 s^2 / G where a stratum's questions weigh
    the same (Cochran, Sampling Techniques, 5.4); degrees of freedom by Satterthwaite (Biometrics Bulletin 1946). The
    third moment is summed alike. Fixed strata have no part in it but `outside`.

    Args:
        values: A value per question, such as a rate, shape (G,); a sampled stratum has two questions or more.
        weights: Of the questions.
        level: Confidence level.
        within: Variance of the mean on these very questions, which is left out.
        outside: Variance that is added.
        skewed: Whether skewness is allowed for.
    """
    from scipy.special import stdtrit

    sampled, point = weights.sampled, weights.mean(values)
    residuals = (weights.each * (values - weights.by_stratum(values)))[sampled]
    index = np.unique(weights.index[sampled], return_inverse=True)[1]
    sizes = np.bincount(index).astype(float)
    parts = sizes / (sizes - 1) * np.bincount(index, residuals**2)
    variance = float(parts.sum())
    spread = math.sqrt(max(0.0, variance - within + outside))
    if not variance > 0 or not spread > 0:
        half = 0.0 if not spread else float(stdtrit(math.inf, (1 + level) / 2))
        return point - half * spread, point + half * spread
    freedom = variance**2 / float(np.sum(parts**2 / (sizes - 1)))
    half, g = float(stdtrit(freedom, (1 + level) / 2)), freedom + 1
    skew = math.sqrt(g) * float(np.sum(residuals**3)) / float(np.sum(residuals**2)) ** 1.5
    low, high = (-hall(half, skew, g), -hall(-half, skew, g)) if skewed and abs(skew) >= SKEWED else (-half, half)
    return point + low * spread, point + high * spread
