"""A recording: answers, or judge replies, keyed by the cell they belong to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from spillover.common import Cell, RecordingError, counted

from .record import Kind, Record

SHOWN = 5
"""Names that a message lists."""


@dataclass
class Recording:
    """All recorded replies of one file, looked up by cell.

    Attributes:
        path: The file.
        records: Replies by cell; `model` of the cell is what the file's model column says, "" without one.
        has_conditions: Whether it has a condition column.
        origin: Where the replies come from that no model gave now, or None.
        models: What the model column says, each once; empty without such a column.
        picked: Whether rows of one model were asked for by `where`.
        name: Name under which it is replayed: of several models the one of this name answers.
        sha256: Hash of the file.
    """

    path: Path
    records: dict[Cell, Record]
    has_conditions: bool
    origin: str | None = None
    models: tuple[str, ...] = ()
    picked: bool = False
    name: str = ""
    sha256: str = ""
    _condition_used: dict[str, str] = field(default_factory=dict, init=False)

    def has(self, cell: Cell) -> bool:
        """Whether the cell was recorded."""
        return self.find(cell) is not None

    def find(self, cell: Cell) -> Record | None:
        """The record of a cell, or None; see `get` for what else can be wrong with it."""
        return self.records.get(self.key(cell))

    def get(self, cell: Cell) -> Record:
        """The record of a cell.

        Raises:
            RecordingError: Where it is missing, one record would have to serve two conditions, or a verdict is about
                another answer or another model than the cell's.
        """
        record = self.find(cell)
        if record is None:
            raise RecordingError(f"{self.path}: {describe(cell)} was not recorded; record it or give -M missing=skip")
        self._one_condition(cell)
        if record.about is not None and cell.answer is not None and not record.about.fits(cell.answer):
            raise RecordingError(self.of_another(cell, record, "the one to be judged"))
        return record

    def of_another(self, cell: Cell, record: Record, judged: str) -> str:
        """What is wrong with a verdict that is about another answer than the one that is judged."""
        return (
            f"{self.path}: row {record.row}: the verdict of {describe(replace(cell, dimension=None))} is about another "
            f"answer than {judged}; give the verdicts of these answers, those of several models with a column `model`"
        )

    def _one_condition(self, cell: Cell) -> None:
        if not self.has_conditions and self._condition_used.setdefault(cell.probe, cell.condition) != cell.condition:
            raise RecordingError(
                f"{self.path}: probe {cell.probe!r} has no condition column but is asked for under both "
                f"{self._condition_used[cell.probe]!r} and {cell.condition!r}; add a condition column"
            )

    def kind(self, dimension: str) -> Kind | None:
        """What this file records of a judged dimension, None where nothing.

        `text`: several replies of a judge to one answer, or words alone under `category` and `both`. `score`: finished
        verdicts; words (`REFUSAL`) and empty cells are among them, or are all there is.
        """
        return self._kinds.get(dimension)

    def replies(self, dimension: str) -> int:
        """Replies that are recorded of one answer, the most."""
        return max((cell.repetition for cell in self.records if cell.dimension == dimension), default=0)

    def answers(self) -> list[Cell]:
        """Cells of all recorded answers, of the one model that is replayed."""
        model = self.answering()
        return [cell for cell in self.records if cell.dimension is None and cell.model == model]

    def conversations(self) -> set[tuple[str, str, int]]:
        """Probe, condition and epoch of all recorded answers; the turns of a conversation are one."""
        return {(cell.probe, cell.condition, cell.epoch) for cell in self.answers()}

    @property
    def names_answers(self) -> bool:
        """Whether every recorded verdict says which answer or whose answer it is about."""
        keyed = bool(self.models) and not (self.picked and len(self.models) == 1)
        return keyed or all(record.about for cell, record in self.records.items() if cell.dimension)

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        said: dict[str, list[tuple[Cell, Record]]] = {}
        for cell, record in self.records.items():
            if cell.dimension is not None:
                said.setdefault(cell.dimension, []).append((cell, record))
        return {dimension: _kind(dimension, found) for dimension, found in said.items()}

    def key(self, cell: Cell) -> Cell:
        """The cell as this file has it.

        Raises:
            RecordingError: Where the file holds several models and none of them is meant.
        """
        model = self.answering() if cell.dimension is None else self._judged(cell)
        return replace(cell, condition=cell.condition if self.has_conditions else "", model=model)

    def answering(self) -> str:
        """The model whose answers are replayed.

        Raises:
            RecordingError: Where the file holds several and none of them is named.
        """
        if len(self.models) <= 1:
            return self.models[0] if self.models else ""
        if self.name in self.models:
            return self.name
        raise RecordingError(
            f"{self.path}: holds answers of {counted(len(self.models), 'model')} ({listed(self.models)}); name "
            "one of them, "
            f"replay/{self.models[0]}, or choose its rows with -M where=model={self.models[0]}"
        )

    def _judged(self, cell: Cell) -> str:
        """The model whose answer a verdict is about.

        Raises:
            RecordingError: Where the file holds verdicts of other models only.
        """
        if not self.models or (self.picked and len(self.models) == 1):
            return self.models[0] if self.models else ""
        found = next((name for name in cell.names if name in self.models), None)
        if found is None:
            asked = f"of {cell.names[0]!r}" if cell.names else "of a model without a name"
            raise RecordingError(
                f"{self.path}: holds verdicts on answers of {listed(self.models)}, not {asked}; give the verdicts of "
                f"this model, or say that they are its own with where: {{model: {self.models[0]}}}"
            )
        return found


def _kind(dimension: str, found: list[tuple[Cell, Record]]) -> Kind:
    if any(record.kind == "distribution" for _, record in found):
        return "distribution"
    if dimension in ("category", "both") or any(cell.repetition > 1 for cell, _ in found):
        return "text"
    return "score"


def listed(names: Iterable[str]) -> str:
    """The first of these names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(name[:60] for name in names[:SHOWN]) + more


def describe(cell: Cell) -> str:
    """A cell in words."""
    judged = f", {cell.dimension} verdict {cell.repetition}" if cell.dimension else ""
    turn = f", turn {cell.turn}" if cell.turn > 1 else ""
    condition = f", condition {cell.condition!r}" if cell.condition else ""
    return f"probe {cell.probe!r}{condition}, epoch {cell.epoch}{turn}{judged}"
