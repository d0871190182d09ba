"""Beyond what was asked: against scipy, brute force and closed forms."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from spillover.estimate import describes_only, over_seeds, population_difference, rate, sign_flip


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
    assert found.two_sided == pytest.approx(np.mean(np.abs(sums) >= near), abs=2e-4)
    assert found.differing == 9
    other = stats.permutation_test(
        (given,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="greater"
    )
    assert found.p == pytest.approx(other.pvalue, abs=1e-4)


def test_sign_flip_at_the_ends() -> None:
    assert sign_flip([0.0, 0.0]).p == 1.0
    assert sign_flip([0.1] * 20).p == pytest.approx(2.0**-20)
    assert sign_flip([-0.1] * 20).p == 1.0
    with pytest.raises(ValueError, match="finite"):
        sign_flip([0.1, float("nan")])


def test_many_questions_are_a_paired_t() -> None:
    base, tuned = arms(60, 20, (0.2, 0.4))
    found = population_difference(base, tuned)
    each = np.array([b.mean() - a.mean() for a, b in zip(base, tuned, strict=True)])
    told = stats.ttest_rel(each, np.zeros(60)).confidence_interval(0.95)
    assert found.method == "paired t over questions" and found.estimate == pytest.approx(each.mean())
    assert found.low <= told.low + 0.01 and found.high >= told.high - 0.01
    assert not describes_only(60) and describes_only(49)


def test_few_events_rest_on_one_pair_each_and_hold_the_estimate() -> None:
    base, tuned = arms(12, 5, (0.0, 0.1))
    found = population_difference(base, tuned)
    assert found.method == "exact, one pair each" and found.low <= found.estimate <= found.high
    assert found.high - found.low > 0.2, "twelve questions say little of others"
    with pytest.raises(ValueError, match="same questions"):
        population_difference(base, tuned[:-1])


def test_training_seeds_are_the_unit() -> None:
    base = rate([np.zeros(200)])
    rates = [0.1, 0.2, 0.3, 0.25]
    seeds = [rate([(np.arange(200) < 200 * p).astype(float)]) for p in rates]
    found = over_seeds(seeds, base)
    half = stats.t.ppf(0.975, 3) * np.std(rates, ddof=1) / 2
    assert found.difference.high == pytest.approx(np.mean(rates) + half)
    assert found.range == pytest.approx((0.1, 0.3)) and found.difference.clusters == 4
    alone = over_seeds(seeds[:1], base).difference
    assert alone.method == "one seed" and np.isnan(alone.low)
    never = over_seeds([base, base], base).difference
    assert never.high > 0.5, "two seeds without an event say little of a third"
