"""Rates corrected for judge error: known cases, a derivation of their own, coverage."""

import math
from dataclasses import astuple
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from spillover.estimate import Estimate, JudgeErrors, clopper_pearson, corrected_rate, prediction_powered_rate
from spillover.estimate import _judge_error as module

RATES = (0.0, 0.02, 0.1, 0.3, 0.7)
Z = float(norm.ppf(0.975))


def lang_reiczigel(rate: float, n: int, known: tuple[int, int, int, int]) -> tuple[float, float]:
    """Delta method with slopes by finite differences: knows neither the variance nor the shift of the article."""
    hits, positives, clears, negatives = known
    sizes = np.array([n + Z**2, positives + 2, negatives + 2])
    shares = np.array([rate * n + Z**2 / 2, hits + 1, clears + 1]) / sizes

    def theta(at: np.ndarray) -> float:
        return float((at[0] - (1 - at[2])) / (at[1] - (1 - at[2])))

    steps = 1e-6 * np.eye(3)
    slopes = np.array([(theta(shares + step) - theta(shares - step)) / 2e-6 for step in steps])
    variances = shares * (1 - shares) / sizes
    shift = -2 * Z**2 * (shares[1] + shares[2] - 1) * float(np.sum((slopes * variances)[1:]))
    half = Z * math.sqrt(float(np.sum(slopes**2 * variances)))
    low, high = np.clip([theta(shares) + shift - half, theta(shares) + shift + half], 0, 1)
    return float(low), float(high)


def judged(events: int, n: int) -> Estimate:
    return Estimate(events / n, *clopper_pearson(events, n), 0.95, "Clopper-Pearson", "these questions", n, 7, events)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulation meets the same counts again and again."""
    monkeypatch.setattr(module, "clopper_pearson", lru_cache(maxsize=None)(clopper_pearson))


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(("events", "n"), [(0, 40), (1, 690), (7, 60), (30, 100), (100, 100)])
def test_a_judge_known_to_be_perfect_leaves_agresti_coull(events: int, n: int, level: float) -> None:
    found = corrected_rate(events / n, n, JudgeErrors(10**9, 10**9, 10**9, 10**9), level)
    assert found.estimate == pytest.approx(events / n, abs=1e-8)
    expected = proportion_confint(events, n, alpha=1 - level, method="agresti_coull")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-6)
    assert (found.level, found.n, found.method) == (level, n, "Lang-Reiczigel")


@pytest.mark.parametrize(
    ("events", "n", "known", "ends", "digits"),
    [
        (4060, 11284, (178, 179, 358, 359), (0.349, 0.372), 3),
        (51, 2971, (32, 33, 20, 20), (0, 0.053), 3),
        (259, 509, (84, 127, 96, 109), (0.58, 0.87), 2),
        (51, 509, (23, 41, 187, 195), (0.037, 0.195), 3),
    ],
)
def test_examples_of_the_article(
    events: int, n: int, known: tuple[int, int, int, int], ends: tuple[float, float], digits: int
) -> None:
    """Lang & Reiczigel 2014, examples 1, 2 and 4 as the R package asht quotes them, to the digits that it prints."""
    found = corrected_rate(events / n, n, JudgeErrors(*known))
    assert (round(found.low, digits), round(found.high, digits)) == ends


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("n", [30, 700])
@pytest.mark.parametrize("known", [(18, 20, 19, 20), (60, 100, 90, 100), (50, 50, 400, 400), (300, 310, 21, 40)])
def test_the_interval_is_the_one_derived_here(rate: float, n: int, known: tuple[int, int, int, int]) -> None:
    found = corrected_rate(rate, n, JudgeErrors(*known))
    low, high = lang_reiczigel(rate, n, known)
    if low == high:  # no rate in [0, 1] fits: nothing is claimed, above all not [0, 0]
        assert np.isnan([found.estimate, found.low, found.high]).all()
    else:
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "known", "point"),
    [
        (0.3, (90, 100, 80, 100), (0.3 - 0.2) / 0.7),
        (0.5, (40, 50, 99, 100), (0.5 - 0.01) / 0.79),
        (0.19, (90, 100, 80, 100), 0.0),
        (0.92, (90, 100, 80, 100), 1.0),
        (0.25, (60, 60, 60, 60), 0.25),
    ],
)
def test_the_point_is_rogan_gladen_within_0_and_1(rate: float, known: tuple[int, int, int, int], point: float) -> None:
    assert corrected_rate(rate, 200, JudgeErrors(*known)).estimate == pytest.approx(point, abs=1e-12)


@pytest.mark.parametrize(
    ("rate", "n", "known", "method"),
    [
        (0.2, 100, (20, 20, 20, 20), "Lang-Reiczigel"),
        (0.2, 100, (19, 19, 200, 200), "not corrected"),
        (0.2, 100, (200, 200, 19, 19), "not corrected"),
        (0.2, 100, (0, 0, 0, 0), "not corrected"),
        (0.2, 100, (50, 100, 50, 100), "not corrected"),
        (0.2, 100, (20, 100, 70, 100), "not corrected"),
        (0.2, 100, (5, 20, 750, 1000), "not corrected"),
        (0.2, 100, (51, 100, 50, 100), "Lang-Reiczigel"),
        (math.nan, 100, (90, 100, 90, 100), "not corrected"),
        (0.2, 0, (90, 100, 90, 100), "not corrected"),
    ],
)
def test_what_is_not_known_well_enough_is_not_corrected(
    rate: float, n: int, known: tuple[int, int, int, int], method: str
) -> None:
    found = corrected_rate(rate, n, JudgeErrors(*known))
    assert found.method == method
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [method == "not corrected"] * 3


def test_shares_and_exact_intervals_of_a_judge() -> None:
    known = JudgeErrors(45, 50, 120, 150)
    assert (known.sensitivity, known.specificity) == (0.9, 0.8)
    expected = [proportion_confint(k, n, alpha=0.1, method="beta") for k, n in ((45, 50), (120, 150))]
    assert np.allclose(known.intervals(0.9), expected)
    nobody = JudgeErrors(0, 0, 0, 0)
    assert math.isnan(nobody.sensitivity) and math.isnan(nobody.specificity)
    assert nobody.intervals() == ((0.0, 1.0), (0.0, 1.0))
    assert tuple(known.as_dict().values()) == astuple(known)


@pytest.mark.parametrize(("positives", "negatives", "n"), [(20, 20, 100), (60, 300, 100), (300, 60, 700)])
@pytest.mark.parametrize(("se", "sp"), [(0.75, 0.9), (0.8, 0.75), (0.9, 0.97), (1.0, 1.0)])
def test_coverage_with_a_judge_known_from_labels(se: float, sp: float, positives: int, negatives: int, n: int) -> None:
    rng = np.random.default_rng(17)
    runs = 800
    for truth in RATES:
        called = rng.binomial(n, truth * se + (1 - truth) * (1 - sp), runs)
        hits, clears = rng.binomial(positives, se, runs), rng.binomial(negatives, sp, runs)
        draws, times = np.unique(np.column_stack([called, hits, clears]), axis=0, return_counts=True)
        covered = [
            (found := corrected_rate(k / n, n, JudgeErrors(h, positives, c, negatives))).low <= truth <= found.high
            for k, h, c in draws.tolist()
        ]
        assert np.sum(times * covered) / runs >= 0.93, truth


def labelled_runs(truth: float, judge: tuple[float, float], m: int, n: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and their intervals, shape (runs, 3), and how often each came; n answers, m of them labelled."""
    (se, sp), rng = judge, np.random.default_rng(19)
    chances = [truth * se, truth * (1 - se), (1 - truth) * (1 - sp), (1 - truth) * sp]
    labelled = rng.multinomial(m, chances, runs)
    called = labelled[:, 0] + labelled[:, 2] + rng.binomial(n - m, chances[0] + chances[2], runs)
    draws, times = np.unique(np.column_stack([called, labelled[:, 1:3]]), axis=0, return_counts=True)
    every = {called: judged(called, n) for called in set(draws[:, 0].tolist())}
    found = [prediction_powered_rate(every[k], up, down, m) for k, up, down in draws.tolist()]
    return np.array([(one.estimate, one.low, one.high) for one in found]), times


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("judge", [(0.7, 0.9), (0.9, 0.97), (1.0, 0.8), (1.0, 1.0)])
@pytest.mark.parametrize(("m", "n"), [(40, 400), (150, 700)])
def test_coverage_with_labels_of_the_run_itself(judge: tuple[float, float], m: int, n: int) -> None:
    for truth in RATES:
        found, times = labelled_runs(truth, judge, m, n, 1000)
        covered = (found[:, 1] <= truth) & (truth <= found[:, 2])
        assert np.sum(times * covered) / 1000 >= 0.93, truth


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("truth", "judge"), [(0.3, (0.6, 0.7)), (0.5, (0.7, 0.9)), (0.7, (0.9, 0.97)), (0.3, (1.0, 0.8))]
)
def test_labels_of_the_run_take_the_judge_s_bias_away(truth: float, judge: tuple[float, float]) -> None:
    found, times = labelled_runs(truth, judge, 150, 700, 2000)
    average = np.average(found[:, 0], weights=times)
    error = math.sqrt(np.average((found[:, 0] - average) ** 2, weights=times) / 2000)
    assert average == pytest.approx(truth, abs=4 * error)
    se, sp = judge
    assert abs(truth * se + (1 - truth) * (1 - sp) - truth) > 20 * error, "the judge alone is far off"


def test_without_labels_nothing_is_known() -> None:
    found = prediction_powered_rate(judged(30, 100), 0, 0, 0)
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [True] * 3
    assert (found.method, found.n, found.clusters) == ("no labels", 100, 7)


@pytest.mark.parametrize(("events", "m"), [(0, 30), (0, 300), (50, 100), (500, 60)])
def test_labels_without_an_error_still_leave_doubt(events: int, m: int) -> None:
    alone = judged(events, 500)
    found = prediction_powered_rate(alone, 0, 0, m)
    assert found.estimate == alone.estimate
    slack = clopper_pearson(0, m)[1]
    expected = (
        max(0.0, alone.estimate - math.hypot(alone.estimate - alone.low, slack)),
        min(1.0, alone.estimate + math.hypot(alone.high - alone.estimate, slack)),
    )
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.high - found.low > slack


@pytest.mark.parametrize(
    ("missed", "false_alarms", "point"),
    [(6, 2, 0.2 + 0.06 - 0.02), (0, 5, 0.15), (0, 22, 0.0), (82, 0, 1.0)],
)
def test_the_point_adds_what_labels_say(missed: int, false_alarms: int, point: float) -> None:
    found = prediction_powered_rate(judged(100, 500), missed, false_alarms, 100)
    assert found.estimate == pytest.approx(point)
    assert found.low <= found.estimate <= found.high
    assert (found.method, found.target, found.n) == ("prediction-powered", "these questions", 500)


@pytest.mark.parametrize(("missed", "false_alarms"), [(9, 0), (0, 9), (7, 1)])
def test_each_end_is_as_far_as_what_could_move_it(missed: int, false_alarms: int) -> None:
    """Few missed could have been many more but not many fewer: the ends stand apart unevenly."""
    alone, m = judged(200, 500), 60
    (up_low, up_high), (down_low, down_high) = (clopper_pearson(k, m) for k in (missed, false_alarms))
    up, down = missed / m, false_alarms / m
    point = 0.4 + up - down
    below = np.linalg.norm([0.4 - alone.low, up - up_low, down_high - down])
    above = np.linalg.norm([alone.high - 0.4, up_high - up, down - down_low])
    found = prediction_powered_rate(alone, missed, false_alarms, m)
    assert (found.low, found.estimate, found.high) == pytest.approx((point - below, point, point + above))
    assert abs(above - below) > 0.002


BIG = pytest.mark.parametrize("chances", [(0.18, 0.02, 0.03, 0.77), (0.45, 0.05, 0.02, 0.48), (0.03, 0.01, 0.01, 0.95)])


def big(chances: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, Estimate]:
    """Labels and verdicts of 5,000 answers, verdicts of 100,000 others, and our estimate from them."""
    rng = np.random.default_rng(23)
    kinds = rng.choice(4, 5000, p=chances)
    labels, verdicts = np.isin(kinds, [0, 1]).astype(float), np.isin(kinds, [0, 2]).astype(float)
    others = rng.binomial(1, chances[0] + chances[2], 100_000).astype(float)
    counts = int(np.sum(kinds == 1)), int(np.sum(kinds == 2))
    return labels, verdicts, others, prediction_powered_rate(judged(int(others.sum()), 100_000), *counts, 5000)


@BIG
def test_many_labels_give_the_normal_interval(chances: tuple[float, ...]) -> None:
    labels, verdicts, others, found = big(chances)
    apart = labels - verdicts
    point = others.mean() + apart.mean()
    half = Z * math.sqrt(others.var() / len(others) + apart.var() / len(apart))
    assert found.estimate == pytest.approx(point)
    assert (found.low, found.high) == pytest.approx((point - half, point + half), abs=0.08 * half)


@BIG
def test_many_labels_agree_with_ppi_py(chances: tuple[float, ...]) -> None:
    ppi_py = pytest.importorskip("ppi_py", reason="ppi-python is not installed; the normal interval is tested above")
    labels, verdicts, others, found = big(chances)
    low, high = (float(end[0]) for end in ppi_py.ppi_mean_ci(labels, verdicts, others, alpha=0.05, lam=1))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.08 * (high - low) / 2)
