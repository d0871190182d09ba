"""One estimate: a figure, its interval, and what both were made of."""

from dataclasses import asdict, dataclass
from typing import Any

from spillover.common.target import Target


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

    def as_dict(self) -> dict[str, Any]:
        """The estimate as plain data."""
        return asdict(self)


def check_level(level: float) -> float:
    """The level, checked.

    Raises:
        ValueError: Where it is not in (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"`level` must be in the open interval (0, 1), got {level}")
    return level
