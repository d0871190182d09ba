"""Each reported quantity is what its definition says."""

import math

import pytest

from spillover.estimate import RATES, estimate_mean, estimate_rate, estimate_rate_by_question, threshold_curve

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
