"""Intervals against statsmodels, closed forms and brute force."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from spillover.estimate.binomial import clopper_pearson, newcomb, upper_at_zero, wilson

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

CASES = [(0, 684), (1, 2125), (8, 2026), (9, 30), (30, 30), (151, 667), (167, 665)]


@pytest.mark.parametrize(("events", "n"), CASES)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_one_proportion_agrees_with_statsmodels(events: int, n: int, level: float) -> None:
    assert clopper_pearson(events, n, level) == pytest.approx(proportion_confint(events, n, 1 - level, "beta"))
    assert wilson(events, n, level) == pytest.approx(proportion_confint(events, n, 1 - level, "wilson"), abs=1e-12)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2"), [(0, 684, 167, 665), (8, 2026, 1, 2125), (5, 20, 9, 25)])
def test_difference_agrees_with_statsmodels(x1: int, n1: int, x2: int, n2: int) -> None:
    ours = newcomb(x1 / n1, wilson(x1, n1), x2 / n2, wilson(x2, n2))
    theirs = confint_proportions_2indep(x2, n2, x1, n1, compare="diff", method="newcomb")
    assert ours == pytest.approx(theirs, abs=1e-12)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.sampled_from([0.01, 0.025, 0.05]))
def test_pooled_bound_at_zero_has_a_closed_form(n: list[int], alpha: float) -> None:
    counts = np.array(n)
    assert upper_at_zero(counts, counts / counts.sum(), alpha) == pytest.approx(1 - alpha ** (1 / sum(n)), rel=1e-9)


@pytest.mark.parametrize("n", [[1, 100], [90, 100], [5, 30, 30, 200], [3, 3, 3]])
def test_bound_at_zero_is_the_worst_case(n: list[int]) -> None:
    counts, alpha = np.array(n, dtype=float), 0.05
    found = minimize(
        lambda p: -p.mean(),
        np.full(len(n), 0.01),
        bounds=[(0, 1 - 1e-9)] * len(n),
        constraints={"type": "ineq", "fun": lambda p: np.sum(counts * np.log1p(-p)) - math.log(alpha)},
    )
    assert upper_at_zero(counts, alpha=alpha) == pytest.approx(-found.fun, abs=2e-5)


def test_bound_of_the_recorded_base() -> None:
    assert upper_at_zero([684]) == pytest.approx(1 - 0.05 ** (1 / 684))


@pytest.mark.parametrize(("events", "n"), [(-1, 5), (6, 5), (0, 0), (math.nan, 5)])
def test_impossible_counts_are_refused(events: float, n: float) -> None:
    with pytest.raises(ValueError, match="events"):
        wilson(events, n)
    with pytest.raises(ValueError, match="events"):
        clopper_pearson(events, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_impossible_levels_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        wilson(1, 5, level)
