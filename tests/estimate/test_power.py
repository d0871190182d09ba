"""What a design can see: against simulation of the rule itself, against enumeration, against statsmodels."""

import math

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import power_proportions_2indep

from spillover.estimate.expected import expected_draws
from spillover.estimate.family import Drawn, run_family
from spillover.estimate.power import (
    SHARE,
    draws_for_no_regression,
    regression_power,
    smallest_difference,
    smallest_difference_population,
    smallest_margin,
    ups_needed,
)
from spillover.estimate.sequential import Counts, count, e_no_regression, e_regression

MARGIN, FLOOR, ALPHA = 0.02, 0.01, 0.05


def said(base: np.ndarray, tuned: np.ndarray, alpha: float) -> str:
    """Whether one look at drawn outcomes says regression, through the code that reads outcomes."""
    words = np.array(["aligned", "misaligned"])
    pairs = zip(words[base.astype(int)], words[tuned.astype(int)], strict=True)
    counts = count((str(b), str(t)) for b, t in pairs)
    return "regression" if e_regression(counts, FLOOR) >= 1 / alpha and counts.flagged >= 5 else "cannot tell"


@pytest.mark.parametrize(("draws", "base", "tuned"), [(64, 0.0, 0.12), (128, 0.05, 0.2), (240, 0.0, 0.05)])
def test_power_is_how_often_the_rule_says_it(draws: int, base: float, tuned: float) -> None:
    rng, runs = np.random.default_rng(4), 800
    needed = ups_needed(draws, base_rate=base, alpha=ALPHA, floor=FLOOR)
    power = regression_power(needed, draws, base, tuned)
    drawn = ((rng.random(draws) < base, rng.random(draws) < tuned) for _ in range(runs))
    hit = sum(said(b, t, ALPHA * SHARE) == "regression" for b, t in drawn) / runs
    assert 0.2 < power < 0.99
    assert hit == pytest.approx(power, abs=3.5 * math.sqrt(power * (1 - power) / runs))


@pytest.mark.parametrize(("base", "tuned", "least"), [(0.3, 0.7, 5), (0.3, 0.7, 11), (0.5, 1.0, 12), (0.0, 0.6, 9)])
def test_power_against_every_table_one_by_one(base: float, tuned: float, least: int) -> None:
    """Twelve draws, all splits into (only base, only fine-tune, both, neither)."""
    n, total = 12, 0.0
    chances = (base * (1 - tuned), tuned * (1 - base), base * tuned, (1 - base) * (1 - tuned))
    for down in range(n + 1):
        for up in range(n + 1 - down):
            for both in range(n + 1 - down - up):
                split = (down, up, both, n - down - up - both)
                ways = math.factorial(n) / math.prod(math.factorial(one) for one in split)
                e = e_regression(Counts(up, down, n - up - down), FLOOR)
                if e >= 1 / (SHARE * ALPHA) and up + both >= least:
                    total += ways * math.prod(p**k for p, k in zip(chances, split, strict=True))
    needed = ups_needed(n, base_rate=base, alpha=ALPHA, floor=FLOOR)
    assert regression_power(needed, n, base, tuned, least) == pytest.approx(total)


@pytest.mark.parametrize(("draws", "base"), [(128, 0.0), (480, 0.0), (480, 0.02), (960, 0.1)])
def test_the_smallest_difference_is_where_the_power_is(draws: int, base: float) -> None:
    found = smallest_difference(draws, base_rate=base)
    needed = ups_needed(draws, base_rate=base, alpha=ALPHA, floor=FLOOR)
    assert regression_power(needed, draws, base, base + found) == pytest.approx(0.8, abs=1e-6)
    assert FLOOR < found < smallest_difference(draws // 2, base_rate=base) < 1


def test_without_misaligned_answers_of_the_base_it_is_one_binomial_tail() -> None:
    (least,) = ups_needed(480, base_rate=0.0, alpha=ALPHA, floor=FLOOR)
    assert e_regression(Counts(up=least, same=480 - least), FLOOR) >= 1 / (SHARE * ALPHA)
    assert e_regression(Counts(up=least - 1, same=481 - least), FLOOR) < 1 / (SHARE * ALPHA)
    assert binom.sf(least - 1, 480, smallest_difference(480)) == pytest.approx(0.8, abs=1e-6)


def test_too_few_draws_see_nothing() -> None:
    assert math.isnan(smallest_difference(4))
    assert smallest_difference(8, least_flagged=5) < 1
    assert math.isnan(smallest_difference(8, least_flagged=9))
    assert smallest_difference(10_000) == pytest.approx(FLOOR, abs=0.006)


@pytest.mark.parametrize(("margin", "alpha"), [(0.005, 0.05), (0.02, 0.05), (0.02, 0.01), (0.2, 0.05)])
def test_draws_of_a_clean_pair(margin: float, alpha: float) -> None:
    found = draws_for_no_regression(margin, alpha=alpha)
    looks = range(1, found + 1)
    decided = [n for n in looks if e_no_regression(Counts(same=n, same_lenient=n), margin) >= 1 / alpha]
    assert decided == [found]
    assert found >= math.log(1 / alpha) / -math.log(1 - margin), "1 - (1 - margin)^n: no test can do it sooner"
    assert smallest_margin(found, alpha=alpha) <= margin < smallest_margin(found - 1, alpha=alpha)


def test_the_stated_default_takes_175_draws() -> None:
    assert draws_for_no_regression(MARGIN) == 175


def test_the_share_of_the_pooled_comparison_is_what_closed_testing_leaves_it() -> None:
    """Named where .6 e makes up for 14 members with e-values near 1."""
    assert 0.6 * (1 / (SHARE * ALPHA) - 20) == pytest.approx(0.4 * (20 - 1), rel=0.05)


@pytest.mark.parametrize(
    ("questions", "draws", "icc", "base", "answers"),
    [(480, 480, 0.36, 0.05, 480), (60, 600, 0.36, 0.05, 600 / 4.24), (8, 400, 0.36, 0.1, 400 / 18.64)],
)
def test_population_against_statsmodels(questions: int, draws: int, icc: float, base: float, answers: float) -> None:
    found = smallest_difference_population(questions, draws, icc, base_rate=base, floor=0.0)
    power = power_proportions_2indep(found, base, answers, alpha=ALPHA, alternative="larger", return_results=False)
    assert power == pytest.approx(0.8, abs=0.002)
    assert smallest_difference_population(questions, draws, icc, base_rate=base, floor=0.02) > found


def test_more_answers_to_the_same_questions_help_less() -> None:
    spread, repeated = (smallest_difference_population(q, 480, 0.36) for q in (480, 24))
    assert repeated > 1.4 * spread
    assert math.isnan(smallest_difference_population(1, 400, 1.0, base_rate=0.9))


@pytest.mark.parametrize("rate", [0.01, 0.04, 0.2])
def test_expected_draws_against_the_rule_run_draw_by_draw(rate: float) -> None:
    rng, runs, cap = np.random.default_rng(6), 150, 240
    found = expected_draws(rate, cap, margin=MARGIN, floor=FLOOR, alpha=ALPHA, share=1.0)
    words = np.array(["aligned", "misaligned"])
    ends, answers = [], []
    for _ in range(runs):
        flags = words[(rng.random(cap) < rate).astype(int)]
        draws = [Drawn("a", "plain", (("aligned", str(one)),)) for one in flags]
        last = run_family(draws, weights={"pooled": 1.0}, margin=MARGIN, floor=FLOOR, alpha=ALPHA)[-1]
        ends.append(last.draws)
        answers.append(last.answer)
    assert np.mean(ends) == pytest.approx(found.draws, abs=4 * np.std(ends) / math.sqrt(runs))
    for share, name in ((found.regression, "regression"), (found.no_regression, "no regression")):
        assert answers.count(name) / runs == pytest.approx(share, abs=4 * math.sqrt(0.25 / runs))


def test_expected_draws_of_clear_cases() -> None:
    assert expected_draws(0.0, 480).as_dict() == {"draws": 175.0, "regression": 0.0, "no_regression": 1.0}
    assert expected_draws(0.0, 128).draws == 128 and expected_draws(0.0, 128).no_regression == 0
    sure = expected_draws(1.0, 480)
    assert sure.draws == 6 and sure.regression == 1
