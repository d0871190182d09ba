"""Krippendorff's alpha against published and independent figures."""

import math

import numpy as np
import pytest

from spillover.estimate.agreement import cohen_kappa, krippendorff_alpha, weighted_kappa


def test_two_observers_of_ten_units() -> None:
    """Two raters, two labels, none missing: alpha = 1 - (n - 1) o / (n0 n1), with o the mismatching units."""
    first, second = "0100000000", "1110010001"
    pairs = list(zip(first, second, strict=True))
    n = 2 * len(pairs)
    ones = first.count("1") + second.count("1")
    differ = sum(a != b for a, b in pairs)
    written_out = 1 - (n - 1) * differ / (ones * (n - ones))
    assert krippendorff_alpha(pairs) == pytest.approx(written_out)


def test_against_the_coincidence_matrix() -> None:
    rng = np.random.default_rng(4)
    labels = np.array(["a", "b", "c"])
    truth = rng.integers(0, 3, 60)

    def rated(t: int) -> str | None:
        said = labels[t if rng.random() < 0.7 else rng.integers(0, 3)]
        return str(said) if rng.random() < 0.9 else None

    ratings = [[rated(t) for _ in range(4)] for t in truth]
    matrix = np.zeros((3, 3))
    for unit in ratings:
        known = [one for one in unit if one is not None]
        for i, one in enumerate(known):
            for j, other in enumerate(known):
                if i != j:
                    matrix["abc".index(one), "abc".index(other)] += 1 / (len(known) - 1)
    totals = matrix.sum(axis=0)
    n = totals.sum()
    expected = (n - 1) * (matrix.sum() - np.trace(matrix)) / (n**2 - (totals**2).sum())
    assert krippendorff_alpha(ratings) == pytest.approx(1 - expected)


def test_ends() -> None:
    assert krippendorff_alpha([("a", "a"), ("b", "b")]) == 1
    assert krippendorff_alpha([("a", "b"), ("b", "a")]) < 0
    assert math.isnan(krippendorff_alpha([("a", "a")])) and math.isnan(krippendorff_alpha([("a", None)]))


@pytest.mark.heavy
def test_for_many_answers_it_is_near_cohens_kappa_where_raters_use_labels_alike() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, 4000)
    raters = [[str(t if rng.random() < 0.8 else 1 - t) for t in truth] for _ in range(2)]
    assert krippendorff_alpha(list(zip(*raters, strict=True))) == pytest.approx(cohen_kappa(*raters), abs=1e-3)


def test_quadratic_weights_against_statsmodels() -> None:
    """statsmodels takes the table of counts and the scores; its weight is (i - j) squared with `wt="quadratic"`."""
    from statsmodels.stats.inter_rater import cohens_kappa

    rng = np.random.default_rng(11)
    one = rng.integers(1, 6, 80)
    other = np.clip(one + rng.integers(-1, 3, 80), 1, 5)
    table = np.zeros((5, 5))
    np.add.at(table, (one - 1, other - 1), 1)
    expected = cohens_kappa(table, wt="quadratic", return_results=False)
    assert weighted_kappa(one.tolist(), other.tolist()) == pytest.approx(expected)
    assert weighted_kappa([1, 2, 5], [1, 2, 5]) == 1.0
    assert math.isnan(weighted_kappa([3, 3], [3, 3])) and math.isnan(weighted_kappa([], []))
    with pytest.raises(ValueError, match="same items, got 1 and 2"):
        weighted_kappa([1], [1, 2])
