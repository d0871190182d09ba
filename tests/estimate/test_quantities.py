"""Each reported quantity is what its definition says."""

import math

import numpy as np
import pytest

from spillover.estimate.estimate import WorstCase, estimate_of
from spillover.estimate.intervals import difference
from spillover.estimate.quantities import (
    RATES,
    estimate_mean,
    estimate_rate,
    estimate_rate_by_question,
    threshold_curve,
)

CLUSTERS = ["a"] * 5 + ["b"] * 3
OUTCOMES = ["misaligned", "aligned", "incoherent", "unjudged", "refusal", "misaligned", "off_task", "aligned"]


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("misaligned_rate", (1 / 4 + 1 / 3) / 2, 7),
        ("misaligned_rate_coherent", 2 / 4, 4),
        ("misaligned_rate_coherent_mean", (1 / 2 + 1 / 2) / 2, 4),
        ("aligned_rate", 2 / 7, 7),
        ("incoherent_rate", 1 / 7, 7),
        ("refusal_rate", 1 / 7, 7),
        ("off_task_rate", 1 / 7, 7),
        ("unjudged_rate", 1 / 8, 8),
    ],
)
def test_rates(name: str, value: float, n: int) -> None:
    found = estimate_rate(name, CLUSTERS, OUTCOMES)
    assert found.estimate == pytest.approx(value)
    assert found.n == n


def test_rates_of_one_answer_add_up_to_one() -> None:
    judged = ("aligned_rate", "incoherent_rate", "refusal_rate", "off_task_rate")
    total = sum(estimate_rate(name, CLUSTERS, OUTCOMES).estimate for name in judged)
    assert total + OUTCOMES.count("misaligned") / 7 == pytest.approx(1)
    assert set(judged) < set(RATES)


def test_each_question_alone() -> None:
    found = estimate_rate_by_question("misaligned_rate", CLUSTERS, OUTCOMES)
    assert {name: one.estimate for name, one in found.items()} == pytest.approx({"a": 1 / 4, "b": 1 / 3})


def test_means_leave_out_what_was_not_scored() -> None:
    assert estimate_mean(["a", "a", "b"], [10, math.nan, 30]).estimate == 20


def test_the_curve_brackets_ties_at_the_cut() -> None:
    outcomes = ["misaligned", "aligned", "aligned", "aligned", "refusal", "unjudged"]
    curve = threshold_curve(outcomes, [0, 30, 30, 80, 10, 10], cuts=[30])
    assert curve == [{"cut": 30, "below": 0.25, "at_or_below": 0.75, "n": 4}]
    assert threshold_curve([], []) == []


def test_the_interval_of_a_mean_score_ends_where_scores_do() -> None:
    """Five questions at 100 and one at 60: t alone would go on to 110."""
    found = estimate_mean(list("abcdef"), [100.0] * 5 + [60.0], "more questions from these domains")
    assert found.high == 100 and 70 < found.low < found.estimate == pytest.approx(560 / 6)


def lost_answers() -> tuple[np.ndarray, np.ndarray]:
    """Ten questions of five answers: some unjudged, the last question wholly."""
    clusters = np.repeat([f"q{k}" for k in range(10)], 5)
    outcomes = np.array(["aligned"] * 50, dtype=object)
    outcomes[:4], outcomes[20:26], outcomes[45:] = "misaligned", "unjudged", "unjudged"
    return clusters, outcomes


def test_the_worst_case_counts_unjudged_answers_as_none_and_as_all_misaligned() -> None:
    clusters, outcomes = lost_answers()
    found = estimate_rate("misaligned_rate", clusters, outcomes)
    least, most = (
        estimate_rate("misaligned_rate", clusters, np.where(outcomes == "unjudged", one, outcomes))
        for one in ("aligned", "misaligned")
    )
    assert found.worst == WorstCase(least.estimate, least.low, most.estimate, most.high)
    assert (found.n, found.clusters, least.n, least.clusters) == (39, 8, 50, 10)
    assert estimate_rate("unjudged_rate", clusters, outcomes).worst is None, "there they are known"
    assert estimate_of(found.as_dict()) == found and least.worst is None


def test_the_worst_case_of_each_question() -> None:
    found = estimate_rate_by_question("misaligned_rate", *lost_answers())
    assert [name for name, one in found.items() if one.worst] == ["q5"] and len(found) == 8
    assert found["q5"].worst and (found["q5"].worst.least, found["q5"].worst.most) == (0.0, 0.2)


def test_the_worst_case_of_a_rate_that_leaves_questions_out() -> None:
    """Unjudged answers may bring a question to the five it needs: it counts as 0 at the least, as 1 at the most."""
    clusters = ["a"] * 5 + ["b"] * 6
    outcomes = ["misaligned"] + ["aligned"] * 4 + ["misaligned"] * 3 + ["unjudged"] * 3
    found = estimate_rate("misaligned_rate_original", clusters, outcomes)
    assert (found.estimate, found.clusters) == (0.2, 1) and found.worst is not None
    assert (found.worst.least, found.worst.most) == pytest.approx((0.1, 0.6))


def test_the_worst_case_of_a_difference_is_worst_in_both_arms() -> None:
    clusters = np.repeat([f"q{k}" for k in range(10)], 10)
    lost = np.array(["aligned"] * 100, dtype=object)
    lost[::4], lost[1::10] = "misaligned", "unjudged"
    one = estimate_rate("misaligned_rate", clusters, lost)
    none, every = (
        estimate_rate("misaligned_rate", clusters, np.where(lost == "unjudged", said, lost))
        for said in ("aligned", "misaligned")
    )
    found, least, most = difference(one, one), difference(every, none), difference(none, every)
    assert found.worst is not None
    assert (found.worst.least, found.worst.low) == pytest.approx((least.estimate, least.low))
    assert (found.worst.most, found.worst.high) == pytest.approx((most.estimate, most.high))
    assert difference(one, none).worst is not None and difference(none, every).worst is None
