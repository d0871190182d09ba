"""Coverage and errors where questions have stated weights, in strata: `python -m benchmarks.coverage_strata`.

Three strata: an anchor of 8 questions and 29 (a quarter of the weight each), a core of 60 (.3) and 120 others (.2), or
two strata of 30 and 90 with equal weight. Question rates of a stratum are beta-distributed about its mean. Answers are
equally many for each question, or 480 shared out by weight. The public functions of `spillover.estimate` make the
intervals. What is simulated here says nothing of real models.
"""

import argparse
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.coverage import table
from benchmarks.coverage_models import Rng, beta
from spillover.common import MORE
from spillover.estimate import Estimate, Weights, compare_weighted, rate_from_counts
from spillover.estimate.weighted_pairs import weighted_pairs

Floats = NDArray[np.float64]
ALPHA, LEAST, LEAST_EXACT = 0.05, 0.93, 0.979
"""Level of the test, and coverage that is claimed of every interval and of those that are exact over questions."""
DRAWS = 480
FIGURES = (
    "rate, these questions",
    "difference, these questions",
    "rate, more questions",
    "rate, more questions, anchor fixed",
    "difference, more questions",
    "difference, more questions, anchor fixed",
)
SHAPES = {"three strata": ((8, 29, 60, 120), (0.25, 0.25, 0.3, 0.2)), "two strata": ((30, 90), (0.5, 0.5))}
"""Questions and weight of each group; the first two of three strata are the anchor, as is the first of two."""
PROFILES = {"alike": (1.0, 1.0, 1.0, 1.0), "anchor alone": (1.0, 1.0, 0.0, 0.0), "falling": (1.0, 0.29, 0.5, 0.06)}
"""Mean rate of each group, as a multiple of that of the first."""


@dataclass(frozen=True, slots=True)
class World:
    """What is simulated.

    Attributes:
        shape: Key of `SHAPES`.
        profile: Key of `PROFILES`.
        rate: Mean rate of the first group.
        icc: How alike answers to one question are.
        answers: Answers to each question; None where `DRAWS` are shared out by weight.
    """

    shape: str
    profile: str
    rate: float
    icc: float
    answers: int | None

    @property
    def means(self) -> Floats:
        """Mean rate of the stratum of each question."""
        sizes, _ = SHAPES[self.shape]
        return np.repeat(self.rate * np.array(PROFILES[self.profile][: len(sizes)]), sizes)

    def weights(self, fixed: bool) -> Weights:
        """Weights of the questions."""
        sizes, shares = SHAPES[self.shape]
        names = ("anchor", "anchor", "core", "broad") if len(sizes) > 2 else ("anchor", "core")
        each = np.repeat(np.array(shares) / np.array(sizes), sizes)
        return Weights.of(each, np.repeat(names, sizes).tolist(), ("anchor",) if fixed else ())

    def counts(self, rng: Rng) -> NDArray[np.int64]:
        """Answers to each question: the same in both arms."""
        each = self.weights(False).each
        if self.answers:
            return np.full(len(each), self.answers)
        whole = np.floor(DRAWS * each).astype(int)
        left = DRAWS * each - whole
        more = rng.choice(len(each), DRAWS - int(whole.sum()), replace=False, p=left / left.sum())
        return whole + np.isin(np.arange(len(each)), more)

    def rates(self, rng: Rng) -> Floats:
        """A rate per question."""
        found = np.zeros(len(self.means))
        for mean in np.unique(self.means):
            of = self.means == mean
            found[of] = beta(rng, float(mean), self.icc, int(of.sum()))
        return found


def replicate(world: World, rng: Rng) -> tuple[list[tuple[Estimate, float]], float]:
    """Every figure with its truth, and the exact p value of two arms that are alike."""
    n = world.counts(rng)
    asked = n > 0
    sampled, fixed = (world.weights(one) for one in (False, True))
    same = world.rates(rng)
    base_rates, rates = same / 2, world.rates(rng)
    base, tuned, twin = (rng.binomial(n, one) for one in (base_rates, rates, base_rates))
    own = sampled.only(asked)
    if own is None:
        raise AssertionError("a stratum was not asked")
    found = compare_weighted((base, n), (tuned, n), sampled)
    these = own.mean(rates[asked])
    gap = these - own.mean(base_rates[asked])
    figures = [(found.tuned, these), (found.difference, gap)]
    mean = sampled.mean(world.means)
    anchored = mean + _of_anchor(fixed, rates - world.means, asked)
    figures += [(rate_from_counts(tuned, n, target=MORE, weights=one), truth)
                for one, truth in ((sampled, mean), (fixed, anchored))]  # fmt: skip
    arms = [(arm[asked].astype(float), n[asked].astype(float)) for arm in (base, tuned)]
    half = anchored - mean / 2 - _of_anchor(fixed, base_rates - world.means / 2, asked)
    for weights, truth in ((sampled, mean / 2), (fixed, half)):
        some = weights.only(asked)
        if some is not None:
            figures.append((weighted_pairs(arms[0], arms[1], some, 0.95), truth))
    return figures, compare_weighted((base, n), (twin, n), sampled).p


def _of_anchor(fixed: Weights, beyond: Floats, asked: NDArray[np.bool_]) -> float:
    """What the anchor's own questions add to the mean of the strata: those asked, their weights renormalised."""
    some = fixed.only(asked)
    return 0.0 if some is None else float(np.sum((some.each * beyond[asked])[~some.sampled]))


def worlds() -> Iterator[World]:
    """All worlds."""
    rates, iccs = (0.0, 0.005, 0.02, 0.05, 0.2), (0.0, 0.11, 0.9)
    places = [("three strata", "alike"), ("three strata", "anchor alone"), ("three strata", "falling")]
    for (shape, profile), one, icc, answers in product([*places, ("two strata", "alike")], rates, iccs, (None, 5)):
        if one or (profile == "alike" and not icc):
            yield World(shape, profile, one, icc, answers)


@dataclass(frozen=True, slots=True)
class Covered:
    """One figure in one world.

    Attributes:
        held: Share of replicates whose interval held the truth.
        exact: Share of those that are exact over questions.
        held_exact: The same as `held` among those; NaN where there are few.
        width: Mean width.
    """

    held: float
    exact: float
    held_exact: float
    width: float


def simulate(world: World, replicates: int) -> tuple[list[Covered], float]:
    """Coverage of every figure in one world, and how often the test says regression where there is none."""
    rng = np.random.default_rng(zlib.crc32(repr(world).encode()))
    runs = [replicate(world, rng) for _ in range(replicates)]
    found = []
    for number in range(len(FIGURES)):
        ends = [run[0][number] for run in runs]
        held = np.array([one.low - 1e-12 <= truth <= one.high + 1e-12 for one, truth in ends])
        exact = np.array([one.method == "exact over questions" for one, _ in ends])
        width = float(np.mean([one.high - one.low for one, _ in ends]))
        among = float(held[exact].mean()) if exact.mean() >= 0.1 else float("nan")
        found.append(Covered(float(held.mean()), float(exact.mean()), among, width))
    return found, float(np.mean([run[1] <= ALPHA for run in runs]))


ALARMS = "false alarms of the test: mean, highest"


def by_rate(found: dict[World, tuple[list[Covered], float]]) -> Iterator[list[str]]:
    """Rows of the table: lowest and highest coverage, lowest in the exact branch, mean and highest false alarms."""
    yield ["rate of the first group", "answers", *FIGURES, "lowest, exact over questions", ALARMS]
    for one, answers in dict.fromkeys((world.rate, world.answers) for world in found):
        own = [value for world, value in found.items() if (world.rate, world.answers) == (one, answers)]
        spans = []
        for number in range(len(FIGURES)):
            held = [100 * of[0][number].held for of in own]
            spans.append(f"{min(held):.1f} to {max(held):.1f}")
        exact = [part.held_exact for of in own for part in of[0] if not np.isnan(part.held_exact)]
        alarms = [100 * of[1] for of in own]
        each = f"{answers} to each" if answers else f"{DRAWS} by weight"
        lowest = f"{100 * min(exact):.1f}" if exact else "none"
        yield [f"{one:g}", each, *spans, lowest, f"{np.mean(alarms):.1f}, {max(alarms):.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    given = parser.parse_args()
    began = time.perf_counter()
    found = {world: simulate(world, given.replicates) for world in worlds()}
    print(f"<!-- strata:begin -->\n{table(by_rate(found))}\n<!-- strata:end -->\n")
    for world, (figures, alarms) in found.items():
        low = [(FIGURES[at], one) for at, one in enumerate(figures)
               if one.held < LEAST or one.held_exact < LEAST_EXACT]  # fmt: skip
        if low or alarms > ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / given.replicates):
            print(world, f"false alarms {alarms:.3f}", *low, sep="\n  ")
    cells, took = len(FIGURES) * len(found), time.perf_counter() - began
    print(f"{given.replicates:,} replicates of {cells} figures in {len(found)} worlds, {took:.0f} s")


if __name__ == "__main__":
    main()
