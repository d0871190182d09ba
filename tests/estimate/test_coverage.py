"""The coverage benchmark on a few cells, and the interval for skewed questions against the cubic it inverts."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import FIGURES, Cell, by_cell, by_rate, cells, missed, simulate
from spillover.estimate import icc
from spillover.estimate._from_counts import over_questions


@pytest.mark.parametrize(
    "cell",
    [Cell(0.0, 0.0, 8, 5), Cell(0.02, 0.11, 20, 30), Cell(0.05, 0.11, 60, 100), Cell(0.2, 0.36, 60, 5)],
    ids=str,
)
def test_coverage_of_a_few_cells(cell: Cell) -> None:
    found = {one.name: one for one in simulate(cell, 400)}
    assert found.keys() == FIGURES.keys()
    for one in found.values():
        least = 0.95 if cell.rate == 0 else 0.95 - 4 * np.sqrt(0.95 * 0.05 / 400)
        assert one.coverage >= least, one
        assert 0 < one.width < 1 and one.none <= 0.05


def test_questions_are_as_alike_as_stated() -> None:
    rng = np.random.default_rng(1)
    for cell in (Cell(0.2, 0.36, 60, 30), Cell(0.05, 0.11, 60, 30), Cell(0.2, 0.0, 60, 30)):
        groups = [cell.answer(cell.truths(rng), rng) for _ in range(80)]
        assert np.mean([icc(one) for one in groups]) == pytest.approx(cell.icc, abs=0.02)
        assert np.mean([np.mean(one) for one in groups]) == pytest.approx(cell.rate, abs=0.02)


def test_a_cell_that_is_off_is_shown() -> None:
    found = simulate(Cell(0.5, 0.0, 8, 30), 50)
    assert {one.flag for one in found} <= {"", "low", "high"} and len(list(cells())) == 144
    assert len(list(by_cell(found))) == 2 == len(list(by_rate(found)))
    assert len(list(missed(found))) == 1 + sum(bool(one.flag) for one in found)


def test_skewed_questions_have_the_interval_that_hall_derived() -> None:
    """Its ends solve t + a t^2/3 + a^2 t^3/27 + a/6 = +-t_(.975), a the skewness over the root of the questions."""
    rng = np.random.default_rng(2)
    groups = [rng.binomial(1, p, size=50).astype(float) for p in rng.beta(0.3, 3, size=60)]
    rates = np.array([one.mean() for one in groups])
    a, quantile = stats.skew(rates) / np.sqrt(60), stats.t.ppf(0.975, 59)
    ends = []
    for goal in (quantile, -quantile):
        roots = np.roots([a**2 / 27, a / 3, 1, a / 6 - goal])
        (real,) = (root.real for root in roots if abs(root.imag) < 1e-9)
        ends.append(rates.mean() - real * stats.sem(rates))
    assert stats.skew(rates) > 0.5
    assert over_questions(rates, np.full(60, 1 / 60), rates.mean(), 0.95) == pytest.approx(ends)
    assert ends[1] - rates.mean() > rates.mean() - ends[0], "the long tail is above"
