"""The coverage benchmark on a few cells, and the interval for skewed questions against the cubic it inverts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import FIGURES, LEAST, MOST, Cell, by_cell, by_rate, cells, missed, simulate
from benchmarks.coverage_models import lines, rows, simulated
from spillover.estimate.by_question import over_questions
from spillover.estimate.clusters import icc


@pytest.mark.heavy
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


@pytest.mark.heavy
@pytest.mark.parametrize(
    "part",
    ["8 domains with effects of their own (ICC .1), 64", "2% of questions at .9, the rest at .05; 60",
     "ICC 0.9, rate 0.1", "ICC 0.3, card of 20 questions with 5 labels of each kind; 20",
     "30% of the misaligned", "labels at random"],
)  # fmt: skip
def test_harder_worlds_are_covered_as_claimed(part: str) -> None:
    """Twenty questions, errors alike on one of them, rare carriers, informative unjudged answers."""
    found = [row for row in rows() if part in row.world and row.claimed and not row.world.endswith("rate 0")]
    assert found
    for row in found[:2]:
        covered, width, none = simulated(row, 150)
        assert covered >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 150) and 0 < width < 1 and none == 0, row.world


def test_what_is_not_claimed_is_named_and_shown() -> None:
    """Without the worst case informative unjudged answers bias a rate: that is why it stands beside."""
    told = [row for row in rows() if not row.claimed]
    assert {row.figure for row in told} == {
        "new questions from new domains",
        "rate of the judged, these questions",
        "rate corrected by labels of this run",
    }
    bad = next(row for row in told if row.world.startswith("30% of the misaligned") and row.world.endswith("rate 0.2"))
    assert simulated(bad, 100)[0] < 0.6
    head, line = lines([bad], 20)
    assert head[-1] == "at least 93% claimed" and line[-1] == "no" and "!" not in line[2]


def test_questions_are_as_alike_as_stated() -> None:
    rng = np.random.default_rng(1)
    for cell in (Cell(0.2, 0.36, 60, 30), Cell(0.05, 0.11, 60, 30), Cell(0.2, 0.0, 60, 30)):
        groups = [cell.answer(cell.truths(rng), rng) for _ in range(80)]
        assert np.mean([icc(one) for one in groups]) == pytest.approx(cell.icc, abs=0.02)
        assert np.mean([np.mean(one) for one in groups]) == pytest.approx(cell.rate, abs=0.02)


def test_a_cell_that_is_off_is_shown() -> None:
    rate, *_ = (one for one in simulate(Cell(0.5, 0.0, 8, 30), 50) if one.name != "judged")
    sound = replace(rate, coverage=0.95, inexact=0.95, exact=0.0)
    low, high = replace(sound, coverage=LEAST - 0.001), replace(sound, inexact=MOST + 0.001)
    assert [one.flag for one in (sound, low, high)] == ["", "low", "high"]
    assert replace(sound, cell=replace(sound.cell, rate=0.0), coverage=0.949).flag == "low", "at 0 all are to be held"
    head, *shown = missed([sound, low, high])
    assert [row[-1] for row in shown] == ["too low", "too high"] and len(head) == len(shown[0])
    _, row = by_cell([sound, low, high])
    assert [one.endswith("!") for one in row[4:]] == [False, True, True]
    found = simulate(Cell(0.5, 0.0, 8, 30), 50)
    assert len(list(by_cell(found))) == 2 == len(list(by_rate(found))) and len(list(cells())) == 144


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
