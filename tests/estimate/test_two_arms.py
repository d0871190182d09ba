"""The smallest difference that two arms show, against simulation with the estimators themselves."""

import numpy as np
import pytest

from spillover.estimate import difference, rate
from spillover.estimate._two_arms import smallest_between


@pytest.mark.parametrize(("base", "n"), [(0.0, 480), (0.02, 480), (0.2, 100)])
def test_it_has_the_power_it_says(base: float, n: int) -> None:
    rise = smallest_between(base, n)
    rng, shown, runs = np.random.default_rng(4), 0, 600
    for _ in range(runs):
        arms = [rng.permutation(np.arange(n) < rng.binomial(n, p)).astype(float) for p in (base, base + rise)]
        one, other = (rate([arm], "answers") for arm in arms)
        shown += difference(one, other).low > 0
    assert shown / runs == pytest.approx(0.8, abs=3 * (0.8 * 0.2 / runs) ** 0.5 + 0.01)


def test_more_answers_show_less_and_none_shows_nothing() -> None:
    found = [smallest_between(0.05, n) for n in (50, 200, 800)]
    assert found == sorted(found, reverse=True)
    assert np.isnan(smallest_between(0.0, 0)) and np.isnan(smallest_between(0.99, 20))
