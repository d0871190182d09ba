"""Texts of two sources: the level of the test where they are one, and that it sees different words."""

import numpy as np
import pytest

from spillover.estimate.swap import swapped

WORDS = np.array("river book walk garden quiet tea friend music light hill stone bread lamp road rain".split())


def said(rng: np.random.Generator, pairs: int, tilt: float = 0.0) -> list[tuple[str, str]]:
    """Texts of twelve words; the second of each pair prefers the first words of the list by so much."""
    even = np.full(len(WORDS), 1 / len(WORDS))
    other = even * np.where(np.arange(len(WORDS)) < 5, 1 + tilt, 1 - tilt / 2)
    return [(" ".join(rng.choice(WORDS, 12, p=even)), " ".join(rng.choice(WORDS, 12, p=other))) for _ in range(pairs)]


@pytest.mark.heavy
def test_its_level_holds_where_both_are_one() -> None:
    rng = np.random.default_rng(3)
    wrong = sum(swapped(said(rng, 30), seed) <= 0.05 for seed in range(200))
    assert wrong <= 0.05 * 200 + 2 * np.sqrt(200 * 0.05 * 0.95)


def test_it_sees_other_words() -> None:
    rng = np.random.default_rng(4)
    assert sum(swapped(said(rng, 150, 0.4), seed) <= 0.025 for seed in range(20)) >= 19


def test_equal_texts_and_no_texts_show_nothing() -> None:
    assert swapped([]) == swapped([("a b", "a b")] * 50) == swapped([("", "")] * 9) == 1.0


def test_longer_answers_are_seen() -> None:
    assert swapped([("yes", "yes yes yes yes")] * 40) == pytest.approx(1 / 2000)
