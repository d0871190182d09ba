"""Models like these: what several fine-tunes of one recipe say together, the training seed as the unit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spillover.common import MODELS, THESE

from .binomial import Interval, clopper_pearson, newcomb
from .by_question import FEW_EVENTS
from .estimate import Estimate, WorstCase
from .intervals import worst_of

UNLIKE = 0.5
"""Spread of seeds, as a share of their mean rate, from which they are too skewed for t."""


@dataclass(frozen=True, slots=True)
class OverSeeds:
    """What several fine-tunes of one recipe, trained with different seeds, say together.

    Attributes:
        difference: Mean over seeds of fine-tune - base, with its interval for models like these.
        each: The difference of each seed, in the order given.
    """

    difference: Estimate
    each: tuple[float, ...]

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest difference; NaN where there is no seed."""
        return (min(self.each), max(self.each)) if self.each else (math.nan, math.nan)


def over_seeds(tuned: Sequence[Estimate], base: Estimate) -> OverSeeds:
    """The mean difference from one base over training seeds: for models like these, asked these questions.

    Let r_s be the rate of seed s. It varies over seeds by training and, given the model, by its answers, independently
    from seed to seed: both are in the spread of the r_s, so that t with S - 1 degrees of freedom is an interval of
    their mean. The base is one model and its error is the same in every difference: it cancels from the spread. Its
    own interval is squared and added (MOVER, Zou & Donner, Statistics in Medicine 2008), as for two arms. The mean
    over seeds is held by no less than what is known of these very seeds: their intervals, squared and added.

    Where the spread beyond that of answers is half their mean or more (or of the distance to 1), rates of seeds are
    skewed and t is too narrow; with fewer than 10 events over all seeds (or non-events) the spread cannot be seen.
    There a seed is taken for one answer, the worst case over all ways for seeds to differ: Clopper-Pearson with S
    answers.

    Args:
        tuned: Rate of each seed for these questions, as `rate` gives it; no log twice.
        base: Rate of their base, on the same questions and at the same level.

    Returns:
        NaN ends and method `one seed` for one; method `none` where there is no seed or one of the rates is NaN.

    Raises:
        ValueError: Where a target is not `these questions` (the seeds and the base share their questions, whose error
            is in no spread between them), or levels differ.
    """
    every = [*tuned, base]
    found = _over_seeds(tuned, base)
    if all(one.worst is None for one in every) or math.isnan(found.difference.estimate):
        return found
    worst = [worst_of(one) for one in every]
    least = _over_seeds(
        [replace(one, estimate=w.least, low=w.low) for one, w in zip(tuned, worst, strict=False)],
        replace(base, estimate=worst[-1].most, high=worst[-1].high),
    )
    most = _over_seeds(
        [replace(one, estimate=w.most, high=w.high) for one, w in zip(tuned, worst, strict=False)],
        replace(base, estimate=worst[-1].least, low=worst[-1].low),
    )
    ends = WorstCase(least.difference.estimate, least.difference.low, most.difference.estimate, most.difference.high)
    return OverSeeds(replace(found.difference, worst=ends), found.each)


def _over_seeds(tuned: Sequence[Estimate], base: Estimate) -> OverSeeds:
    every = [*tuned, base]
    if any((one.target, one.level) != (THESE, base.level) for one in every):
        raise ValueError("models like these need rates for `these questions`, at one level")
    rates = np.array([one.estimate for one in tuned])
    s, each = len(rates), tuple(float(one) - base.estimate for one in rates)
    point = float(np.mean(each)) if s else math.nan
    low, high, method = math.nan, math.nan, "none" if math.isnan(point) else "one seed"
    if s > 1 and not math.isnan(point):
        mean = float(rates.mean())
        method, ends = _of_seeds(tuned, rates, mean, base.level)
        low, high = newcomb(base.estimate, (base.low, base.high), mean, ends)
    counted = [one.events for one in every if one.events is not None]
    events = sum(counted) if len(counted) == len(every) else None
    answers = sum(one.n for one in every)
    low, high = (float(np.clip(end, -1, 1)) for end in (low, high))  # NaN stays NaN
    return OverSeeds(Estimate(point, low, high, base.level, method, MODELS, answers, s, events), each)


def _of_seeds(tuned: Sequence[Estimate], rates: NDArray[np.float64], mean: float, level: float) -> tuple[str, Interval]:
    from scipy.stats import t

    s, n = len(rates), np.array([one.n for one in tuned])
    below = math.sqrt(sum((one.estimate - one.low) ** 2 for one in tuned)) / s
    above = math.sqrt(sum((one.high - one.estimate) ** 2 for one in tuned)) / s
    spread = float(rates.var(ddof=1))
    beyond = math.sqrt(max(0.0, spread - float(np.mean(rates * (1 - rates) / n))))
    few = min(float(np.sum(rates * n)), float(np.sum((1 - rates) * n))) < FEW_EVENTS
    if few or beyond >= UNLIKE * min(mean, 1 - mean):
        method, (low, high) = "Clopper-Pearson, seeds as answers", clopper_pearson(mean * s, s, level)
    else:
        half = float(t.isf((1 - level) / 2, s - 1)) * math.sqrt(spread / s)
        method, low, high = "t over seeds", mean - half, mean + half
    return method, (max(0.0, min(low, mean - below)), min(1.0, max(high, mean + above)))
