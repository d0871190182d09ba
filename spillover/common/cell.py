"""Which cell of the design a model call belongs to.

Inspect tells a provider neither sample nor epoch, and message metadata would enter its cache key; so our solver and
scorer set this context variable and the `replay` provider reads it. A leaf: everything may import it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer of the design, or one judge call about it.

    Attributes:
        probe: Probe id.
        condition: Condition id.
        epoch: 1-based repetition of the answer.
        dimension: What the judge is asked (`alignment`, ...), None for the model under test.
        repetition: 1-based repetition of the judge call.
        turn: 1-based turn of the conversation; 1 for a judge call, which is about the last answer.
        model: What a recording calls the model that answered, "" where it does not say.
        answer: For a judge call, the answer that is judged; None where it is not known. No part of the key.
        names: For a judge call, names of the model that answered. No part of the key.
    """

    probe: str
    condition: str
    epoch: int
    dimension: str | None = None
    repetition: int = 1
    turn: int = 1
    model: str = ""
    answer: str | None = field(default=None, compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)

    def judged(self, dimension: str, repetition: int = 1) -> "Cell":
        """The judge call about this answer."""
        return replace(self, dimension=dimension, repetition=repetition, turn=1)


current_cell: ContextVar[Cell | None] = ContextVar("spillover_cell", default=None)


@contextmanager
def in_cell(cell: Cell) -> Iterator[None]:
    """Name the cell that model calls inside the block belong to."""
    token = current_cell.set(cell)
    try:
        yield
    finally:
        current_cell.reset(token)


NOT_RECORDED = "not_recorded"
"""Why a cell has no score: a recording was replayed with `missing=skip` and does not hold it."""


def left_out(api: object, cell: Cell) -> bool:
    """Whether a provider plays back a recording that lacks this cell and was told to skip what it lacks."""
    recording = getattr(api, "recording", None)
    return recording is not None and getattr(api, "missing", "error") == "skip" and not recording.has(cell)
