"""Rates and means over questions: known cases, invariants, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from spillover.estimate.binomial import clopper_pearson, unseen_share
from spillover.estimate.by_question import and_between, exact_over_questions, over_questions
from spillover.estimate.clusters import design_effect, group, icc
from spillover.estimate.estimate import Estimate
from spillover.estimate.intervals import difference, mean, rate

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


def alone(groups: list[np.ndarray]) -> tuple[float, float]:
    """The part of the interval over questions that is t: what `rate` widens to hold the exact one."""
    x, n = np.array([part.sum() for part in groups]), np.array([float(len(part)) for part in groups])
    these = rate(groups)
    return and_between(x, n, np.full(len(n), 1 / len(n)), these.estimate, (these.low, these.high), 0.95)


def test_the_part_that_is_t_with_very_many_answers_each() -> None:
    rng = np.random.default_rng(7)
    groups = [rng.binomial(1, p, size=20_000).astype(float) for p in rng.uniform(0.1, 0.9, 40)]
    rates = [part.mean() for part in groups]
    assert alone(groups) == pytest.approx(stats.t.interval(0.95, 39, np.mean(rates), stats.sem(rates)), rel=1e-3)


def test_with_one_answer_each_it_is_the_exact_interval_of_one_sample() -> None:
    groups = [np.ones(1)] * 30 + [np.zeros(1)] * 50
    found = rate(groups, "probes", MORE)
    assert found.method == "t and exact over questions"
    assert (found.low, found.high) == pytest.approx(proportion_confint(30, 80, method="beta"))
    assert alone(groups) == pytest.approx(proportion_confint(30, 80, method="wilson"), rel=0.02)


def test_the_part_that_is_t_adds_what_questions_vary_beyond_their_answers() -> None:
    """Variance between questions by analysis of variance: mean squares between less within, over the answers each."""
    rng, k, g = np.random.default_rng(7), 40, 60
    groups = [rng.binomial(1, p, size=k).astype(float) for p in rng.uniform(0.3, 0.7, g)]
    rates = [part.mean() for part in groups]
    within = np.mean([part.var(ddof=1) for part in groups])
    between = math.sqrt((k * np.var(rates, ddof=1) - within) / k / g)
    these, half = rate(groups), stats.t.ppf(0.975, g - 1) * between
    expected = [
        these.estimate - math.hypot(these.estimate - these.low, half),
        these.estimate + math.hypot(these.high - these.estimate, half),
    ]
    low, high = alone(groups)
    assert (low, high) == pytest.approx(expected, rel=2e-3)
    assert high - low < 2 * stats.t.ppf(0.975, g - 1) * stats.sem(rates)


@pytest.mark.parametrize("questions", [8, 19, 48, 100])
def test_over_questions_it_holds_clopper_pearson_on_their_number_times_their_mean(questions: int) -> None:
    rng = np.random.default_rng(questions)
    groups = [rng.binomial(1, p, size=30).astype(float) for p in rng.beta(0.5, 2, questions)]
    found, these = rate(groups, "probes", MORE), rate(groups)
    x = questions * these.estimate
    low, high = stats.beta.ppf(0.025, x, questions - x + 1), stats.beta.isf(0.025, x + 1, questions - x)
    assert found.low <= low + 1e-12 and high - 1e-12 <= found.high
    if questions < 20:
        assert found.method == "exact over questions"
        assert (found.low, found.high) == pytest.approx((min(low, these.low), max(high, these.high)))


def test_the_order_of_answers_within_a_question_changes_nothing() -> None:
    """One answer drawn for each question made a lottery of it: the same counts had many intervals."""
    rng = np.random.default_rng(3)
    groups = [rng.binomial(1, 0.355, size=50).astype(float) for _ in range(8)]
    found = [rate([rng.permutation(part) for part in groups], "probes", MORE) for _ in range(20)]
    assert len({(one.low, one.high) for one in found}) == 1
    assert 0.05 < found[0].low and found[0].high < 0.75


def test_where_a_rare_share_of_questions_carries_the_rate_it_covers() -> None:
    """2% of questions at .9 and the rest at .05: t over 60 questions covers about 73%."""
    rng, runs, hits = np.random.default_rng(1), 300, {"t": 0, "both": 0}
    truth = 0.02 * 0.9 + 0.98 * 0.05
    for _ in range(runs):
        p = np.where(rng.random(60) < 0.02, 0.9, 0.05)
        groups = list((rng.random((60, 30)) < p[:, None]).astype(float))
        found, (low, high) = rate(groups, "probes", MORE), alone(groups)
        hits["both"] += found.low <= truth <= found.high
        hits["t"] += low <= truth <= high
    assert hits["both"] / runs >= 0.95 and hits["t"] / runs < 0.85


def test_the_share_of_questions_that_may_be_unseen_is_that_of_none_among_them() -> None:
    for questions in (1, 8, 60):
        share = unseen_share(questions)
        assert (1 - share) ** questions == pytest.approx(0.025)
        assert share == pytest.approx(proportion_confint(0, questions, method="beta")[1])
    assert unseen_share(60, 0.9) == pytest.approx(1 - 0.05 ** (1 / 60))


@given(GROUPS, st.sampled_from(["probes", "answers"]))
def test_the_interval_for_more_questions_holds_the_one_for_these(groups: list[list[float]], average: str) -> None:
    these, like = (rate(arrays(groups), average, target) for target in TARGETS)  # type: ignore[arg-type]
    assert like.method == "none" or like.low - 1e-12 <= these.low < these.high <= like.high + 1e-12


@pytest.mark.parametrize("average", ["probes", "answers"])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.3])
def test_with_events_on_many_questions_it_is_no_wider_than_t_and_exact(spread: float, average: str) -> None:
    rng = np.random.default_rng(5)
    for most in (2, 10, 80):
        truth, n = rng.uniform(0.5 - spread, 0.5 + spread, 60), rng.integers(1, most, 60, endpoint=True)
        groups = [rng.binomial(1, p, size=k).astype(float) for p, k in zip(truth, n, strict=True)]
        these, like = (rate(groups, average, target) for target in TARGETS)  # type: ignore[arg-type]
        weights = n / n.sum() if average == "answers" else np.full(60, 1 / 60)
        t = over_questions(np.array([part.mean() for part in groups]), weights, these.estimate, 0.95)
        exact = exact_over_questions(these.estimate, weights, 0.95)
        assert like.method == "t and exact over questions"
        assert like.low - 1e-12 <= these.low < these.high <= like.high + 1e-12
        assert min(t[0], these.low, exact[0]) - 1e-12 <= like.low <= exact[0] + 1e-12
        assert exact[1] - 1e-12 <= like.high <= max(t[1], these.high, exact[1]) + 1e-12


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
