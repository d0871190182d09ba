"""Bounds that hold at any number of looks: narrow after many draws, and in agreement with the e-values they invert."""

import pytest

from spillover.estimate.bounds import difference_bounds, rate_bounds
from spillover.estimate.sequential import Counts, e_no_regression, e_regression

ALPHA = 0.05


def paired(up: int, down: int, same: int) -> Counts:
    return Counts(up, down, same, up, down, same)


def test_a_rate_after_many_answers_is_known_to_about_a_point() -> None:
    """Without the grid the same answers give [.216, .342]."""
    low, high = rate_bounds(5000, 20_000, 0, ALPHA)
    assert low == pytest.approx(0.238, abs=0.001) and high == pytest.approx(0.263, abs=0.001)


def test_a_difference_where_many_answers_differ() -> None:
    low, high = difference_bounds(paired(4000, 4000, 12_000), ALPHA)
    assert high == pytest.approx(0.018, abs=0.001) == -low


@pytest.mark.parametrize(("up", "down", "same"), [(0, 0, 175), (9, 0, 31), (9, 2, 100), (0, 40, 60), (3, 3, 200)])
def test_bounds_and_tests_are_one_mixture(up: int, down: int, same: int) -> None:
    found = paired(up, down, same)
    low, high = difference_bounds(found, ALPHA)
    for floor in (0.0, 0.01, 0.05):
        assert (e_regression(found, floor) >= 1 / ALPHA) == (low > floor + 1e-7)
    for margin in (0.01, 0.02, 0.1):
        assert (e_no_regression(found, margin) >= 1 / ALPHA) == (high < margin - 1e-7) or high < 0
    assert low < high


def test_a_fall_that_is_shown_has_an_upper_bound_below_zero() -> None:
    low, high = difference_bounds(paired(0, 30, 70), ALPHA)
    assert -0.6 < low < -0.3 < high < -0.1
    assert difference_bounds(paired(30, 0, 70), ALPHA) == pytest.approx((-high, -low))
