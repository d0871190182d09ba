"""Beyond what was asked: against scipy, brute force and closed forms."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from spillover.estimate.binomial import clopper_pearson, newcomb
from spillover.estimate.estimate import Estimate, WorstCase
from spillover.estimate.flips import sign_flip
from spillover.estimate.intervals import difference, rate
from spillover.estimate.pairs import exact_over_pairs, over_pairs
from spillover.estimate.population import describes_only, population_difference
from spillover.estimate.seeds import over_seeds


def arms(questions: int, each: int, rates: tuple[float, float], seed: int = 1) -> list[list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    tilt = rng.uniform(0.5, 1.5, questions)
    return [[(rng.random(each) < p * one).astype(float) for one in tilt] for p in rates]


@pytest.mark.parametrize("scale", [1.0, 1 / 30, 0.37])
def test_sign_flip_is_all_sign_vectors(scale: float) -> None:
    given = scale * np.array([3, -1, 2, 0, 4, 2, -1, 5, 1, 1])
    sums = [float(np.dot(signs, given)) for signs in product([-1, 1], repeat=len(given))]
    found = sign_flip(given)
    near = given.sum() - 1e-9
    assert found.p == pytest.approx(np.mean(np.array(sums) >= near), abs=1e-4)
    assert found.differing == 9
    other = stats.permutation_test(
        (given,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="greater"
    )
    assert found.p == pytest.approx(other.pvalue, abs=1e-4)


def test_sign_flip_at_the_ends() -> None:
    assert sign_flip([0.0, 0.1 + 0.2 - 0.3]).method == "no difference", "rounding is none"
    assert sign_flip([0.0, 0.0]).p == 1.0
    assert sign_flip([0.1] * 20).p == pytest.approx(2.0**-20)
    assert sign_flip([-0.1] * 20).p == 1.0
    with pytest.raises(ValueError, match="finite"):
        sign_flip([0.1, float("nan")])


def test_sixty_questions_are_counted_one_by_one() -> None:
    rng = np.random.default_rng(3)
    whole = rng.binomial(30, 0.3, 60) - rng.binomial(30, 0.25, 60)
    ways = {0: 1}
    for size in whole[whole != 0].tolist():  # integers of any length: no rounding
        ways = {
            sum_: ways.get(sum_ - size, 0) + ways.get(sum_ + size, 0)
            for sum_ in {one + sign * size for one in ways for sign in (-1, 1)}
        }
    share = sum(count for sum_, count in ways.items() if sum_ >= whole.sum()) / sum(ways.values())
    found = sign_flip(whole / 30)
    assert found.method == "sign flip, exact"
    assert found.p == pytest.approx(share, rel=1e-9)
    assert sign_flip(whole / 30 + 1e-16 * rng.normal(size=60)).p == pytest.approx(share, rel=1e-9), (
        "ties survive rounding"
    )


@pytest.mark.parametrize("seed", range(3))
def test_differences_without_a_common_step_are_rounded_up(seed: int) -> None:
    given = np.random.default_rng(seed).normal(0.3, 1, 15)
    sums = np.array(list(product([-1, 1], repeat=15))) @ given
    found = sign_flip(given)
    assert "rounded up" in found.method
    assert 0 <= found.p - np.mean(sums >= given.sum() - 1e-9) < 1e-4


def test_more_than_can_be_counted_are_drawn() -> None:
    given = np.random.default_rng(5).normal(0.1, 1, 250)
    found = sign_flip(given)
    normal = stats.norm.sf(given.sum() / math.sqrt(np.sum(given**2)))
    assert found.method == "sign flip, 100,000 draws"
    assert found.p == pytest.approx(normal, abs=0.01) and found == sign_flip(given)
    assert sign_flip(np.abs(given)).p == pytest.approx(1 / 100_001)


def test_many_questions_are_a_paired_t() -> None:
    base, tuned = arms(60, 20, (0.2, 0.4))
    found = population_difference(base, tuned)
    each = np.array([b.mean() - a.mean() for a, b in zip(base, tuned, strict=True)])
    told = stats.ttest_rel(*([part.mean() for part in arm] for arm in (tuned, base))).confidence_interval(0.95)
    assert found.method == "paired t and exact over questions" and found.estimate == pytest.approx(each.mean())
    assert over_pairs(each, each.mean(), 0.95) == pytest.approx((told.low, told.high))
    exact = exact_over_pairs(each, 0.95)
    expected = (min(exact[0], told.low), max(exact[1], told.high))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.n, found.clusters) == (2400, 60)
    back = population_difference(tuned, base)
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))
    assert not describes_only(60) and describes_only(49)


@pytest.mark.parametrize(
    ("questions", "rates"), [(60, (0.3, 0.3)), (60, (0.0, 0.1)), (12, (0.1, 0.2)), (12, (0.0, 0.0))]
)
def test_it_is_never_narrower_than_for_these_questions(questions: int, rates: tuple[float, float]) -> None:
    base, tuned = arms(questions, 10, rates)
    found, these = population_difference(base, tuned), difference(rate(base), rate(tuned))
    assert found.low <= these.low + 1e-12 and these.high <= found.high + 1e-12


def test_skewed_differences_reach_further_up() -> None:
    tuned = [np.r_[np.ones(k), np.zeros(20 - k)] for k in [1] * 25 + [16, 18, 20] + [0] * 20]
    found = population_difference([np.zeros(20)] * 48, tuned)
    told = stats.ttest_1samp([part.mean() for part in tuned], 0).confidence_interval(0.95)
    assert found.method == "paired t and exact over questions"
    assert found.low <= told.low + 1e-12 and found.high > told.high + 0.02


def test_exact_pairs_by_hand() -> None:
    nobody = [np.zeros(50)] * 8
    found, end = population_difference(nobody, nobody), 1 - 0.025 ** (1 / 8)
    assert (found.low, found.high) == pytest.approx((-end, end))
    base, tuned = ([np.array([float(one)]) for one in arm] for arm in ("1100000000", "0011111000"))
    found = population_difference(base, tuned)
    (l1, u1), (l2, u2), alike = clopper_pearson(2, 10), clopper_pearson(5, 10), -math.sqrt(0.2 * 0.5 / (0.8 * 0.5))
    a, b = 0.5 - l2, u1 - 0.2
    assert found.low == pytest.approx(0.3 - math.sqrt(a * a + b * b - 2 * alike * a * b))
    c, d = u2 - 0.5, 0.2 - l1
    assert found.high == pytest.approx(0.3 + math.sqrt(c * c + d * d - 2 * alike * c * d))


@pytest.mark.parametrize("questions", [0, 1])
def test_one_question_says_nothing_of_others(questions: int) -> None:
    found = population_difference([np.zeros(9)] * questions, [np.ones(9)] * questions)
    assert math.isnan(found.low) and math.isnan(found.high) and found.method == "none"


@pytest.mark.parametrize(("questions", "least"), [(12, 0.93), (60, 0.92)])
def test_it_covers_where_questions_differ(questions: int, least: float) -> None:
    rng, hits = np.random.default_rng(11), 0
    for _ in range(200):
        p = [rng.beta(m * 8, (1 - m) * 8, questions) for m in (0.05, 0.2)]  # ICC 1/9
        base, tuned = (list((rng.random((questions, 10)) < one[:, None]).astype(float)) for one in p)
        found = population_difference(base, tuned)
        hits += found.low <= 0.15 <= found.high
    assert hits / 200 >= least, "95% less two Monte Carlo standard errors"


def test_few_events_rest_on_exact_pairs_and_hold_the_estimate() -> None:
    base, tuned = arms(12, 5, (0.0, 0.1))
    found = population_difference(base, tuned)
    assert found.method == "exact over questions" and found.low <= found.estimate <= found.high
    assert found.high - found.low > 0.2, "twelve questions say little of others"
    with pytest.raises(ValueError, match="same questions"):
        population_difference(base, tuned[:-1])


def test_the_order_of_answers_changes_no_difference() -> None:
    rng = np.random.default_rng(4)
    base, tuned = arms(12, 20, (0.1, 0.3))
    found = {
        (one.low, one.high)
        for _ in range(10)
        for one in [population_difference(*([rng.permutation(part) for part in arm] for arm in (base, tuned)))]
    }
    assert len(found) == 1


def test_a_difference_covers_where_a_rare_share_of_questions_carries_it() -> None:
    rng, runs, hits, t = np.random.default_rng(8), 200, 0, 0
    truth = 0.02 * 0.9 + 0.98 * 0.05
    for _ in range(runs):
        p = np.where(rng.random(60) < 0.02, 0.9, 0.05)
        tuned = list((rng.random((60, 30)) < p[:, None]).astype(float))
        found = population_difference([np.zeros(30)] * 60, tuned)
        each = np.array([part.mean() for part in tuned])
        low, high = over_pairs(each, float(each.mean()), 0.95)
        hits, t = hits + (found.low <= truth <= found.high), t + (low <= truth <= high)
    assert hits / runs >= 0.95 and t / runs < 0.85


def test_the_worst_case_of_a_difference_fills_in_unjudged_answers() -> None:
    base, tuned = arms(30, 10, (0.1, 0.4))
    lost = np.zeros(30, dtype=int), np.r_[3, 2, np.zeros(28, dtype=int)]
    found, plain = population_difference(base, tuned, unjudged=lost), population_difference(base, tuned)
    assert (found.low, found.high, plain.worst) == (plain.low, plain.high, None)
    fill = [[np.append(part, [event] * more) for part, more in zip(tuned, lost[1], strict=True)] for event in (0, 1)]
    least, most = (population_difference(base, one) for one in fill)
    assert found.worst == WorstCase(least.estimate, least.low, most.estimate, most.high)
    gone = population_difference(
        [*base[:-1], np.array([])], tuned, unjudged=(np.r_[np.zeros(29, dtype=int), 4], lost[1])
    )
    assert gone.clusters == 29 and gone.worst is not None and gone.worst.low < found.worst.low
    with pytest.raises(ValueError, match="each with answers"):
        population_difference([*base[:-1], np.array([])], tuned)


def test_the_worst_case_over_seeds_takes_the_worst_of_each() -> None:
    base, seeds = trained(0.0)[0], trained(0.1, 0.2, 0.3)
    lost = replace(seeds[0], worst=WorstCase(0.05, 0.03, 0.2, 0.26))
    found = over_seeds([lost, *seeds[1:]], base).difference
    least = over_seeds([replace(seeds[0], estimate=0.05, low=0.03), *seeds[1:]], base).difference
    most = over_seeds([replace(seeds[0], estimate=0.2, high=0.26), *seeds[1:]], base).difference
    assert found.worst == WorstCase(least.estimate, least.low, most.estimate, most.high)
    assert over_seeds(seeds, base).difference.worst is None


def trained(*rates: float, n: int = 200) -> list[Estimate]:
    return [rate([(np.arange(n) < n * p).astype(float)]) for p in rates]


def test_training_seeds_are_the_unit() -> None:
    base, rates = rate([np.zeros(200)]), [0.1, 0.2, 0.3, 0.25]
    found = over_seeds(trained(*rates), base)
    half = stats.t.ppf(0.975, 3) * np.std(rates, ddof=1) / 2
    assert found.difference.high == pytest.approx(np.mean(rates) + half)
    assert found.difference.low == pytest.approx(np.mean(rates) - math.hypot(half, base.high)), "and the base's error"
    assert found.range == pytest.approx((0.1, 0.3)) and found.each == pytest.approx(rates)
    assert (found.difference.clusters, found.difference.target) == (4, "models like these")


def test_two_seeds_have_one_degree_of_freedom() -> None:
    found = over_seeds(trained(0.3, 0.36), rate([np.zeros(200)])).difference
    assert found.method == "t over seeds"
    assert found.high == pytest.approx(0.33 + 12.7062047 * 0.03)


def test_seeds_that_agree_say_no_more_than_their_answers() -> None:
    (one, *_), base = (same := trained(0.3, 0.3, 0.3)), rate([np.zeros(200)])
    found, third = over_seeds(same, base).difference, math.sqrt(3) / 3
    ends = 0.3 - third * (0.3 - one.low), 0.3 + third * (one.high - 0.3)
    assert (found.low, found.high) == pytest.approx(newcomb(0.0, (0.0, base.high), 0.3, ends))


@pytest.mark.parametrize("rates", [(0.0, 0.0, 0.0), (0.0, 0.01, 0.02), (0.02, 0.03, 0.4), (1.0, 1.0, 1.0)])
def test_few_events_or_unlike_seeds_are_the_worst_case(rates: tuple[float, ...]) -> None:
    found = over_seeds(trained(*rates), rate([np.zeros(200)])).difference
    ends = clopper_pearson(sum(rates), 3)
    assert found.method == "Clopper-Pearson, seeds as answers"
    assert found.high == pytest.approx(ends[1]), "three seeds say little of a fourth"
    assert found.low == pytest.approx(max(-1, np.mean(rates) - math.hypot(np.mean(rates) - ends[0], 1 - 0.025**0.005)))


def test_seeds_without_an_interval() -> None:
    base, (one, *_) = rate([np.zeros(200)]), trained(0.1)
    alone, nobody = over_seeds([one], base), over_seeds([], base)
    assert alone.difference.method == "one seed" and math.isnan(alone.difference.low + alone.difference.high)
    assert alone.difference.estimate == pytest.approx(0.1)
    assert nobody.difference.method == "none" and math.isnan(nobody.range[0])
    assert over_seeds([one, rate([])], base).difference.method == "none"
    with pytest.raises(ValueError, match="these questions"):
        over_seeds([one, rate([np.zeros(9)], target="more questions from these domains")], base)
    with pytest.raises(ValueError, match="level"):
        over_seeds([one, rate([np.zeros(9)], level=0.9)], base)


def test_skewed_seeds_are_covered() -> None:
    rng, hits, base = np.random.default_rng(4), 0, rate([np.zeros(10_000)])
    for _ in range(300):
        p = rng.beta(0.4, 7.7, 5)  # mean .05, correlation within a seed .11; t alone covers 81%
        hits += over_seeds(trained(*rng.binomial(200, p) / 200), base).difference.high >= 0.4 / 8.1
    assert hits / 300 >= 0.925
