"""The stratified exact test against enumeration and scipy; adjustments against statsmodels."""

from itertools import product
from math import comb

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from spillover.estimate.exact import holm, stratified_exact


@pytest.mark.parametrize(("a", "n", "b", "m"), [(0, 30, 5, 30), (3, 40, 9, 20), (7, 7, 1, 9), (0, 5, 0, 5)])
def test_one_question_is_fishers_test(a: int, n: int, b: int, m: int) -> None:
    p = fisher_exact([[b, m - b], [a, n - a]], alternative="greater").pvalue
    assert stratified_exact([a], [n], [b], [m]) == pytest.approx(p)


def test_several_questions_against_enumeration() -> None:
    a, n, b, m = [0, 1, 2], [4, 3, 5], [2, 1, 3], [4, 4, 3]
    total = hit = 0
    for drawn in product(*(range(min(x + y, w) + 1) for x, y, w in zip(a, b, m, strict=True))):
        ways = 1
        for d, x, v, y, w in zip(drawn, a, n, b, m, strict=True):
            ways *= comb(w, d) * comb(v, x + y - d) if x + y - d >= 0 else 0
        total += ways
        hit += ways if sum(drawn) >= sum(b) else 0
    assert stratified_exact(a, n, b, m) == pytest.approx(hit / total)


def test_it_holds_its_level_where_questions_differ() -> None:
    rng, rates = np.random.default_rng(3), np.array([0.0, 0.01, 0.3, 0.6, 0.9])
    n = np.full(5, 20)
    low = sum(stratified_exact(rng.binomial(n, rates), n, rng.binomial(n, rates), n) <= 0.05 for _ in range(1000))
    assert low / 1000 <= 0.05 + 2 * (0.05 * 0.95 / 1000) ** 0.5


def test_nobody_has_any() -> None:
    assert stratified_exact([0, 0], [30, 30], [0, 0], [30, 30]) == pytest.approx(1)


@pytest.mark.parametrize("p", [[0.01, 0.04, 0.03, 0.5], [0.2], [0.001, 0.001, 1.0]])
def test_adjustments(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
