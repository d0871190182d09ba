"""How strongly an item brings out misaligned answers: shrunk log-odds against the base. Pure functions on arrays.

Log-odds of item i for organism o are modelled as a_o + u_i + e, with u_i normal (variance `between`) and e normal with
the known variance of the counts plus `within` (the same item differs between organisms). a_o is a fixed effect, so that
organisms that were asked different items can stand together. Variances by restricted maximum likelihood, u_i as best
linear unbiased prediction (Henderson, Biometrics 31, 1975; Robinson, Statistical Science 6, 1991).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
LEAST_VARIANCE, MOST_VARIANCE = 1e-6, 100.0
"""Range in which variances are looked for, in squared log-odds."""
MOST_PRIOR = 1e6
"""Answers that a prior is worth where counts vary no more than by chance."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """What the model says.

    Attributes:
        strength: Of each item the mean of a_o plus u_i, in log-odds, shape (items,).
        error: Standard error of u_i, shape (items,).
        between: Variance of the items.
        within: Variance of one item between organisms, beyond chance.
    """

    strength: Numbers
    error: Numbers
    between: float
    within: float


def log_odds(hits: ArrayLike, asked: ArrayLike) -> tuple[Numbers, Numbers]:
    """Log-odds of counts and their variance, with half an answer added to each side (Gart & Zweifel, Biometrika 1967).

    Args:
        hits: Misaligned answers, in 0..asked.
        asked: Judged answers.
    """
    up, down = np.asarray(hits, float) + 0.5, np.asarray(asked, float) - np.asarray(hits, float) + 0.5
    return np.log(up / down), 1 / up + 1 / down


def base_log_odds(hits: ArrayLike, asked: ArrayLike) -> Numbers:
    """Log-odds of the base on each item, its rate shrunk towards that of all items (a beta prior, by moments).

    Args:
        hits: Misaligned answers of the base by item.
        asked: Its judged answers by item; an item without any gets the prior's mean.
    """
    x, n = np.asarray(hits, float), np.asarray(asked, float)
    mean, worth = beta_prior(x, n)
    rate = (x + worth * mean) / (n + worth)
    return np.asarray(np.log(rate / (1 - rate)), float)


def beta_prior(hits: Numbers, asked: Numbers) -> tuple[float, float]:
    """Mean of a beta prior, in (0, 1), and the answers it is worth, by moments (Kleinman, JASA 68, 1973).

    Half an answer is added to each side of the mean, so that a base without misaligned answers has finite log-odds.

    Args:
        hits: Misaligned answers by item.
        asked: Judged answers by item.
    """
    mean = (hits.sum() + 0.5) / (asked.sum() + 1)
    some = asked > 0
    items, n = int(some.sum()), asked[some]
    if items < 2:
        return float(mean), MOST_PRIOR
    raw = hits.sum() / n.sum()
    spread = float((n * (hits[some] / n - raw) ** 2).sum()) - (items - 1) * raw * (1 - raw)
    scale = raw * (1 - raw) * (n.sum() - (n**2).sum() / n.sum() - (items - 1))
    alike = spread / scale if scale > 0 else 0.0  # the intraclass correlation, 1 / (worth + 1)
    return float(mean), float(min(MOST_PRIOR, 1 / alike - 1)) if alike > 1 / MOST_PRIOR else MOST_PRIOR


def shrunk(odds: Numbers, variance: Numbers, item: Whole, organism: Whole) -> Strengths:
    """Shrunk strength of every item.

    Args:
        odds: Log-odds against the base, shape (counts,).
        variance: Their variance, above 0.
        item: Number of the item of each count, from 0, each at least once.
        organism: Number of the organism of each count, from 0, each at least once.
    """
    own, arms = np.eye(int(item.max()) + 1)[item], np.eye(int(organism.max()) + 1)[organism]
    between, within = _variances(odds, variance, own, arms)
    return predicted(odds, variance, own, arms, between, within)


def predicted(
    odds: Numbers, variance: Numbers, own: Numbers, arms: Numbers, between: float, within: float
) -> Strengths:
    """Strengths at known variances.

    Args:
        odds: See `shrunk`.
        variance: See `shrunk`.
        own: Indicators of the items, shape (counts, items).
        arms: Indicators of the organisms, shape (counts, organisms).
        between: See `Strengths`.
        within: See `Strengths`.
    """
    inverse: Numbers = np.asarray(np.linalg.inv(between * own @ own.T + np.diag(variance + within)), float)
    projected, fixed = _projection(inverse, arms)
    effects = between * own.T @ projected @ odds
    left = between - between**2 * np.einsum("ci,cd,di->i", own, projected, own)
    level = float((fixed @ odds).mean())
    return Strengths(level + effects, np.sqrt(np.maximum(0.0, left)), between, within)


def _projection(inverse: Numbers, arms: Numbers) -> tuple[Numbers, Numbers]:
    """V^-1 with the organisms' effects swept out, and what estimates these effects."""
    fixed: Numbers = np.asarray(np.linalg.solve(arms.T @ inverse @ arms, arms.T @ inverse), float)
    return inverse - inverse @ arms @ fixed, fixed


def _variances(odds: Numbers, variance: Numbers, own: Numbers, arms: Numbers) -> tuple[float, float]:
    from scipy.optimize import minimize

    shared = own @ own.T
    low, high = np.log(LEAST_VARIANCE), np.log(MOST_VARIANCE)

    def lost(logs: Numbers) -> float:
        between, within = np.exp(np.clip(logs, low, high))
        covariance = between * shared + np.diag(variance + within)
        inverse: Numbers = np.asarray(np.linalg.inv(covariance), float)
        projected, _ = _projection(inverse, arms)
        sizes = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(arms.T @ inverse @ arms)[1]
        return float(sizes + odds @ projected @ odds)

    found = minimize(lost, np.log([1.0, 0.3]), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6})
    between, within = np.exp(np.clip(found.x, low, high))
    return float(between), float(within)
