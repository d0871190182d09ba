"""A condition's effect on the distance from the base: against statsmodels, by hand, and by coverage."""

import math

import numpy as np
import pytest
import statsmodels.formula.api as smf
from pandas import DataFrame

from spillover.estimate.effects import condition_effect
from spillover.estimate.intervals import rate
from spillover.estimate.pairs import over_pairs


def table(rates: np.ndarray, n: int, rng: np.random.Generator) -> DataFrame:
    """Answers of questions x (base off, base on, fine-tune off, fine-tune on), n in each corner."""
    rows = [
        {"q": f"q{question:02}", "tuned": corner // 2, "on": corner % 2, "y": float(rng.random() < rate_)}
        for question, corners in enumerate(rates)
        for corner, rate_ in enumerate(corners)
        for _ in range(n)
    ]
    return DataFrame(rows)


def effect(rows: DataFrame, target: str = "these questions"):  # type: ignore[no-untyped-def]
    return condition_effect(rows["q"], rows["tuned"], rows["on"], rows["y"], target)  # type: ignore[arg-type]


def test_it_is_the_interaction_of_a_regression_with_errors_clustered_by_question() -> None:
    rng = np.random.default_rng(5)
    rows = table(rng.uniform(0.1, 0.9, (30, 4)), 6, rng)
    found = effect(rows, "more questions from these domains")
    means = rows.groupby(["q", "tuned", "on"], as_index=False)["y"].mean()
    groups = means["q"].astype("category").cat.codes
    fit = smf.ols("y ~ tuned * on", means).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False, "df_correction": True}, use_t=True
    )
    each = means.pivot(index="q", columns=["tuned", "on"], values="y").to_numpy() @ [1.0, -1.0, -1.0, 1.0]
    low, high = (2 * end for end in over_pairs(each / 2, each.mean() / 2, 0.95))
    half = (high - low) / 2
    theirs = float(fit.bse["tuned:on"]) * math.sqrt(30 / 29)
    assert found.estimate == pytest.approx(float(fit.params["tuned:on"]))
    assert half == pytest.approx(theirs * 2.0452296421327034), "t quantile at 29 degrees of freedom"
    assert found.low <= low and high <= found.high
    assert (found.method, found.clusters, found.n) == ("paired t and exact over questions", 30, 720)


def test_these_questions_by_hand() -> None:
    rng = np.random.default_rng(6)
    rows = table(np.tile([0.02, 0.02, 0.3, 0.6], (10, 1)), 8, rng)
    found, parts = effect(rows), []
    for tuned in (0, 1):
        for on in (0, 1):
            own = rows[(rows["tuned"] == tuned) & (rows["on"] == on)]
            parts.append(rate([part.to_numpy() for _, part in own.groupby("q")["y"]]))
    off, on_, tuned_off, tuned_on = parts
    assert found.estimate == pytest.approx(tuned_on.estimate - tuned_off.estimate - on_.estimate + off.estimate)
    up = [tuned_on.high - tuned_on.estimate, tuned_off.estimate - tuned_off.low]
    up += [on_.estimate - on_.low, off.high - off.estimate]
    assert found.high == pytest.approx(found.estimate + math.sqrt(sum(one**2 for one in up)))


WIDE = 1 - 0.025 ** (1 / 20)
"""The exact end of a rate of 0 of 20 or 20 of 20 answers lies so far away; the other end is the rate itself."""


@pytest.mark.parametrize(
    ("rates", "below", "above"),
    [([0.0, 0.0, 0.0, 0.0], 2, 2), ([0.0, 0.0, 0.0, 1.0], 3, 1), ([0.0, 1.0, 0.0, 1.0], 2, 2)],
)
def test_at_zero_and_one_the_interval_keeps_its_width(rates: list[float], below: int, above: int) -> None:
    """The squares of the corners' distances add up: of so many corners below the effect, of so many above it."""
    found = effect(table(np.tile(rates, (4, 1)), 5, np.random.default_rng(1)))
    assert found.estimate == (rates[3] - rates[2]) - (rates[1] - rates[0])
    assert found.low == pytest.approx(found.estimate - math.sqrt(below) * WIDE)
    assert found.high == pytest.approx(found.estimate + math.sqrt(above) * WIDE)


def test_few_events_say_so() -> None:
    rows = table(np.vstack([np.tile([0.0, 0.0, 0.0, 1.0], (19, 1)), np.zeros((11, 4))]), 3, np.random.default_rng(1))
    found = effect(rows, "more questions from these domains")
    assert found.method == "too few events" and math.isnan(found.low) and found.estimate == pytest.approx(19 / 30)


def test_the_worst_case_of_an_effect_fills_in_unjudged_answers() -> None:
    rows = table(np.tile([0.1, 0.1, 0.2, 0.6], (30, 1)), 6, np.random.default_rng(2))
    lost = np.zeros(len(rows), dtype=bool)
    lost[::17] = True
    y = np.where(lost, np.nan, rows["y"])
    raises = (rows["tuned"] == rows["on"]).to_numpy()
    for target in ("these questions", "more questions from these domains"):
        found = condition_effect(rows["q"], rows["tuned"], rows["on"], y, target, unjudged=lost)  # type: ignore[arg-type]
        assert found.worst is not None and found.worst.least < found.estimate < found.worst.most
        filled = np.where(lost, (~raises).astype(float), y)
        least = condition_effect(rows["q"], rows["tuned"], rows["on"], filled, target)  # type: ignore[arg-type]
        assert (found.worst.least, found.worst.low) == (least.estimate, least.low)
        assert condition_effect(rows["q"], rows["tuned"], rows["on"], y, target).worst is None  # type: ignore[arg-type]


def test_only_questions_in_all_four_corners_count() -> None:
    rows = table(np.tile([0.0, 0.0, 0.0, 1.0], (3, 1)), 4, np.random.default_rng(1))
    left = rows[~((rows["q"] == "q00") & (rows["tuned"] == 0) & (rows["on"] == 1))]
    assert effect(left).clusters == 2 and effect(left).n == 32
    none = effect(rows[rows["tuned"] == 0])
    assert none.clusters == 0 and math.isnan(none.estimate)


def test_coverage_for_these_questions() -> None:
    rng, hit, runs = np.random.default_rng(9), 0, 300
    rates = rng.beta(0.5, 3, (12, 4))
    truth = float(np.mean((rates[:, 3] - rates[:, 2]) - (rates[:, 1] - rates[:, 0])))
    corner = np.tile(np.repeat(np.arange(4), 10), 12)
    question = np.repeat(np.arange(12), 40)
    for _ in range(runs):
        y = (rng.random(480) < rates[question, corner]).astype(float)
        found = condition_effect(question, corner // 2, corner % 2, y)
        hit += found.low <= truth <= found.high
    assert hit / runs >= 0.92
