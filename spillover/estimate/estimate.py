"""One estimate: a figure, its interval, and what both were made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from spillover.common import Target


@dataclass(frozen=True, slots=True)
class WorstCase:
    """What a figure may be whatever the unjudged answers are: no unjudged answer has to be like the judged ones.

    Attributes:
        least: The figure if no unjudged answer were an event (of a difference: of the fine-tune none, of the base all).
        low: Lower end of the interval of `least`.
        most: The figure if every unjudged answer were one (of a difference: of the fine-tune all, of the base none).
        high: Upper end of the interval of `most`.
    """

    least: float
    low: float
    most: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, recomputable from stored verdicts.

    Attributes:
        estimate: The figure; NaN where nothing was observed.
        low: Lower end of the two-sided interval.
        high: Upper end.
        level: Confidence level of the interval, in (0, 1).
        method: Name of the interval.
        target: What it is an interval for.
        n: Answers that count.
        clusters: Questions they belong to; for models like these, the fine-tunes.
        events: Answers that are events, or None for a mean.
        worst: The worst case over all outcomes of unjudged answers; None where all were judged, or for a mean.
    """

    estimate: float
    low: float
    high: float
    level: float
    method: str
    target: Target
    n: int
    clusters: int
    events: int | None = None
    worst: WorstCase | None = None

    def as_dict(self) -> dict[str, Any]:
        """The estimate as plain data."""
        return asdict(self)


def estimate_of(said: Mapping[str, Any]) -> Estimate:
    """An estimate out of the plain data that `as_dict` gives; what an earlier version left out is None."""
    worst = said.get("worst")
    return Estimate(**{**said, "worst": None if worst is None else WorstCase(**worst)})


def check_level(level: float) -> float:
    """The level, checked.

    Raises:
        ValueError: Where it is not in (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"`level` must be in the open interval (0, 1), got {level}")
    return level
