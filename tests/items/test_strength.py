"""Shrunk strengths against closed forms, statsmodels and scipy."""

import numpy as np
import pytest
from scipy.stats import beta, betabinom

from spillover.items import base_log_odds, beta_prior, log_odds, predicted, shrunk


def balanced(items: int, organisms: int, seed: int, between: float = 1.0, noise: float = 0.5) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    item, organism = np.repeat(np.arange(items), organisms), np.tile(np.arange(organisms), items)
    true = rng.normal(0, np.sqrt(between), items)
    return rng.normal(size=organisms)[organism] + true[item] + rng.normal(0, np.sqrt(noise), len(item)), item, organism


def test_one_count_an_item_is_shrunk_as_normal_and_normal() -> None:
    odds = np.array([-3.0, -1.0, 0.5, 2.0])
    found = predicted(odds, np.full(4, 0.5), np.eye(4), np.ones((4, 1)), between=1.5, within=0.0)
    mean = odds.mean()
    assert found.strength == pytest.approx(mean + 1.5 / 2.0 * (odds - mean))
    # the mean is estimated too: its variance 2/4 is left in each error
    assert found.error**2 == pytest.approx(1.5 - 1.5**2 / 2.0 * (1 - 1 / 4))


def test_a_balanced_table_has_the_variances_of_its_analysis_of_variance() -> None:
    odds, item, organism = balanced(30, 6, 1)
    table = odds.reshape(30, 6)
    rows, columns = table.mean(1, keepdims=True), table.mean(0, keepdims=True)
    among = 6 * ((rows - table.mean()) ** 2).sum() / 29
    residual = ((table - rows - columns + table.mean()) ** 2).sum() / (29 * 5)
    known = 0.1
    found = shrunk(odds, np.full(len(odds), known), item, organism)
    assert found.within == pytest.approx(residual - known, rel=1e-2)
    assert found.between == pytest.approx((among - residual) / 6, rel=1e-2)
    share = found.between / (found.between + residual / 6)
    assert found.strength - table.mean() == pytest.approx((rows[:, 0] - table.mean()) * share, rel=1e-2, abs=1e-3)


def test_statsmodels_finds_the_same_where_its_model_fits() -> None:
    smf = pytest.importorskip("statsmodels.api")
    odds, item, organism = balanced(25, 5, 2)
    kept = (np.random.default_rng(3).random(len(odds)) < 0.7) | (organism == 0)
    odds, item, organism = odds[kept], item[kept], organism[kept]
    fitted = smf.MixedLM(odds, np.eye(5)[organism], groups=item).fit(reml=True)
    found = shrunk(odds, np.full(len(odds), 1e-6), item, organism)
    assert found.between == pytest.approx(float(np.asarray(fitted.cov_re)[0, 0]), rel=2e-2)
    assert found.within == pytest.approx(float(fitted.scale), rel=2e-2)
    own = np.array([float(np.asarray(fitted.random_effects[n])[0]) for n in range(25)])
    assert found.strength - found.strength.mean() == pytest.approx(own - own.mean(), abs=2e-2)


def test_an_organism_that_is_worse_on_all_it_was_asked_does_not_make_its_items_strong() -> None:
    odds = np.array([0.0, 1.0, 5.0, 6.0, 7.0])  # the second organism is worse by 5; items 0, 1 and 0, 1, 2
    found = predicted(odds, np.full(5, 0.1), np.eye(3)[[0, 1, 0, 1, 2]], np.eye(2)[[0, 0, 1, 1, 1]], 1.0, 0.0)
    assert np.diff(found.strength) == pytest.approx([1, 1], abs=0.15)


def test_log_odds_have_half_an_answer_on_each_side() -> None:
    odds, variance = log_odds([0, 5], [10, 10])
    assert odds == pytest.approx([np.log(0.5 / 10.5), 0]) and variance == pytest.approx([1 / 0.5 + 1 / 10.5, 2 / 5.5])


def test_the_prior_of_the_base_is_found_again_and_used_as_beta_and_binomial() -> None:
    asked = np.full(4000, 30.0)
    hits = betabinom.rvs(30, 0.05 * 20, 0.95 * 20, size=4000, random_state=4).astype(float)
    mean, worth = beta_prior(hits, asked)
    assert mean == pytest.approx(0.05, rel=0.05) and worth == pytest.approx(20, rel=0.15)
    rate = 1 / (1 + np.exp(-base_log_odds(hits, asked)))
    for n in range(5):
        exact = beta(worth * mean + hits[n], worth * (1 - mean) + 30 - hits[n]).mean()
        assert rate[n] == pytest.approx(exact)


def test_a_base_without_any_misaligned_answer_is_the_same_on_every_item() -> None:
    odds = base_log_odds([0, 0, 0], [30, 29, 0])
    assert odds == pytest.approx(np.log(0.5 / 59.5), abs=1e-4)
