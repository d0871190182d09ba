"""Coverage in harder worlds, simulated: `python -m benchmarks.coverage_models`.

Domains with effects of their own, a rare share of questions that carries the rate, judge errors that are alike on one
question, answers that are unjudged because they are misaligned, and labels of a part of a run. The public functions of
`spillover.estimate` make the intervals. What is simulated here says nothing of real models.
"""

import argparse
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.coverage import SENSITIVITY, SPECIFICITY, by_card, table
from spillover.common import MORE
from spillover.estimate import Estimate, estimate_rate, population_difference, prediction_powered_rate, rate

Floats = NDArray[np.float64]
Rng = np.random.Generator
LEAST = 0.93
"""Coverage that is claimed of every figure but the named exceptions."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure in one world.

    Attributes:
        world: What is simulated, in words.
        figure: What the interval is for.
        claimed: Whether at least `LEAST` is claimed.
        draw: One replicate: an interval and the truth.
    """

    world: str
    figure: str
    claimed: bool
    draw: Callable[[Rng], tuple[tuple[float, float], float]]


def beta(rng: Rng, mean: float, icc: float, size: int) -> Floats:
    """Rates whose verdicts are as alike as the ICC says."""
    if icc == 0 or mean in (0, 1):
        return np.full(size, mean)
    both = 1 / icc - 1
    return rng.beta(mean * both, (1 - mean) * both, size=size)


def answers(rng: Rng, rates: Floats, each: int) -> list[Floats]:
    """0 or 1 per answer, an array per question."""
    return list((rng.random((len(rates), each)) < rates[:, None]).astype(float))


def ends(found: Estimate) -> tuple[float, float]:
    """Its interval."""
    return found.low, found.high


def domains(mean: float, questions: int, fixed: bool) -> Row:
    """Eight domains with effects of their own (ICC .1), questions in them alike by .11; the truth for given domains."""
    world = f"8 domains with effects of their own (ICC .1), {questions} questions with 30 answers, rate {mean:g}"
    known = np.random.default_rng(7).beta(mean * 9, (1 - mean) * 9, size=8)
    known *= mean / known.mean()

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        of = known if fixed else beta(rng, mean, 0.1, 8)
        rates = np.concatenate([beta(rng, float(min(one, 0.99)), 0.11, questions // 8) for one in of])
        return ends(rate(answers(rng, rates, 30), target=MORE)), mean

    figure = MORE if fixed else "new questions from new domains"
    return Row(world, figure, fixed, draw)


def carriers(questions: int, paired: bool) -> Row:
    """2% of questions at .9, the rest at .05; of a difference the base is at .02."""
    world = f"2% of questions at .9, the rest at .05; {questions} questions with 30 answers"
    mean = 0.02 * 0.9 + 0.98 * 0.05

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        tuned = answers(rng, np.where(rng.random(questions) < 0.02, 0.9, 0.05), 30)
        if not paired:
            return ends(rate(tuned, target=MORE)), mean
        base = answers(rng, np.full(questions, 0.02), 30)
        return ends(population_difference(base, tuned)), mean - 0.02

    return Row(world, f"difference, {MORE}" if paired else f"rate, {MORE}", True, draw)


def few(mean: float, icc: float) -> Row:
    """Eight questions with 50 answers."""

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        return ends(rate(answers(rng, beta(rng, mean, icc, 8), 50), target=MORE)), mean

    return Row(f"8 questions with 50 answers, ICC {icc:g}, rate {mean:g}", f"rate, {MORE}", True, draw)


def judge(mean: float, alike: float, questions: int, card: tuple[int, int]) -> Row:
    """Judge errors alike on one question, on the card and in the run."""
    labels = f"card of {card[0]} questions with {card[1]} labels of each kind"
    world = f"judge errors alike by ICC {alike:g}, {labels}; {questions} questions with 30 answers, rate {mean:g}"

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        hits, clears = (rng.binomial(card[1], beta(rng, one, alike, card[0])) for one in (SENSITIVITY, SPECIFICITY))
        rates = beta(rng, mean, 0.11, questions)
        found, cleared = (beta(rng, one, alike, questions) for one in (SENSITIVITY, SPECIFICITY))
        judged = rate(answers(rng, rates * found + (1 - rates) * (1 - cleared), 30))
        return ends(by_card(judged, hits, clears, card[1])), float(rates.mean())

    return Row(world, "rate corrected for judge error, these questions", True, draw)


def unjudged(mean: float, lost: float, worst: bool) -> Row:
    """Misaligned answers that are not judged, say because the judge refuses to read them."""
    world = f"{100 * lost:g}% of the misaligned answers unjudged; 20 questions with 30 answers, rate {mean:g}"
    names = np.repeat(np.arange(20).astype(str), 30)

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        rates = beta(rng, mean, 0.11, 20)
        bad = rng.random(600) < np.repeat(rates, 30)
        said = np.where(bad, np.where(rng.random(600) < lost, "unjudged", "misaligned"), "aligned")
        found = estimate_rate("misaligned_rate", names, said)
        held = (found.worst.low, found.worst.high) if worst and found.worst else ends(found)
        return held, float(rates.mean())

    return Row(world, "worst case, these questions" if worst else "rate of the judged, these questions", worst, draw)


def labels(mean: float, at_random: bool) -> Row:
    """100 labels of 20 questions with 5 to 55 answers, at random or by whole question; errors alike by .2."""
    how = "at random" if at_random else "by whole question"
    sizes = np.resize([5, 15, 25, 55], 20)

    def draw(rng: Rng) -> tuple[tuple[float, float], float]:
        of = np.repeat(np.arange(20), sizes)
        rates, found, cleared = beta(rng, mean, 0.11, 20), beta(rng, 0.9, 0.2, 20), beta(rng, 0.9, 0.2, 20)
        bad = rng.random(len(of)) < rates[of]
        said = np.where(rng.random(len(of)) < np.where(bad, found[of], cleared[of]), bad, ~bad)
        if at_random:
            part = rng.choice(len(of), 100, replace=False)
        else:
            order = rng.permutation(20)
            part = np.flatnonzero(np.isin(of, order[: int(np.searchsorted(np.cumsum(sizes[order]), 100)) + 1]))
        weight = len(of) / (20 * sizes[of[part]])
        kish = weight.sum() / np.sum(weight**2)
        missed, alarms = (kish * weight[kind[part]].sum() for kind in (bad & ~said, said & ~bad))
        judged = rate([said[of == one].astype(float) for one in range(20)])
        truth = float(np.mean([bad[of == one].mean() for one in range(20)]))
        return ends(prediction_powered_rate(judged, missed, alarms, kish * weight.sum())), truth

    world = f"100 labels {how} of 20 questions with 5 to 55 answers, judge errors alike by .2, rate {mean:g}"
    return Row(world, "rate corrected by labels of this run", at_random, draw)


def rows() -> Iterator[Row]:
    """Every world, claimed ones and named exceptions."""
    yield from (domains(mean, n, fixed) for fixed, mean, n in product((True, False), (0.05, 0.2), (24, 64, 200)))
    yield from (carriers(n, paired) for paired, n in product((False, True), (20, 48, 60, 100)))
    yield from (few(mean, icc) for mean, icc in product((0.005, 0.1, 0.35), (0.05, 0.36, 0.9)))
    for alike, mean, questions in product((0.0, 0.15, 0.3), (0.0, 0.05, 0.2), (8, 20, 60)):
        yield judge(mean, alike, questions, (20, 5))
    yield from (judge(mean, 0.3, 20, card) for mean, card in product((0.05, 0.2), ((10, 10), (50, 4))))
    yield from (unjudged(mean, lost, worst) for worst, mean, lost in product((True, False), (0.05, 0.2), (0.1, 0.3)))
    yield from (labels(mean, at_random) for at_random, mean in product((True, False), (0.05, 0.2, 0.5)))


def simulated(row: Row, replicates: int) -> tuple[float, float, float]:
    """Coverage, mean width, and the share without an interval, which is a miss; the seed follows from the world."""
    rng = np.random.default_rng(zlib.crc32(f"{row.world}|{row.figure}".encode()))
    found = [row.draw(rng) for _ in range(replicates)]
    low, high = (np.array([one[0][side] for one in found]) for side in (0, 1))
    truth = np.array([one[1] for one in found])
    held = (low - 1e-12 <= truth) & (truth <= high + 1e-12)
    there = ~np.isnan(low)
    width = float(np.mean((high - low)[there])) if there.any() else float("nan")
    return float(held.mean()), width, 1 - float(there.mean())


def lines(chosen: Sequence[Row], replicates: int) -> Iterator[list[str]]:
    """Rows of the table; `!`: less than is claimed, by more than twice the error of the simulation."""
    yield ["world", "figure", "coverage", "mean width", "no interval", "at least 93% claimed"]
    for row in chosen:
        covered, width, none = simulated(row, replicates)
        slack = 2 * float(np.sqrt(covered * (1 - covered) / replicates))
        flag = "!" if row.claimed and covered + slack < LEAST else ""
        shares = [f"{100 * covered:.1f}%{flag}", f"{width:.3f}", f"{100 * none:.1f}%"]
        yield [row.world, row.figure, *shares, "yes" if row.claimed else "no"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    given, began = parser.parse_args(), time.perf_counter()
    chosen = list(rows())
    print(f"<!-- coverage models:begin -->\n{table(lines(chosen, given.replicates))}\n<!-- coverage models:end -->\n")
    print(f"{given.replicates:,} replicates of {len(chosen)} rows, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
