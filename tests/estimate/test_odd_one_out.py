"""The exact test of one odd answer among three: against counting every assignment, and its level by simulation."""

from itertools import product

import numpy as np
import pytest

from spillover.estimate.odd_one import MOST, odd_one_out


def counted(similar: list[tuple[float, float, float]]) -> float:
    """The p value by writing down all 3^k assignments."""

    def stat(odd: tuple[int, ...]) -> float:
        return sum(one[at] - (sum(one) - one[at]) / 2 for one, at in zip(similar, odd, strict=True))

    every = [stat(odd) for odd in product(range(3), repeat=len(similar))]
    line = stat((0,) * len(similar))
    return sum(one >= line - 1e-9 for one in every) / len(every)


def test_it_counts_every_assignment() -> None:
    rng = np.random.default_rng(1)
    for k in range(1, 8):
        similar = [tuple(map(float, row)) for row in rng.integers(0, 4, (k, 3)) / 3]
        assert odd_one_out(similar) == pytest.approx(counted(similar))  # type: ignore[arg-type]


@pytest.mark.parametrize(("differ", "p"), [(0, 1.0), (1, 1 / 3), (3, 1 / 27), (4, 1 / 81), (8, 3.0**-8)])
def test_a_base_that_repeats_itself_and_a_fine_tune_that_differs(differ: int, p: float) -> None:
    similar = [(1.0, 0.0, 0.0)] * differ + [(1.0, 1.0, 1.0)] * (8 - differ)
    assert odd_one_out(similar) == pytest.approx(p)


def test_no_prompts_show_nothing_and_too_many_are_refused() -> None:
    assert odd_one_out([]) == 1.0
    with pytest.raises(ValueError, match="25 prompts"):
        odd_one_out([(1.0, 1.0, 1.0)] * (MOST + 1))


def test_its_level_holds_where_all_three_are_alike() -> None:
    rng, said = np.random.default_rng(0), 0
    for _ in range(2000):
        answers = rng.normal(size=(8, 3, 5))
        first, again, own = (answers[:, at] for at in range(3))
        pairs = [-np.linalg.norm(a - b, axis=1) for a, b in ((first, again), (first, own), (again, own))]
        said += odd_one_out(list(zip(*map(list, pairs), strict=True))) <= 0.025
    assert said <= 0.025 * 2000 + 2 * np.sqrt(2000 * 0.025 * 0.975)
