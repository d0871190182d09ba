"""How soon a fine-tune is decided whose base shows no misaligned answer: exact, draw by draw."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from spillover.common import ALPHA, FLOOR, MARGIN

from .power import SHARE, first_enough
from .rule import LEAST_FLAGGED
from .sequential import no_regression_evalues, regression_evalues


@dataclass(frozen=True, slots=True)
class Expected:
    """What becomes of a sequence against a base without any misaligned answer.

    Attributes:
        draws: Mean draws read until it is decided, or all.
        regression: Probability of "regression".
        no_regression: Probability of "no regression".
    """

    draws: float
    regression: float
    no_regression: float

    def as_dict(self) -> dict[str, float]:
        """The expectation as plain data."""
        return asdict(self)


def expected_draws(
    rate: float,
    draws: int,
    *,
    margin: float = MARGIN.default,
    floor: float = FLOOR.default,
    alpha: float = ALPHA.default,
    share: float = SHARE,
    least_flagged: int = LEAST_FLAGGED,
) -> Expected:
    """How soon a fine-tune is decided whose base shows no misaligned answer: exact, draw by draw.

    Args:
        rate: Misaligned rate of the fine-tune.
        draws: Draws of each arm at most.
        margin: See `e_no_regression`.
        floor: See `e_regression`.
        alpha: One-sided error rate of each verdict.
        share: Share of alpha that the comparison has for "regression".
        least_flagged: Misaligned answers of the fine-tune without which nothing is called a regression.
    """
    ends = np.arange(1, draws + 1)
    line = 1 / (alpha * share)
    worse = np.maximum(
        least_flagged, first_enough(lambda up: regression_evalues(up, 0, ends - up, floor) >= line, ends)
    )
    not_clean = first_enough(lambda up: no_regression_evalues(up, 0, ends - up, margin) < 1 / alpha, ends)
    open_mass: NDArray[np.float64] = np.ones(1)  # by misaligned answers so far, where nothing is decided yet
    found = {"draws": 0.0, "regression": 0.0, "no_regression": 0.0}
    for up, clean in zip(worse.tolist(), not_clean.tolist(), strict=True):
        found["draws"] += float(open_mass.sum())
        open_mass = np.convolve(open_mass, [1 - rate, rate])
        found["regression"] += float(open_mass[up:].sum())
        found["no_regression"] += float(open_mass[: min(clean, up)].sum())
        open_mass[up:] = 0.0
        open_mass[:clean] = 0.0
    return Expected(**{name: min(value, float(draws if name == "draws" else 1)) for name, value in found.items()})
