"""Rates and means over questions: known cases, invariants, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from spillover.estimate import Estimate, clopper_pearson, design_effect, difference, group, icc, mean, rate
from spillover.estimate._intervals import over_questions

MORE = "more questions from these domains"
TARGETS = ("these questions", MORE)
GROUPS = st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=12), min_size=1, max_size=30)


def arrays(groups: list[list[float]]) -> list[np.ndarray]:
    return [np.array(part) for part in groups]


@given(GROUPS, st.sampled_from(["probes", "answers"]), st.sampled_from(TARGETS))
def test_the_interval_holds_the_estimate_and_has_width(groups: list[list[float]], average: str, target: str) -> None:
    found = rate(arrays(groups), average, target)  # type: ignore[arg-type]
    if found.method == "none":
        assert (average, target) == ("answers", MORE) and len({*map(len, groups)}) > 1
        return
    assert 0 <= found.low <= found.estimate + 1e-12
    assert found.estimate <= found.high + 1e-12
    assert found.high <= 1
    assert found.high - found.low > 1e-3
    assert found.n == sum(map(len, groups))
    assert found.events == sum(map(sum, groups))


@given(GROUPS)
def test_the_order_of_questions_does_not_matter(groups: list[list[float]]) -> None:
    there, back = rate(arrays(groups)), rate(arrays(groups[::-1]))
    assert (there.low, there.high) == pytest.approx((back.low, back.high), abs=1e-9)


def test_few_events_are_clopper_pearson() -> None:
    groups = [np.array([1.0, *[0.0] * 29]) for _ in range(3)] + [np.zeros(30) for _ in range(20)]
    found = rate(groups)
    assert found.method == "Clopper-Pearson"
    assert (found.low, found.high) == pytest.approx(clopper_pearson(3, 690))


def test_nothing_is_nan_never_zero() -> None:
    assert math.isnan(rate([]).estimate)
    assert math.isnan(mean([]).estimate)


def test_population_with_very_many_answers_each_is_t() -> None:
    rng = np.random.default_rng(7)
    groups = [rng.binomial(1, p, size=20_000).astype(float) for p in rng.uniform(0.1, 0.9, 40)]
    found = rate(groups, "probes", MORE)
    rates = [part.mean() for part in groups]
    theirs = stats.t.interval(0.95, 39, np.mean(rates), stats.sem(rates))
    assert found.method == "t over questions"
    assert (found.low, found.high) == pytest.approx(theirs, rel=1e-3)


def test_population_with_one_answer_each_is_the_interval_of_one_sample() -> None:
    found = rate([np.ones(1)] * 30 + [np.zeros(1)] * 50, "probes", MORE)
    expected = proportion_confint(30, 80, method="wilson")
    assert found.method == "t over questions" and (found.low, found.high) == pytest.approx(expected, rel=0.02)


def test_population_adds_what_questions_vary_beyond_their_answers() -> None:
    """Variance between questions by analysis of variance: mean squares between less within, over the answers each."""
    rng, k, g = np.random.default_rng(7), 40, 60
    groups = [rng.binomial(1, p, size=k).astype(float) for p in rng.uniform(0.3, 0.7, g)]
    rates = [part.mean() for part in groups]
    within = np.mean([part.var(ddof=1) for part in groups])
    between = math.sqrt((k * np.var(rates, ddof=1) - within) / k / g)
    these, like = (rate(groups, "probes", target) for target in TARGETS)
    half = stats.t.ppf(0.975, g - 1) * between
    expected = [
        these.estimate - math.hypot(these.estimate - these.low, half),
        these.estimate + math.hypot(these.high - these.estimate, half),
    ]
    assert (like.low, like.high) == pytest.approx(expected, rel=2e-3)
    assert like.high - like.low < 2 * stats.t.ppf(0.975, g - 1) * stats.sem(rates)


@given(GROUPS, st.sampled_from(["probes", "answers"]))
def test_the_interval_for_more_questions_holds_the_one_for_these(groups: list[list[float]], average: str) -> None:
    these, like = (rate(arrays(groups), average, target) for target in TARGETS)  # type: ignore[arg-type]
    assert like.method == "none" or like.low - 1e-12 <= these.low < these.high <= like.high + 1e-12


@pytest.mark.parametrize("average", ["probes", "answers"])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.3])
def test_with_events_on_many_questions_it_holds_it_too_and_is_no_wider_than_t(spread: float, average: str) -> None:
    rng = np.random.default_rng(5)
    for most in (2, 10, 80):
        truth, n = rng.uniform(0.5 - spread, 0.5 + spread, 60), rng.integers(1, most, 60, endpoint=True)
        groups = [rng.binomial(1, p, size=k).astype(float) for p, k in zip(truth, n, strict=True)]
        these, like = (rate(groups, average, target) for target in TARGETS)  # type: ignore[arg-type]
        weights = n / n.sum() if average == "answers" else np.full(60, 1 / 60)
        alone = over_questions(np.array([part.mean() for part in groups]), weights, these.estimate, 0.95)
        assert like.method == "t over questions"
        assert like.low - 1e-12 <= these.low < these.high <= like.high + 1e-12
        assert min(alone[0], these.low) - 1e-12 <= like.low and like.high <= max(alone[1], these.high) + 1e-12


def test_population_at_zero_is_the_worst_case_over_correlation() -> None:
    found = rate([np.zeros(100) for _ in range(8)], "probes", MORE)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 8))


def test_a_pooled_rate_is_not_said_of_first_answers() -> None:
    uneven = [np.zeros(5), np.r_[1.0, np.zeros(199)]]
    assert math.isnan(rate(uneven, "answers", MORE).high)
    assert not math.isnan(rate(uneven, "probes", MORE).high)


@pytest.mark.parametrize("target", TARGETS)
def test_a_mean_that_never_varied_has_no_interval(target: str) -> None:
    assert math.isnan(mean([np.full(2, 100.0)] * 8, target).high)  # type: ignore[arg-type]


def test_means_agree_with_scipy() -> None:
    rng = np.random.default_rng(3)
    groups = [rng.normal(60, 10, size=5) for _ in range(12)]
    found = mean(groups, MORE)
    means = [part.mean() for part in groups]
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.95, 11, np.mean(means), stats.sem(means)))
    two = mean(groups[:2])
    welch = stats.ttest_ind(groups[0], -groups[1], equal_var=False).confidence_interval(0.95)
    assert (two.low, two.high) == pytest.approx((welch.low / 2, welch.high / 2))
    assert math.isnan(mean([np.array([1.0]), np.array([2.0, 3.0])]).low)


def test_intraclass_correlation_agrees_with_anova() -> None:
    rng = np.random.default_rng(5)
    k = 6
    groups = [rng.normal(rng.normal(0, 2), 1, size=k) for _ in range(15)]
    f = stats.f_oneway(*groups).statistic
    assert icc(groups) == pytest.approx((f - 1) / (f + k - 1))
    assert design_effect(30, 0.11) == pytest.approx(4.19)
    assert design_effect(30, -0.1) == 1
    assert math.isnan(icc([np.zeros(3), np.zeros(3)]))


def test_groups_drop_what_is_nan_and_keep_order() -> None:
    names, parts = group(["b", "a", "b", "c"], [1, 2, 3, math.nan])
    assert names == ["a", "b"]
    assert [part.tolist() for part in parts] == [[2], [1, 3]]
    with pytest.raises(ValueError, match="one shape"):
        group(["a"], [1, 2])


def test_a_difference_needs_one_target() -> None:
    base, tuned = rate([np.zeros(50)]), rate([np.ones(50)])
    assert difference(base, tuned).estimate == 1
    other = Estimate(**{**tuned.as_dict(), "target": MORE})
    with pytest.raises(ValueError, match="one level"):
        difference(base, other)


@pytest.mark.parametrize(
    ("truth", "k"),
    [
        (np.full(23, 0.004), 30),
        (np.linspace(0, 0.04, 24), 10),
        (np.linspace(0, 0.9, 23), 30),
        (np.repeat([0.0, 1.0, 0.5], 8), 5),
        (np.full(48, 0.05), 2),
    ],
)
def test_coverage_on_a_fixed_list(truth: np.ndarray, k: int) -> None:
    rng = np.random.default_rng(11)
    hits = 0
    runs = 400
    for _ in range(runs):
        found = rate([rng.binomial(1, p, size=k).astype(float) for p in truth])
        hits += found.low <= truth.mean() <= found.high
    # 95% less four standard errors of 400 runs.
    assert hits / runs > 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("average", ["probes", "answers"])
@pytest.mark.parametrize(
    ("truth", "n"),
    [
        (np.r_[np.full(4, 0.5), np.zeros(20)], np.r_[np.full(4, 2), np.full(20, 50)]),
        (np.r_[np.full(4, 0.05), np.full(20, 0.001)], np.r_[np.full(4, 2), np.full(20, 50)]),
        (np.r_[0.3, np.full(7, 0.002)], np.r_[5, np.full(7, 100)]),
        (np.r_[np.zeros(6), 0.2, 0.3], np.r_[np.full(6, 80), 20, 20]),
        (np.linspace(0.5, 0.01, 8), np.array([5, 8, 12, 30, 60, 90, 95, 100])),
        (np.full(50, 0.3), np.r_[np.full(25, 1), np.full(25, 2)]),
        (np.full(24, 0.02), np.arange(2, 50, 2)),
        (np.linspace(0, 0.8, 24), np.arange(48, 0, -2)),
    ],
    ids=[
        "events where answers are few",
        "few of them",
        "one hot",
        "two hot",
        "falling",
        "one or two",
        "alike",
        "rates against numbers",
    ],
)
def test_coverage_where_questions_have_unequal_numbers(truth: np.ndarray, n: np.ndarray, average: str) -> None:
    rng = np.random.default_rng(13)
    weights = n / n.sum() if average == "answers" else np.full(len(n), 1 / len(n))
    hits, runs = 0, 400
    for _ in range(runs):
        found = rate([rng.binomial(1, p, size=k).astype(float) for p, k in zip(truth, n, strict=True)], average)  # type: ignore[arg-type]
        hits += found.low <= float(np.sum(weights * truth)) <= found.high
    assert hits / runs > 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize(("a", "b"), [(0.05, 1.0), (0.5, 1.5)])
def test_coverage_for_more_questions_from_these_domains(a: float, b: float) -> None:
    rng = np.random.default_rng(12)
    hits, runs = 0, 300
    for _ in range(runs):
        truth = rng.beta(a, b, size=50)
        found = rate([rng.binomial(1, p, size=8).astype(float) for p in truth], "probes", MORE)
        hits += found.low <= a / (a + b) <= found.high
    assert hits / runs > 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)
