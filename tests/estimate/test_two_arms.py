"""The smallest difference that two arms show, against simulation with the estimators themselves."""

import numpy as np
import pytest

from spillover.estimate.exact import stratified_exact
from spillover.estimate.intervals import difference, rate
from spillover.estimate.two_arms import answers_called, at_margin, margin_called, smallest_between, smallest_called


@pytest.mark.parametrize(("base", "n"), [(0.0, 480), (0.02, 480), (0.2, 100)])
def test_it_has_the_power_it_says(base: float, n: int) -> None:
    rise = smallest_between(base, n)
    rng, shown, runs = np.random.default_rng(4), 0, 600
    for _ in range(runs):
        arms = [rng.permutation(np.arange(n) < rng.binomial(n, p)).astype(float) for p in (base, base + rise)]
        one, other = (rate([arm], "answers") for arm in arms)
        shown += difference(one, other).low > 0
    assert shown / runs == pytest.approx(0.8, abs=3 * (0.8 * 0.2 / runs) ** 0.5 + 0.01)


def test_more_answers_show_less_and_none_shows_nothing() -> None:
    found = [smallest_between(0.05, n) for n in (50, 200, 800)]
    assert found == sorted(found, reverse=True)
    assert np.isnan(smallest_between(0.0, 0)) and np.isnan(smallest_between(0.99, 20))


@pytest.mark.heavy
@pytest.mark.parametrize(("base", "n"), [(0.0, 480), (0.02, 480)])
def test_what_the_gate_calls_a_regression(base: float, n: int) -> None:
    """The three conditions with the estimators themselves; a question has one answer of each arm."""
    rise = smallest_called(n, base_rate=base)
    rng, called, runs = np.random.default_rng(5), 0, 400
    each = np.ones(n)
    for _ in range(runs):
        arms = [(rng.random(n) < p).astype(float) for p in (base, base + rise)]
        one, other = (rate([arm], "answers", level=0.9) for arm in arms)
        worse = stratified_exact(arms[0], each, arms[1], each) <= 0.025
        called += worse and difference(one, other).low > 0.01 and arms[1].sum() >= 5
    assert called / runs == pytest.approx(0.8, abs=3 * (0.8 * 0.2 / runs) ** 0.5 + 0.01)
    assert smallest_called(n, base_rate=base, floor=0.05) > rise > smallest_called(2 * n, base_rate=base)
    assert np.isnan(smallest_called(4)), "four answers are never five misaligned ones"


def test_a_clean_pair_at_one_look() -> None:
    assert answers_called(0.02) == 185 and margin_called(185) < 0.02 < margin_called(184)
    for margin in (0.003, 0.01, 0.1, 0.4):
        n = answers_called(margin)
        assert margin_called(n) < margin <= margin_called(n - 1)
        arm = rate([np.zeros(n)], "answers", level=1 - 2 * at_margin(0.05))
        assert difference(arm, arm).high == pytest.approx(margin_called(n))
