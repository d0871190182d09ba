"""Verdicts: what a judge said of one answer. Importing this loads the standard library only."""

from typing import TYPE_CHECKING, Any

from ._reading import MIN_MASS, Reading, integer, read_distribution, read_label, read_samples, read_score
from ._verdict import LABELS, OUTCOMES, Outcome, Thresholds, Verdict, decide

if TYPE_CHECKING:
    from ._table import read

__all__ = [
    "LABELS",
    "MIN_MASS",
    "OUTCOMES",
    "Outcome",
    "Reading",
    "Thresholds",
    "Verdict",
    "decide",
    "integer",
    "read",
    "read_distribution",
    "read_label",
    "read_samples",
    "read_score",
]


def __getattr__(name: str) -> Any:
    if name == "read":
        from ._table import read

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
