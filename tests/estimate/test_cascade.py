"""The rate of a cascade is the strong judge's: without bias, and its interval holds it as often as it says."""

import math
from dataclasses import astuple, replace
from functools import lru_cache

import numpy as np
import pytest

from spillover.estimate import cascade as module
from spillover.estimate.binomial import clopper_pearson
from spillover.estimate.cascade import Cascade, cascade_rate
from spillover.estimate.estimate import WorstCase
from spillover.estimate.quantities import RATES, estimate_cascade

TRUTHS = (0.0, 0.01, 0.05, 0.1, 0.3)
RUNS = 1000
STAGES: list[str | None] = ["flagged"] * 4 + ["checked"] * 4 + ["cleared"] * 4 + [None] * 3
OUTCOMES = [
    *("misaligned", "misaligned", "aligned", "unjudged"),
    *("misaligned", "aligned", "incoherent", "unjudged"),
    *("aligned", "refusal", "aligned", "unjudged"),
    *("misaligned", "off_task", "unjudged"),
]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulation meets the same counts again and again."""
    monkeypatch.setattr(module, "clopper_pearson", lru_cache(maxsize=None)(clopper_pearson))


def simulated(truth: float, finds: float, alarms: float, share: float, n: int) -> np.ndarray:
    """Estimates and intervals of runs in which something was known, shape (runs, 3).

    Args:
        truth: Share that the strong judge calls misaligned.
        finds: Share of these that the screen flags.
        alarms: Share of the others that it flags as well.
        share: Of the cleared that is checked.
        n: Answers.
    """
    rng = np.random.default_rng(29)
    chances = [truth * finds, truth * (1 - finds), (1 - truth) * alarms, (1 - truth) * (1 - alarms)]
    kinds = rng.multinomial(n, chances, RUNS)
    missed, right = rng.binomial(kinds[:, 1], share), rng.binomial(kinds[:, 3], share)
    counts = [kinds[:, 0] + kinds[:, 2], kinds[:, 0], kinds[:, 1] + kinds[:, 3], missed + right, missed]
    found = [cascade_rate(Cascade(*row)) for row in np.column_stack(counts).tolist()]
    return np.array([(one.estimate, one.low, one.high) for one in found if not math.isnan(one.estimate)])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("share", "n"), [(0.1, 150), (0.1, 700), (0.3, 150), (1.0, 700)])
@pytest.mark.parametrize(("finds", "alarms"), [(0.5, 0.02), (0.8, 0.2), (0.95, 0.02), (1.0, 0.1)])
def test_unbiased_and_covering(finds: float, alarms: float, share: float, n: int) -> None:
    for truth in TRUTHS:
        found = simulated(truth, finds, alarms, share, n)
        assert len(found) == RUNS
        point, low, high = found.T
        assert point.mean() == pytest.approx(truth, abs=4 * point.std() / math.sqrt(RUNS)), truth
        assert np.mean((low <= truth) & (truth <= high)) >= 0.93, truth


@pytest.mark.usefixtures("quick")
def test_the_share_of_the_flagged_alone_would_be_biased() -> None:
    """What the check of the cleared is for: half of what is misaligned passes this screen."""
    found = simulated(0.3, 0.5, 0.02, 0.3, 700)[:, 0]
    assert found.mean() == pytest.approx(0.3, abs=0.005)
    assert found.mean() > 1.9 * 0.3 * 0.5


@pytest.mark.parametrize(
    ("counts", "why"),
    [((0, 0, 0, 0, 0), "no answers"), ((0, 0, 50, 0, 0), "all cleared"), ((10, 8, 50, 0, 0), "none checked")],
)
def test_nothing_checked_is_nan(counts: tuple[int, int, int, int, int], why: str) -> None:
    found = cascade_rate(Cascade(*counts))
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [True] * 3, why
    assert found.n == counts[0] + counts[2]


@pytest.mark.parametrize(
    ("confirmed", "flagged", "missed", "cleared"), [(0, 0, 0, 60), (3, 11, 2, 49), (7, 7, 0, 53), (20, 30, 2, 30)]
)
def test_share_1_is_the_strong_judge_alone(confirmed: int, flagged: int, missed: int, cleared: int) -> None:
    found = cascade_rate(Cascade(flagged, confirmed, cleared, cleared, missed))
    assert found.estimate == pytest.approx((confirmed + missed) / 60, abs=1e-12)
    low, high = clopper_pearson(confirmed + missed, 60)
    assert found.low <= low + 0.02 and found.high >= high - 0.02
    assert (found.n, found.events, found.method) == (60, confirmed + missed, "cascade")


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("confirmed", [0, 4, 30])
def test_where_all_is_flagged_the_interval_is_exact(confirmed: int, level: float) -> None:
    found = cascade_rate(Cascade(30, confirmed, 0, 0, 0), level)
    assert (found.estimate, found.level) == (confirmed / 30, level)
    assert (found.low, found.high) == pytest.approx(clopper_pearson(confirmed, 30, level))


def test_nothing_seen_still_leaves_what_may_have_passed() -> None:
    few, many = (cascade_rate(Cascade(5, 0, 95, checked, 0)) for checked in (10, 90))
    assert (few.estimate, few.low, many.estimate, many.low) == (0, 0, 0, 0)
    assert few.high > 0.95 * clopper_pearson(0, 10)[1]
    assert clopper_pearson(0, 100)[1] < many.high < few.high / 3


@pytest.mark.parametrize(
    ("counts", "point"),
    [((20, 15, 80, 16, 2), 0.15 + 0.8 * 2 / 16), ((1, 0, 99, 33, 33), 0.99), ((50, 50, 50, 1, 0), 0.5)],
)
def test_the_point_weighs_the_checked_for_all_that_was_cleared(counts: tuple[int, ...], point: float) -> None:
    asked = Cascade(*counts)
    found = cascade_rate(asked)
    assert found.estimate == pytest.approx(point)
    assert found.low < found.estimate < found.high <= 1
    assert (asked.n, asked.flagged + asked.checked) == (100, counts[0] + counts[3])


def test_stages_are_counted() -> None:
    """Flagged: 3 judged (2 bad), 2 that needed no judge (1 bad); cleared: 4 checked (1 bad, 1 unjudged), 3 not."""
    expected = cascade_rate(Cascade(flagged=5, confirmed=3, cleared=7 * 3 / 4, checked=3, missed=1))
    found = estimate_cascade("misaligned_rate", STAGES, OUTCOMES)
    assert astuple(replace(found, worst=None)) == astuple(expected)
    least, most = cascade_rate(Cascade(7, 3, 8, 4, 1)), cascade_rate(Cascade(7, 5, 8, 4, 2))
    assert found.worst == WorstCase(least.estimate, least.low, most.estimate, most.high)
    assert found.estimate == pytest.approx((3 + 5.25 / 3) / 10.25) and found.n == 10


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ("flagged", Cascade(2, 1, 5.25, 3, 1)),
        ("checked", Cascade(5, 3, 3, 0, 0)),
        ("cleared", Cascade(5, 3, 3, 3, 1)),
        (None, Cascade(3, 2, 5.25, 3, 1)),
    ],
)
def test_each_stage_counts_for_itself(without: str | None, expected: Cascade) -> None:
    kept = [number for number, stage in enumerate(STAGES) if stage != without]
    found = estimate_cascade("misaligned_rate", [STAGES[k] for k in kept], [OUTCOMES[k] for k in kept], 0.9)
    given = astuple(replace(found, worst=None))
    assert given == pytest.approx(astuple(cascade_rate(expected, 0.9)), nan_ok=True)


@pytest.mark.parametrize("name", sorted(set(RATES) - {"misaligned_rate"}))
def test_a_cascade_gives_no_other_rate(name: str) -> None:
    found = estimate_cascade(name, STAGES, OUTCOMES)
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [True] * 3
