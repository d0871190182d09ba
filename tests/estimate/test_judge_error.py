"""Rates corrected for judge error: known cases, a derivation of their own, coverage."""

import math
from dataclasses import astuple, replace
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint

from spillover.estimate import judge_error as module
from spillover.estimate.binomial import clopper_pearson
from spillover.estimate.clusters import icc
from spillover.estimate.corrected import corrected_rate
from spillover.estimate.estimate import Estimate, WorstCase
from spillover.estimate.intervals import rate
from spillover.estimate.judge_error import JudgeErrors, prediction_powered_rate

METHOD = "Rogan-Gladen, MOVER, clustered errors"
RATES = (0.0, 0.02, 0.1, 0.3, 0.7)
Z = float(norm.ppf(0.975))


def apart(known: tuple[int, int, int, int]) -> np.ndarray:
    """Counts by question of a card whose every label is of a question of its own: errors there are independent."""
    hits, positives, clears, negatives = known
    rows = [[1, 1, 0, 0]] * hits + [[0, 1, 0, 0]] * (positives - hits)
    return np.array(rows + [[0, 0, 1, 1]] * clears + [[0, 0, 0, 1]] * (negatives - clears)).reshape(-1, 4)


def single(events: int, n: int, level: float = 0.95) -> Estimate:
    """A run with one answer to each question."""
    return rate([np.array([float(k < events)]) for k in range(n)], level=level)


def ends_of(errors: int, n: int, level: float) -> tuple[float, float]:
    """Interval of a rate of independent errors: of few Clopper & Pearson's, else Wilson's, with t for z."""
    worth = n * (norm.ppf((1 + level) / 2) / t.ppf((1 + level) / 2, n - 1)) ** 2
    method = "beta" if min(errors, n - errors) < 10 else "wilson"
    low, high = proportion_confint(errors * worth / n, worth, alpha=1 - level, method=method)
    return float(np.nan_to_num(low)), float(np.nan_to_num(high, nan=1.0))


def fieller(flagged: Estimate, known: tuple[int, int, int, int]) -> tuple[float, float]:
    """Ends in closed form: roots of (f - t s - (1 - t) a)^2 = F + (t S)^2 + ((1 - t) A)^2, Wilson's of statsmodels.

    For f above what the judge flags at a rate of 0 and below what it flags at 1, and labels of many.
    """
    hits, positives, clears, negatives = known
    sense, alarm = hits / positives, 1 - clears / negatives
    senses, alarms = ends_of(hits, positives, flagged.level), ends_of(negatives - clears, negatives, flagged.level)
    ends = []
    for side in (0, 1):
        own, of_sense, of_alarm = (
            flagged.estimate - (flagged.low, flagged.high)[side],
            sense - senses[1 - side],
            alarm - alarms[1 - side],
        )
        far, slope = flagged.estimate - alarm, sense - alarm
        roots = np.roots(
            [
                slope**2 - of_sense**2 - of_alarm**2,
                2 * of_alarm**2 - 2 * far * slope,
                far**2 - own**2 - of_alarm**2,
            ]
        )
        ends.append(float(roots.real[np.argsort(roots.real)][side]))
    return ends[0], ends[1]


def corrected(events: int, n: int, known: tuple[int, int, int, int], level: float = 0.95) -> Estimate:
    return corrected_rate(single(events, n, level), JudgeErrors(*known), apart(known))


def judged(events: int, n: int) -> Estimate:
    return Estimate(events / n, *clopper_pearson(events, n), 0.95, "Clopper-Pearson", "these questions", n, n, events)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulation meets the same counts again and again."""
    monkeypatch.setattr(module, "clopper_pearson", lru_cache(maxsize=None)(clopper_pearson))


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(("events", "n"), [(0, 40), (1, 690), (7, 60), (30, 100), (100, 100)])
def test_a_judge_known_to_be_perfect_leaves_what_it_says(events: int, n: int, level: float) -> None:
    alone, many = single(events, n, level), 10**6
    found = corrected_rate(alone, JudgeErrors(many, many, many, many), np.ones((many, 4)))  # type: ignore[arg-type]
    assert (found.estimate, found.low, found.high) == pytest.approx((alone.estimate, alone.low, alone.high), abs=1e-5)
    assert (found.level, found.n, found.clusters, found.method) == (level, n, n, METHOD)


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("share", [0.32, 0.4, 0.55])
@pytest.mark.parametrize("n", [200, 700])
@pytest.mark.parametrize("known", [(60, 100, 90, 100), (350, 400, 360, 400), (270, 310, 90, 100), (150, 200, 170, 200)])
def test_the_interval_is_the_closed_form(share: float, n: int, known: tuple[int, int, int, int], level: float) -> None:
    alone = single(round(share * n), n, level)
    found, (low, high) = corrected_rate(alone, JudgeErrors(*known), apart(known)), fieller(alone, known)
    assert (found.low, found.high) == pytest.approx((max(0.0, low), min(1.0, high)), abs=1e-9)
    assert found.low < found.estimate < found.high


@pytest.mark.parametrize("events", [0, 5, 30, 80, 100])
@pytest.mark.parametrize("known", [(18, 20, 19, 20), (52, 100, 50, 100), (20, 20, 20, 20), (300, 310, 21, 40)])
def test_rates_outside_the_interval_do_not_fit(events: int, known: tuple[int, int, int, int]) -> None:
    """A scan of all rates, each tested by itself; 52 hits and 50 clears of 100 are a judge next to chance."""
    alone, (hits, positives, clears, negatives) = judged(events, 100), known
    found = corrected_rate(alone, JudgeErrors(*known), apart(known))
    senses = np.array(ends_of(hits, positives, 0.95)) - hits / positives
    alarms = np.array(ends_of(negatives - clears, negatives, 0.95)) - (1 - clears / negatives)
    at = np.linspace(0, 1, 2001)
    beyond = alone.estimate - at * hits / positives - (1 - at) * (1 - clears / negatives)
    below = np.sqrt((alone.estimate - alone.low) ** 2 + (at * senses[1]) ** 2 + ((1 - at) * alarms[1]) ** 2)
    above = np.sqrt((alone.high - alone.estimate) ** 2 + (at * senses[0]) ** 2 + ((1 - at) * alarms[0]) ** 2)
    fits = at[(beyond - below <= 0) & (beyond + above >= 0)]
    if not len(fits):  # nothing is claimed, above all not [0, 0]
        assert np.isnan([found.estimate, found.low, found.high]).all()
    else:
        assert (found.low, found.high) == pytest.approx((fits.min(), fits.max()), abs=6e-4)


@pytest.mark.parametrize(
    ("events", "n", "known", "ends"),
    [
        (4060, 11284, (178, 179, 358, 359), (0.349, 0.372)),
        (259, 509, (84, 127, 96, 109), (0.58, 0.87)),
        (51, 509, (23, 41, 187, 195), (0.037, 0.195)),
    ],
)
def test_published_examples_are_near(
    events: int, n: int, known: tuple[int, int, int, int], ends: tuple[float, float]
) -> None:
    """Lang & Reiczigel (2014), examples 1 and 4 as the R package asht quotes them: another method, near ends."""
    found = corrected(events, n, known)
    assert (found.low, found.high) == pytest.approx(ends, abs=0.2 * (ends[1] - ends[0]))


def test_no_more_is_misaligned_than_a_judge_without_false_alarms_would_flag() -> None:
    """Example 2 of the same: specificity 20 of 20. Their upper end is .053, three times what was flagged."""
    found = corrected(51, 2971, (32, 33, 20, 20))
    most, least = proportion_confint(51, 2971, method="wilson")[1], proportion_confint(32, 33, method="wilson")[0]
    assert found.low == 0 and 51 / 2971 < found.high < most / least < 0.027


@pytest.mark.parametrize(
    ("events", "known", "point"),
    [
        (60, (90, 100, 80, 100), (0.3 - 0.2) / 0.7),
        (100, (40, 50, 99, 100), (0.5 - 0.01) / 0.79),
        (38, (90, 100, 80, 100), 0.0),
        (184, (90, 100, 80, 100), 1.0),
        (50, (60, 60, 60, 60), 0.25),
    ],
)
def test_the_point_is_rogan_gladen_within_0_and_1(events: int, known: tuple[int, int, int, int], point: float) -> None:
    assert corrected(events, 200, known).estimate == pytest.approx(point, abs=1e-12)


@pytest.mark.parametrize(
    ("events", "known", "why"),
    [
        (20, (20, 20, 20, 20), None),
        (20, (19, 19, 200, 200), "fewer than 20 labels of a kind"),
        (20, (200, 200, 19, 19), "fewer than 20 labels of a kind"),
        (20, (0, 0, 0, 0), "fewer than 20 labels of a kind"),
        (20, (50, 100, 50, 100), "the judge is no better than chance"),
        (20, (20, 100, 70, 100), "the judge is no better than chance"),
        (51, (51, 100, 50, 100), None),
        (20, (90, 100, 55, 100), "no rate fits what was flagged here"),
        (99, (60, 100, 99, 100), "no rate fits what was flagged here"),
    ],
)
def test_what_is_not_known_well_enough_is_not_corrected(
    events: int, known: tuple[int, int, int, int], why: str | None
) -> None:
    found = corrected(events, 100, known)
    assert found.method == (METHOD if why is None else f"not corrected: {why}")
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [why is not None] * 3


def test_a_card_that_does_not_count_by_question_corrects_nothing() -> None:
    known = JudgeErrors(90, 100, 97, 100)
    found = corrected_rate(judged(30, 100), known, None)
    assert found.method == "not corrected: the card does not count by question; calibrate again"
    several = rate([np.repeat([1.0, 0.0], [6, 14])] * 5)
    found = corrected_rate(several, known, apart((90, 100, 97, 100)))
    assert "no question of the card has two labels of a kind" in found.method and math.isnan(found.low)
    with pytest.raises(ValueError, match="add up"):
        corrected_rate(judged(30, 100), known, apart((90, 100, 96, 100)))


def test_a_rate_without_an_interval_is_not_corrected() -> None:
    pooled = rate([np.zeros(5), np.r_[1.0, np.zeros(30)]], "answers", "more questions from these domains")
    for one in (rate([]), pooled):
        found = corrected_rate(one, JudgeErrors(90, 100, 90, 100), apart((90, 100, 90, 100)))
        assert found.method == "not corrected: the judged rate has no interval"


def card_of(rng: np.random.Generator, questions: int, each: int, alike: float, se: float, sp: float) -> np.ndarray:
    """Counts by question of a card whose errors on one question are as alike as said; labels of both kinds on each."""
    hits, clears = (rng.binomial(each, drawn(rng, share, alike, questions)) for share in (se, sp))
    return np.column_stack([hits, np.full(questions, each), clears, np.full(questions, each)])


def drawn(rng: np.random.Generator, mean: float, alike: float, n: int) -> np.ndarray:
    both = 1 / alike - 1 if alike else 0
    return rng.beta(mean * both, (1 - mean) * both, n) if alike else np.full(n, mean)


def test_errors_alike_on_one_question_make_a_card_worth_less() -> None:
    """By hand: labels / (1 + (m - 1) ICC), ICC by `icc` of the single errors, with t for z; then a run of one each."""
    counts = card_of(np.random.default_rng(2), 40, 10, 0.3, 0.7, 0.75)
    hits, positives, clears, negatives = (int(one) for one in counts.sum(axis=0))
    found = corrected_rate(single(450, 1000), JudgeErrors(hits, positives, clears, negatives), counts.tolist())
    ends = []
    for column in (0, 2):
        values = [np.repeat([1.0, 0.0], [k, 10 - k]) for k in counts[:, column]]
        worth = 400 / (1 + 9 * icc(values)) * (Z / t.ppf(0.975, 39)) ** 2
        share = counts[:, column].sum() / 400
        ends.append((share, *proportion_confint(share * worth, worth, method="wilson")))
    (se, se_low, se_high), (sp, sp_low, sp_high) = ends
    flagged, low, high = 0.45, *proportion_confint(450, 1000, method="wilson")

    def beyond(at: float, side: int) -> float:
        own = (flagged - low, high - flagged)[side]
        of_se, of_alarm = ((se_high - se, sp - sp_low), (se - se_low, sp_high - sp))[side]
        far = math.sqrt(own**2 + (at * of_se) ** 2 + ((1 - at) * of_alarm) ** 2)
        return flagged - at * se - (1 - at) * (1 - sp) + (-far, far)[side]

    assert beyond(found.low, 0) == pytest.approx(0, abs=1e-9) and beyond(found.high, 1) == pytest.approx(0, abs=1e-9)
    independent = corrected(450, 1000, (hits, positives, clears, negatives))
    assert found.high - found.low > 1.3 * (independent.high - independent.low)


def test_the_run_s_own_questions_are_a_sample_of_errors_too() -> None:
    """With few questions of many answers the term for the run is what makes the interval wide."""
    counts = card_of(np.random.default_rng(3), 200, 10, 0.3, 0.8, 0.8)
    known = JudgeErrors(*(int(one) for one in counts.sum(axis=0)))
    few, many = ([np.repeat([1.0, 0.0], [4 * k, 6 * k])] * g for k, g in ((20, 8), (1, 160)))
    one, two = (corrected_rate(rate(groups), known, counts.tolist()) for groups in (few, many))
    assert rate(few).high - rate(few).low == pytest.approx(rate(many).high - rate(many).low, rel=0.02)
    assert one.high - one.low > 2 * (two.high - two.low)


@pytest.mark.parametrize("alike", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("truth", [0.05, 0.3])
def test_coverage_where_errors_are_alike(truth: float, alike: float) -> None:
    rng, runs, hits = np.random.default_rng(5), 150, 0
    for _ in range(runs):
        counts = card_of(rng, 20, 5, alike, 0.9, 0.97)
        q = truth * drawn(rng, 0.9, alike, 20) + (1 - truth) * (1 - drawn(rng, 0.97, alike, 20))
        run = rate(list((rng.random((20, 30)) < q[:, None]).astype(float)))
        found = corrected_rate(run, JudgeErrors(*(int(one) for one in counts.sum(axis=0))), counts.tolist())
        hits += found.low <= truth <= found.high
    assert hits / runs >= 0.93


def test_the_worst_case_is_corrected_too() -> None:
    counts = card_of(np.random.default_rng(3), 200, 10, 0.3, 0.8, 0.8)
    known = JudgeErrors(*(int(one) for one in counts.sum(axis=0)))
    plain = single(40, 100)
    found = corrected_rate(replace(plain, worst=WorstCase(0.38, 0.28, 0.5, 0.6)), known, counts.tolist())
    alone = corrected_rate(plain, known, counts.tolist())
    assert (found.low, found.high) == (alone.low, alone.high) and found.worst is not None
    assert found.worst.low < found.low < found.high < found.worst.high
    assert found.worst.least < found.estimate < found.worst.most and alone.worst is None


def test_the_interval_takes_over_what_is_known_of_the_questions() -> None:
    """Answers to unlike questions vary less than alike ones; more questions from these domains may vary more."""
    counts = np.tile([18, 20, 19, 20], (50, 1))
    known, unlike = JudgeErrors(900, 1000, 950, 1000), [np.repeat([1.0, 0.0], [k, 20 - k]) for k in (0, 20) * 15]
    alike = [np.tile([1.0, 0.0], 10)] * 30
    narrow, plain = (corrected_rate(rate(groups), known, counts.tolist()) for groups in (unlike, alike))
    wide = corrected_rate(rate(unlike, "probes", "more questions from these domains"), known, counts.tolist())
    assert plain.estimate == narrow.estimate and wide.target == "more questions from these domains"
    assert narrow.high - narrow.low < 0.7 * (plain.high - plain.low) < 0.5 * (wide.high - wide.low)


def test_shares_and_exact_intervals_of_a_judge() -> None:
    known = JudgeErrors(45, 50, 120, 150)
    assert (known.sensitivity, known.specificity) == (0.9, 0.8)
    expected = [proportion_confint(k, n, alpha=0.1, method="beta") for k, n in ((45, 50), (120, 150))]
    assert np.allclose(known.intervals(0.9), expected)
    nobody = JudgeErrors(0, 0, 0, 0)
    assert math.isnan(nobody.sensitivity) and math.isnan(nobody.specificity)
    assert nobody.intervals() == ((0.0, 1.0), (0.0, 1.0))
    assert tuple(known.as_dict().values()) == astuple(known)


@pytest.mark.heavy
@pytest.mark.parametrize(("positives", "negatives", "n"), [(20, 20, 100), (60, 300, 100), (300, 60, 700)])
@pytest.mark.parametrize(("se", "sp"), [(0.75, 0.9), (0.8, 0.75), (0.9, 0.97), (1.0, 1.0)])
def test_coverage_with_a_judge_known_from_labels(se: float, sp: float, positives: int, negatives: int, n: int) -> None:
    rng = np.random.default_rng(17)
    runs = 200
    for truth in RATES:
        called = rng.binomial(n, truth * se + (1 - truth) * (1 - sp), runs)
        hits, clears = rng.binomial(positives, se, runs), rng.binomial(negatives, sp, runs)
        draws, times = np.unique(np.column_stack([called, hits, clears]), axis=0, return_counts=True)
        covered = [
            (found := corrected(k, n, (h, positives, c, negatives))).low <= truth <= found.high
            for k, h, c in draws.tolist()
        ]
        assert np.sum(times * covered) / runs >= 0.93, truth


def labelled_runs(truth: float, judge: tuple[float, float], m: int, n: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and their intervals, shape (runs, 3), and how often each came; n answers, m of them labelled."""
    (se, sp), rng = judge, np.random.default_rng(19)
    chances = [truth * se, truth * (1 - se), (1 - truth) * (1 - sp), (1 - truth) * sp]
    labelled = rng.multinomial(m, chances, runs)
    called = labelled[:, 0] + labelled[:, 2] + rng.binomial(n - m, chances[0] + chances[2], runs)
    draws, times = np.unique(np.column_stack([called, labelled[:, 1:3]]), axis=0, return_counts=True)
    every = {called: judged(called, n) for called in set(draws[:, 0].tolist())}
    found = [prediction_powered_rate(every[k], up, down, m) for k, up, down in draws.tolist()]
    return np.array([(one.estimate, one.low, one.high) for one in found]), times


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("judge", [(0.7, 0.9), (0.9, 0.97), (1.0, 0.8), (1.0, 1.0)])
@pytest.mark.parametrize(("m", "n"), [(40, 400), (150, 700)])
def test_coverage_with_labels_of_the_run_itself(judge: tuple[float, float], m: int, n: int) -> None:
    for truth in RATES:
        found, times = labelled_runs(truth, judge, m, n, 1000)
        covered = (found[:, 1] <= truth) & (truth <= found[:, 2])
        assert np.sum(times * covered) / 1000 >= 0.93, truth


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("truth", "judge"), [(0.3, (0.6, 0.7)), (0.5, (0.7, 0.9)), (0.7, (0.9, 0.97)), (0.3, (1.0, 0.8))]
)
def test_labels_of_the_run_take_the_judge_s_bias_away(truth: float, judge: tuple[float, float]) -> None:
    found, times = labelled_runs(truth, judge, 150, 700, 2000)
    average = np.average(found[:, 0], weights=times)
    error = math.sqrt(np.average((found[:, 0] - average) ** 2, weights=times) / 2000)
    assert average == pytest.approx(truth, abs=4 * error)
    se, sp = judge
    assert abs(truth * se + (1 - truth) * (1 - sp) - truth) > 20 * error, "the judge alone is far off"


def test_without_labels_nothing_is_known() -> None:
    found = prediction_powered_rate(judged(30, 100), 0, 0, 0)
    assert [math.isnan(one) for one in (found.estimate, found.low, found.high)] == [True] * 3
    assert (found.method, found.n, found.clusters) == ("no labels", 100, 100)


@pytest.mark.parametrize(("events", "m"), [(0, 30), (0, 300), (50, 100), (500, 60)])
def test_labels_without_an_error_still_leave_doubt(events: int, m: int) -> None:
    alone = judged(events, 500)
    found = prediction_powered_rate(alone, 0, 0, m)
    assert found.estimate == alone.estimate
    slack = clopper_pearson(0, m)[1]
    expected = (
        max(0.0, alone.estimate - math.hypot(alone.estimate - alone.low, slack)),
        min(1.0, alone.estimate + math.hypot(alone.high - alone.estimate, slack)),
    )
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.high - found.low > slack


@pytest.mark.parametrize(
    ("missed", "false_alarms", "point"),
    [(6, 2, 0.2 + 0.06 - 0.02), (0, 5, 0.15), (0, 22, 0.0), (82, 0, 1.0)],
)
def test_the_point_adds_what_labels_say(missed: int, false_alarms: int, point: float) -> None:
    found = prediction_powered_rate(judged(100, 500), missed, false_alarms, 100)
    assert found.estimate == pytest.approx(point)
    assert found.low <= found.estimate <= found.high
    assert (found.method, found.target, found.n) == ("prediction-powered", "these questions", 500)


@pytest.mark.parametrize(("missed", "false_alarms"), [(9, 0), (0, 9), (7, 1)])
def test_each_end_is_as_far_as_what_could_move_it(missed: int, false_alarms: int) -> None:
    """Few missed could have been many more but not many fewer: the ends stand apart unevenly."""
    alone, m = judged(200, 500), 60
    (up_low, up_high), (down_low, down_high) = (clopper_pearson(k, m) for k in (missed, false_alarms))
    up, down = missed / m, false_alarms / m
    point = 0.4 + up - down
    below = np.linalg.norm([0.4 - alone.low, up - up_low, down_high - down])
    above = np.linalg.norm([alone.high - 0.4, up_high - up, down - down_low])
    found = prediction_powered_rate(alone, missed, false_alarms, m)
    assert (found.low, found.estimate, found.high) == pytest.approx((point - below, point, point + above))
    assert abs(above - below) > 0.002


BIG = pytest.mark.parametrize("chances", [(0.18, 0.02, 0.03, 0.77), (0.45, 0.05, 0.02, 0.48), (0.03, 0.01, 0.01, 0.95)])


def big(chances: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, Estimate]:
    """Labels and verdicts of 5,000 answers, verdicts of 100,000 others, and our estimate from them."""
    rng = np.random.default_rng(23)
    kinds = rng.choice(4, 5000, p=chances)
    labels, verdicts = np.isin(kinds, [0, 1]).astype(float), np.isin(kinds, [0, 2]).astype(float)
    others = rng.binomial(1, chances[0] + chances[2], 100_000).astype(float)
    counts = int(np.sum(kinds == 1)), int(np.sum(kinds == 2))
    return labels, verdicts, others, prediction_powered_rate(judged(int(others.sum()), 100_000), *counts, 5000)


@BIG
def test_many_labels_give_the_normal_interval(chances: tuple[float, ...]) -> None:
    labels, verdicts, others, found = big(chances)
    apart = labels - verdicts
    point = others.mean() + apart.mean()
    half = Z * math.sqrt(others.var() / len(others) + apart.var() / len(apart))
    assert found.estimate == pytest.approx(point)
    assert (found.low, found.high) == pytest.approx((point - half, point + half), abs=0.08 * half)


@BIG
def test_many_labels_agree_with_ppi_py(chances: tuple[float, ...]) -> None:
    ppi_py = pytest.importorskip("ppi_py", reason="ppi-python is not installed; the normal interval is tested above")
    labels, verdicts, others, found = big(chances)
    low, high = (float(end[0]) for end in ppi_py.ppi_mean_ci(labels, verdicts, others, alpha=0.05, lam=1))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.08 * (high - low) / 2)
