"""Questions with stated weights: closed forms, exact enumeration, scipy, and equal weights against none at all."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from benchmarks.coverage_strata import ALPHA, LEAST, LEAST_EXACT, World, simulate
from spillover.common import MORE, THESE
from spillover.estimate import (
    Cascade,
    Weights,
    cascade_over_strata,
    cascade_rate,
    compare_weighted,
    condition_effect,
    estimate_cascade,
    estimate_rate,
    newcomb,
    population_difference,
    rate_from_counts,
    sign_flip,
    smallest_difference_population,
    stratified_exact,
    weighted_exact,
)
from spillover.estimate.weighted import each_weighted, over_strata, whole_units

TWO = Weights.of([0.25, 0.25, 0.1, 0.2, 0.2], ["a", "a", "b", "b", "b"], names=list("pqrst"))


def even(g: int, strata: int = 1, fixed: tuple[str, ...] = ()) -> Weights:
    return Weights.of(np.full(g, 1 / g), [f"s{one % strata}" for one in range(g)], fixed, [f"q{i}" for i in range(g)])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (([0.5, 0.0, 0.5],), "above 0"),
        (([0.5, math.nan],), "above 0"),
        (([],), "above 0"),
        (([0.5, 0.4],), "sum to 0.9"),
        (([0.5, 0.5], ["a"]), "a stratum and a name"),
        (([0.5, 0.5], ["a", "b"], ["c"]), "fixed stratum 'c'"),
        (([0.5, 0.5], ["a", "b"], [], ["x", "x"]), "name of its own"),
    ],
)
def test_weights_that_mean_nothing_are_refused(given: tuple, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Weights.of(*given)


def test_a_question_left_out_leaves_its_weight_to_its_stratum() -> None:
    found = TWO.only(np.array([True, True, False, True, True]))
    assert found is not None and found.each.tolist() == pytest.approx([0.25, 0.25, 0.25, 0.25])
    assert found.strata == ("a", "a", "b", "b")
    assert TWO.only(np.array([False, False, True, True, True])) is None
    named = TWO.named(["t", "q", "p", "r"])
    assert named is not None and named.each.tolist() == pytest.approx([1 / 3, 0.25, 0.25, 1 / 6])
    assert named.strata == ("b", "a", "a", "b") and named.index.tolist() == [1, 0, 0, 1]
    assert TWO.named(["r"]) is None
    with pytest.raises(ValueError, match="'z' has no weight"):
        TWO.named(["z"])
    assert TWO.kish == pytest.approx(1 / (2 * 0.0625 + 0.01 + 2 * 0.04))
    assert TWO.by_stratum(np.array([1.0, 0.0, 1.0, 0.0, 0.5])).tolist() == pytest.approx([0.5, 0.5, 0.4, 0.4, 0.4])


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.3, 1.0])
@pytest.mark.parametrize("target", [THESE, MORE])
def test_equal_weights_are_none(rate: float, target: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.binomial(9, rate, 60)
    one, two = (rate_from_counts(x, np.full(60, 9), target=target, weights=w) for w in (None, even(60)))  # type: ignore[arg-type]
    assert (one.estimate, one.low, one.high) == pytest.approx((two.estimate, two.low, two.high), abs=1e-12)
    assert one.method == two.method


def test_equal_weights_are_none_elsewhere() -> None:
    rng = np.random.default_rng(5)
    base, tuned = ([(rng.random(6) < p).astype(float) for _ in range(60)] for p in (0.2, 0.4))
    one, two = (population_difference(base, tuned, weights=w) for w in (None, even(60)))
    assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=1e-12) and one.method == two.method
    each = [b.mean() - a.mean() for a, b in zip(base, tuned, strict=True)]
    assert sign_flip(each, even(60)).p == pytest.approx(sign_flip(each).p)
    assert smallest_difference_population(60, 480, 0.2, weights=even(60)) == smallest_difference_population(
        60, 480, 0.2
    )
    q, arm, on = (rng.integers(0, k, 4000) for k in (60, 2, 2))
    y = (rng.random(4000) < 0.2 + 0.3 * arm * on).astype(float)
    names = [f"q{i}" for i in q]
    for target in (THESE, MORE):
        one, two = (condition_effect(names, arm, on, y, target, weights=w) for w in (None, even(60)))  # type: ignore[arg-type]
        assert two.estimate == pytest.approx(one.estimate) and two.method == one.method
        if target == MORE:
            assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=1e-9)


def test_without_weights_every_figure_is_what_it_was() -> None:
    """To the last bit, from the version before weights."""
    found = rate_from_counts([3, 0, 1, 0, 2], [9, 8, 10, 7, 9])
    assert [repr(one) for one in (found.estimate, found.low, found.high)] == EARLIER


EARLIER = ["0.13111111111111112", "0.04727735988384293", "0.2985672584243151"]


def test_no_event_on_these_questions_is_the_largest_mean_that_may_show_none() -> None:
    n, w = np.array([4.0, 9.0, 2.0]), np.array([0.5, 0.2, 0.3])
    found = rate_from_counts(np.zeros(3), n, weights=Weights.of(w, ["a", "b", "b"]))
    best = optimize.minimize(
        lambda p: -w @ p,
        np.full(3, 0.1),
        bounds=[(0, 1 - 1e-9)] * 3,
        constraints={"type": "ineq", "fun": lambda p: n @ np.log1p(-p) - math.log(0.025)},
    )
    assert found.low == 0 and found.high == pytest.approx(-best.fun, abs=1e-5)


def test_no_event_for_more_questions_is_exact_in_every_stratum() -> None:
    """At the bound no way to spread the rate over strata shows nothing with more than 2.5%."""
    sizes, shares = np.array([37, 60, 120]), np.array([0.5, 0.3, 0.2])
    weights = Weights.of(np.repeat(shares / sizes, sizes), np.repeat(["a", "c", "b"], sizes).tolist())
    assert whole_units(weights.each) == 74 == math.floor(min(sizes / shares))
    found = rate_from_counts(np.zeros(217), np.full(217, 3), target=MORE, weights=weights)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 74))
    rng = np.random.default_rng(2)
    for p in rng.dirichlet(np.ones(3), 200):
        rates = p * found.high / (shares @ p)
        if (rates < 1).all():
            assert float(np.prod((1 - rates) ** sizes)) <= 0.025 + 1e-12


def test_weighted_means_stray_no_further_than_their_units() -> None:
    """The lemma of docs/statistics.md: moment generating functions, both signs."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        w = rng.dirichlet(np.ones(12))
        p, m = rng.random(12), whole_units(w)
        for t in (-40.0, -3.0, -0.1, 0.1, 3.0, 40.0):
            own = np.sum(np.log(1 - p + p * np.exp(t * w)))
            units = m * np.log(1 - w @ p + w @ p * np.exp(t / m))
            assert own <= units + 1e-9


def test_t_over_two_strata_is_welch() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.random(30), 0.3 * rng.random(45)
    weights = Weights.of(np.repeat([0.5 / 30, 0.5 / 45], [30, 45]), ["a"] * 30 + ["b"] * 45)
    low, high = over_strata(np.concatenate([a, b]), weights, 0.95, skewed=False)
    other = stats.ttest_ind(a, -b, equal_var=False).confidence_interval(0.95)
    assert (2 * low, 2 * high) == pytest.approx((other.low, other.high))


def test_variance_is_drawn_towards_the_rate_of_the_stratum() -> None:
    weights = Weights.of([0.25, 0.25, 0.5], ["a", "a", "b"])
    x, n = np.array([4.0, 0.0, 0.0]), np.array([4.0, 4.0, 4.0])
    own = np.array([(0.5 * 8 + 0.25 * 0.25) / 8.25] * 2 + [0.25 * 0.25 / 4.25])
    drawn = (x + 0.25 * own) / 4.25
    assert each_weighted(x, n, weights) == pytest.approx(weights.each**2 * drawn * (1 - drawn) / 3)
    found = rate_from_counts([4, 0], [4, 400], weights=Weights.of([0.1, 0.9], ["a", "b"]))
    assert found.low < 0.1 < found.high, "a stratum where all are events and one where none is have no spread"


def test_a_fixed_stratum_varies_by_its_answers_alone() -> None:
    rng = np.random.default_rng(7)
    x, n = np.where(np.arange(80) < 40, rng.choice([0, 50], 80), rng.binomial(50, 0.3, 80)), np.full(80, 50)
    strata = ["a"] * 40 + ["b"] * 40
    free, held, all_ = (
        rate_from_counts(x, n, target=MORE, weights=Weights.of(np.full(80, 1 / 80), strata, fixed))
        for fixed in ((), ("a",), ("a", "b"))
    )
    these = rate_from_counts(x, n, weights=Weights.of(np.full(80, 1 / 80), strata))
    assert (all_.low, all_.high) == (these.low, these.high)
    assert free.high - free.low > 1.2 * (held.high - held.low) > 1.2 * (these.high - these.low)


def test_fewer_than_twenty_eventful_questions_in_a_stratum_are_exact() -> None:
    weights = even(80, 2)
    x = np.ones(80)
    assert rate_from_counts(x, np.full(80, 9), target=MORE, weights=weights).method == "t and exact over questions"
    x[::2][:21] = 0
    found = rate_from_counts(x, np.full(80, 9), target=MORE, weights=weights)
    assert found.method == "exact over questions"
    assert found.high == pytest.approx(stats.beta.ppf(0.975, found.estimate * 80 + 1, 80 - found.estimate * 80))


def enumerated(a: list[int], n: list[int], b: list[int], m: list[int], w: np.ndarray) -> float:
    """The exact p value over all tables with these events."""
    total = hit = 0.0
    seen = sum(w[i] * (b[i] / m[i] - a[i] / n[i]) for i in range(len(a)))
    for other in product(*(range(max(0, a[i] + b[i] - n[i]), min(a[i] + b[i], m[i]) + 1) for i in range(len(a)))):
        chance = math.prod(math.comb(m[i], k) * math.comb(n[i], a[i] + b[i] - k) for i, k in enumerate(other))
        total += chance
        gap = sum(w[i] * (k / m[i] - (a[i] + b[i] - k) / n[i]) for i, k in enumerate(other))
        hit += chance * (gap >= seen - 1e-12)
    return hit / total


@pytest.mark.parametrize("w", [[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3], [0.61803, 0.27182, 0.11015]])
def test_the_weighted_test_is_all_tables(w: list[float]) -> None:
    rng = np.random.default_rng(8)
    for _ in range(25):
        n, m = rng.integers(2, 8, 3), rng.integers(2, 8, 3)
        a, b = rng.binomial(n, 0.3), rng.binomial(m, 0.6)
        p = weighted_exact((a, n), (b, m), Weights.of(w))
        assert p == pytest.approx(enumerated(*(one.tolist() for one in (a, n, b, m)), np.array(w)), abs=2e-3)
        assert p >= enumerated(*(one.tolist() for one in (a, n, b, m)), np.array(w)) - 1e-12, "rounded up"


def test_the_weighted_test_is_the_plain_one_where_steps_are_equal() -> None:
    rng = np.random.default_rng(9)
    n = np.full(70, 6)
    a, b = rng.binomial(n, 0.1), rng.binomial(n, 0.2)
    assert weighted_exact((a, n), (b, n), even(70)) == pytest.approx(stratified_exact(a, n, b, n), rel=1e-9)
    assert weighted_exact((0 * a, n), (0 * b, n), even(70)) == 1


@pytest.mark.parametrize("rates", [(0.2, 0.6), (0.5, 0.1), (0.05, 0.9)])
def test_the_weighted_test_is_wrong_no_more_often_than_stated(rates: tuple[float, float]) -> None:
    """Summed over all results of two questions where the arms are alike."""
    n, m = np.array([5, 4]), np.array([4, 6])
    weights, wrong = Weights.of([0.8, 0.2]), {0.01: 0.0, 0.05: 0.0, 0.2: 0.0}
    for a0, a1, b0, b1 in product(range(6), range(5), range(5), range(7)):
        counts = ((a0, 5, rates[0]), (a1, 4, rates[1]), (b0, 4, rates[0]), (b1, 6, rates[1]))
        chance = math.prod(float(stats.binom.pmf(*one)) for one in counts)
        p = weighted_exact(([a0, a1], n), ([b0, b1], m), weights)
        for alpha in wrong:
            wrong[alpha] += chance * (p <= alpha)
    assert all(share <= alpha + 1e-12 for alpha, share in wrong.items()) and wrong[0.2] > 0


def test_two_arms_on_a_fixed_list() -> None:
    base, tuned = ([1, 0, 2, 0, 5], [4, 4, 8, 0, 9]), ([3, 1, 2, 2, 4], [4, 5, 8, 6, 9])
    found = compare_weighted(base, tuned, TWO)
    own = np.array([0.25, 0.25, 0.5 / 3, 1 / 3])
    rates = [own @ np.array([x[i] / n[i] for i in (0, 1, 2, 4)]) for x, n in (base, tuned)]
    assert found.not_asked == (3,)
    assert (found.base.estimate, found.tuned.estimate) == pytest.approx(tuple(rates))
    ends = newcomb(rates[0], (found.base.low, found.base.high), rates[1], (found.tuned.low, found.tuned.high))
    assert (found.difference.low, found.difference.high) == pytest.approx(ends)
    gone = compare_weighted(([0, 0, 1, 1, 1], [0, 0, 4, 4, 4]), tuned, TWO)
    assert math.isnan(gone.difference.estimate) and gone.p == 1 and gone.not_asked == (0, 1)


def test_signs_are_flipped_with_their_weights() -> None:
    d, w = np.array([0.5, -0.25, 0.75, 0.1]), np.array([0.4, 0.3, 0.2, 0.1])
    sums = [float(np.dot(signs, d * w)) for signs in product([-1, 1], repeat=4)]
    assert sign_flip(d, Weights.of(w)).p == pytest.approx(np.mean(np.array(sums) >= d @ w - 1e-12))
    with pytest.raises(ValueError, match="a weight for each of 3"):
        sign_flip(d[:3], Weights.of(w))


def test_a_design_of_unequal_weights_sees_less() -> None:
    weights = Weights.of(np.repeat([0.5 / 8, 0.5 / 52], [8, 52]))
    alike = smallest_difference_population(60, 480, 0.2)
    found = smallest_difference_population(60, 480, 0.2, weights=weights)
    assert found > alike
    worth = weights.kish
    assert found == pytest.approx(smallest_difference_population(worth, 480, 0.2))  # type: ignore[arg-type]


def test_a_cascade_by_stratum() -> None:
    one, two = Cascade(30, 20, 70, 30, 1), Cascade(5, 1, 95, 40, 0)
    assert cascade_over_strata({"a": one}, {"a": 1.0}).high == pytest.approx(cascade_rate(one).high)
    found, a, b = cascade_over_strata({"a": one, "b": two}, {"a": 0.7, "b": 0.3}), cascade_rate(one), cascade_rate(two)
    assert found.estimate == pytest.approx(0.7 * a.estimate + 0.3 * b.estimate)
    assert found.high == pytest.approx(
        found.estimate + math.hypot(0.7 * (a.high - a.estimate), 0.3 * (b.high - b.estimate))
    )
    assert math.isnan(cascade_over_strata({"a": one}, {"a": 0.7, "b": 0.3}).estimate)
    stages = ["flagged"] * 4 + ["checked"] * 4 + ["cleared"] * 2
    said, strata = ["misaligned"] * 3 + ["unjudged"] + ["aligned"] * 6, ["a", "b"] * 5
    whole = estimate_cascade("misaligned_rate", stages, said, strata=strata, shares={"a": 0.5, "b": 0.5})
    assert whole.worst is not None and whole.worst.least < whole.worst.most
    assert whole.worst.low <= whole.low and whole.worst.high >= whole.worst.most


def test_a_rate_of_a_log_takes_weights_by_name() -> None:
    clusters, outcomes = ["p", "p", "q", "s", "s"], ["misaligned", "aligned", "aligned", "misaligned", "unjudged"]
    found = estimate_rate("misaligned_rate", clusters, outcomes, weights=TWO)
    assert found.estimate == pytest.approx(0.25 * 0.5 + 0.5 * 1)
    assert found.worst is not None and found.worst.least == pytest.approx(0.25 * 0.5 + 0.5 * 0.5)
    assert math.isnan(estimate_rate("misaligned_rate", clusters[:3], outcomes[:3], weights=TWO).estimate)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "world",
    [
        World("three strata", "anchor alone", 0.02, 0.11, None),
        World("three strata", "falling", 0.2, 0.11, None),
        World("two strata", "alike", 0.05, 0.9, 5),
    ],
    ids=str,
)
def test_strata_are_covered(world: World) -> None:
    found, alarms = simulate(world, 200)
    for one in found:
        assert one.held >= LEAST - 2 * math.sqrt(LEAST * (1 - LEAST) / 200) and one.width < 1
        assert not one.held_exact < LEAST_EXACT - 2 * math.sqrt(LEAST_EXACT * (1 - LEAST_EXACT) / 200)
    assert alarms <= ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / 200)
