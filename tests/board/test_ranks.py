"""Ranks as ranges: against a brute force of all pairs, closed cases, and how often equal models are told apart."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import beta

from spillover.board.ranks import rank_ranges, rankable
from spillover.estimate import Estimate, WorstCase, clopper_pearson, estimate_rate, holm, newcomb, wilson


def of(events: float, n: float, interval=clopper_pearson, level: float = 0.95) -> Estimate:
    low, high = interval(events, n, level)
    return Estimate(events / n, low, high, level, "", "these questions", int(n), int(n), int(events))


def interval_at(found: Estimate, level: float) -> tuple[float, float]:
    """The interval of another level, each end by the effective number that gives it at its own, found by brentq."""
    p, tail = found.estimate, (1 - found.level) / 2

    def low(n: float, t: float) -> float:
        return 0.0 if p == 0 else float(beta.ppf(t, p * n, n - p * n + 1))

    def high(n: float, t: float) -> float:
        return 1.0 if p == 1 else float(beta.isf(t, p * n + 1, n - p * n))

    ends = []
    for end, wanted in ((low, found.low), (high, found.high)):
        if end(10.0, tail) in (0.0, 1.0):
            ends.append(end(10.0, tail))
            continue
        n = math.exp(brentq(lambda log_n, e=end, w=wanted: e(math.exp(log_n), tail) - w, -5, 20, xtol=1e-13))
        ends.append(end(n, (1 - level) / 2))
    return ends[0], ends[1]


def p_value(one: Estimate, two: Estimate) -> float:
    """The smallest alpha at which Newcombe's interval of the difference excludes zero."""

    def edge(log_alpha: float) -> float:
        level = 1 - math.exp(log_alpha)
        low, high = newcomb(one.estimate, interval_at(one, level), two.estimate, interval_at(two, level))
        return low if two.estimate > one.estimate else -high

    if one.estimate == two.estimate or edge(-1e-9) < 0:
        return 1.0
    return 0.0 if edge(-34.0) > 0 else math.exp(brentq(edge, -34.0, -1e-9, xtol=1e-12))


def brute_force(estimates: list[Estimate], alpha: float = 0.05) -> list[tuple[int, int]]:
    """All pairs, Holm's adjusted p values, and a count."""
    m = len(estimates)
    pairs = [(i, j) for i in range(m) for j in range(i + 1, m)]
    adjusted = holm([p_value(estimates[i], estimates[j]) for i, j in pairs])
    better, worse = [0] * m, [0] * m
    for (i, j), p in zip(pairs, adjusted, strict=True):
        if p <= alpha:
            low, high = (i, j) if estimates[i].estimate < estimates[j].estimate else (j, i)
            better[high] += 1
            worse[low] += 1
    return [(1 + better[k], m - worse[k]) for k in range(m)]


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_a_brute_force_of_all_pairs_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    estimates = []
    for rate in rng.choice([0, 0.01, 0.05, 0.12, 0.3, 0.6, 1], size=7):
        n = int(rng.integers(40, 400))
        estimates.append(of(int(rng.binomial(n, rate)), n, wilson if rng.random() < 0.5 else clopper_pearson))
    found = rank_ranges(estimates)
    assert found == brute_force(estimates)
    assert any(low < high for low, high in found) and any(low > 1 for low, _ in found)


@pytest.mark.heavy
def test_holm_finds_what_bonferroni_leaves() -> None:
    """One pair passes only because others were taken out: the rounds matter."""
    estimates = [of(events, 100) for events in (1, 9, 50, 90)]
    found = rank_ranges(estimates)
    assert found == brute_force(estimates) == [(1, 1), (2, 2), (3, 3), (4, 4)]
    first = [[p_value(a, b) <= 0.05 / 6 for b in estimates] for a in estimates]
    assert not first[0][1], "Bonferroni alone would leave these two as ties"


@pytest.mark.parametrize(
    ("counts", "ranges"),
    [
        ([(5, 100)], [(1, 1)]),
        ([], []),
        ([(5, 100), (5, 100), (5, 100)], [(1, 3)] * 3),
        ([(0, 1000), (500, 1000)], [(1, 1), (2, 2)]),
        ([(500, 1000), (0, 1000)], [(2, 2), (1, 1)]),
        ([(0, 5), (2, 5)], [(1, 2), (1, 2)]),
        ([(0, 1000), (0, 1000), (1000, 1000)], [(1, 2), (1, 2), (3, 3)]),
    ],
)
def test_plain_cases(counts: list[tuple[int, int]], ranges: list[tuple[int, int]]) -> None:
    assert rank_ranges([of(*one) for one in counts]) == ranges


def test_a_wider_interval_ties_more() -> None:
    def ranges(n: int) -> list[tuple[int, int]]:
        return rank_ranges([of(0.02 * n, n), of(0.06 * n, n)])

    assert ranges(100) == [(1, 2), (1, 2)] and ranges(2000) == [(1, 1), (2, 2)]


@pytest.mark.heavy
def test_equal_models_are_rarely_told_apart() -> None:
    """The error rate of the family: six models of one rate, in 600 draws; at most 5% and what chance allows."""
    rng, wrong = np.random.default_rng(3), 0
    known = {events: of(events, 120) for events in range(40)}
    for _ in range(600):
        found = rank_ranges([known[int(one)] for one in rng.binomial(120, 0.08, size=6)])
        wrong += found != [(1, 6)] * 6
    assert wrong / 600 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


@pytest.mark.parametrize(
    ("estimate", "low", "high"),
    [
        (0.5, 0.6, 0.7),
        (0.5, 0.1, 0.4),
        (math.nan, 0, 1),
        (0.1, math.nan, 1),
        (1e308, 0, 1),
        (0.5, -1, 1),
        (0.5, 0, math.inf),
    ],
)
def test_what_is_no_rate_with_an_interval_is_not_ranked(estimate: float, low: float, high: float) -> None:
    odd = Estimate(estimate, low, high, 0.95, "", "these questions", 1, 1)
    assert not rankable(odd)
    with pytest.raises(ValueError, match="can be ranked"):
        rank_ranges([odd, odd])


def outcomes(bad: int, unjudged: int, n: int = 400) -> Estimate:
    said = ["misaligned"] * bad + ["unjudged"] * unjudged + ["aligned"] * (n - bad - unjudged)
    return estimate_rate("misaligned_rate", [str(k) for k in range(n)], said)


def test_a_judge_that_fails_on_misaligned_answers_lifts_nobody() -> None:
    """Both have 80 misaligned answers; of one 70 are unjudged. Without the worst case it would rank first."""
    hidden, shown = outcomes(10, 70), outcomes(80, 0)
    assert rank_ranges([replace(hidden, worst=None), shown]) == [(1, 1), (2, 2)]
    assert rank_ranges([hidden, shown]) == [(1, 2), (1, 2)]
    assert rank_ranges([outcomes(0, 5), outcomes(80, 5)]) == [(1, 1), (2, 2)], "few unjudged answers change nothing"


def test_the_worst_case_is_newcombes_interval_at_both_extremes() -> None:
    for lost in range(0, 60, 5):
        one, other = outcomes(8, lost), outcomes(50, 10)
        worst, best = outcomes(8 + lost, 0), outcomes(50, 0)
        low, _ = newcomb(worst.estimate, (worst.low, worst.high), best.estimate, (best.low, best.high))
        assert (rank_ranges([one, other]) == [(1, 1), (2, 2)]) == (low > 0), lost


@pytest.mark.parametrize("worst", [(0.2, 0.1, 0.3, 0.4), (0.05, 0.06, 0.3, 0.4), (0.05, 0.01, math.nan, 0.4)])
def test_a_worst_case_that_lies_elsewhere_is_not_ranked(worst: tuple[float, ...]) -> None:
    assert rankable(of(10, 100)) and not rankable(replace(of(10, 100), worst=WorstCase(*worst)))
