"""Bounds that hold at any number of looks: the e-values of a sequence, inverted.

A difference is inside the bounds as long as neither e-value rejects it (Waudby-Smith & Ramdas, JRSS B 2024, section 3:
a confidence sequence is what a family of tests has not rejected).
"""

from collections.abc import Callable, Mapping

from .sequential import Counts, e_no_regression, e_regression

STEPS = 40
"""Halvings of the search: bounds are exact to 1e-9 or so."""


def lower_bound(counts: Counts, alpha: float) -> float:
    """Largest floor in [0, 1) that "the difference is at most the floor" is rejected for; 0 where none is.

    Args:
        counts: Counts of a sequence; unjudged answers count against a regression.
        alpha: One-sided error rate, at any number of looks.
    """
    return _edge(lambda floor: e_regression(counts, floor) >= 1 / alpha, 0.0, 1 - 1e-9, counts.n)


def upper_bound(counts: Counts, alpha: float) -> float:
    """Smallest margin in (0, 1] that "the difference is at least the margin" is rejected for; 1 where none is.

    Args:
        counts: Counts of a sequence; unjudged answers count against no regression.
        alpha: One-sided error rate, at any number of looks.
    """
    return 1 - _edge(lambda left: e_no_regression(counts, 1 - left) >= 1 / alpha, 1e-9, 1 - 1e-9, counts.n)


def _edge(rejected: Callable[[float], bool], low: float, high: float, n: int) -> float:
    """Where a monotone test stops rejecting, from the side that is safe to report."""
    if not n or not rejected(low):
        return 0.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rejected(middle) else (low, middle)
    return low


def difference_bounds(counts: Counts, alpha: float) -> tuple[float, float]:
    """Lower and upper bound of fine-tune less base, each at alpha, at any number of looks; in [-1, 1]."""
    rose, fell = lower_bound(counts, alpha), lower_bound(counts.turned(), alpha)
    low = rose if rose > 0 else -upper_bound(counts.turned(), alpha)
    return low, -fell if fell > 0 else upper_bound(counts, alpha)


def rate_bounds(events: int, judged: int, unjudged: int, alpha: float) -> tuple[float, float]:
    """Lower and upper bound of a rate, each at alpha, at any number of looks; unjudged answers widen both sides.

    Args:
        events: Answers that are events.
        judged: Answers that were judged.
        unjudged: Answers that were not.
        alpha: One-sided error rate.
    """
    total, most = judged + unjudged, events + unjudged
    counts = Counts(up=events, same=total - events, up_lenient=most, same_lenient=total - most)
    return lower_bound(counts, alpha), upper_bound(counts, alpha)


def closed_evalue(evalues: Mapping[str, float], weights: Mapping[str, float], name: str) -> float:
    """The e-value of one member of a family that holds beside all others: the least weighted mean over any subset.

    The member is worse at family error rate alpha where this is at least 1/alpha; its inverse is an adjusted p value.
    """
    total, weight = weights[name] * evalues[name], weights[name]
    for other in sorted((one for one in weights if one != name), key=lambda one: evalues[one]):
        if evalues[other] >= total / weight:
            break
        total, weight = total + weights[other] * evalues[other], weight + weights[other]
    return total / weight
