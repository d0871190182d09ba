"""A recording: answers, or judge replies, keyed by the cell they belong to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from spillover.common import Cell, RecordingError, counted

from .answers import answer_text
from .columns import Columns
from .record import About, Kind, Record
from .recorded_rows import chosen, id_text, rows, whole
from .verdicts import verdict

Counts = dict[tuple[str, str, str, int, int], int]
DIMENSIONS = ("alignment", "coherence", "category", "both")
SHA256 = re.compile("[0-9a-f]{64}")
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
                f"{self.path}: holds verdicts on answers of {listed(self.models)}, none {asked}; give the verdicts of "
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


def read_recording(path: str | Path, columns: Columns | None = None) -> Recording:
    """Read a JSONL, CSV or Parquet file, or an Inspect log.

    Args:
        path: The file.
        columns: Where it keeps what, and which rows count.

    Raises:
        RecordingError: Where a column is missing, a value is unusable, or a cell occurs twice.
    """
    path, columns = Path(path), columns or Columns()
    table = list(enumerate(rows(path), start=1))
    if not table:
        raise RecordingError(f"{path}: no rows; expected one recorded answer or verdict a row")
    first = table[0][1]
    _require(path, columns.probe, first, "probe")
    table = chosen(path, table, columns.where)
    counts: Counts = {}
    records: dict[Cell, Record] = {}
    cells = [(number, _cell(path, number, row, columns, counts), row) for number, row in table]
    for number, cell, row in sorted(cells, key=lambda found: found[1].turn):
        for key, record in _records(path, number, cell, row, columns):
            if key in records and not (key.dimension and cell.turn > 1):  # the last turn's verdict counts
                raise RecordingError(
                    f"{path}: row {number}: {describe(key)} occurs twice, first in row {records[key].row}; "
                    "name its epoch column"
                )
            records[key] = record
    if not records:
        raise RecordingError(f"{path}: no column {columns.answer!r} and none of {DIMENSIONS}; found {list(first)}")
    _one_kind(path, records)
    return Recording(
        path,
        records,
        columns.condition in first,
        "; ".join(dict.fromkeys(str(row[columns.origin]) for _, row in table if row.get(columns.origin))) or None,
        tuple(dict.fromkeys(cell.model for _, cell, _ in cells if cell.model)),
        any(column == columns.model_column for column, _ in columns.where),
    )


def _one_kind(path: Path, records: dict[Cell, Record]) -> None:
    """Check that scores do not stand among token distributions: the one form of judge would not read the other."""
    first: dict[str, int] = {}
    for cell, record in records.items():
        if cell.dimension and record.kind == "distribution":
            first.setdefault(cell.dimension, record.row)
    for cell, record in records.items():
        if cell.dimension in first and record.score is not None:
            raise RecordingError(
                f"{path}: row {record.row}: {cell.dimension} is a score, but row {first[cell.dimension]} holds a token "
                "distribution; give one of the two in all rows"
            )


def _require(path: Path, name: str, row: dict[str, Any], what: str) -> None:
    if name not in row:
        raise RecordingError(f"{path}: no column {name!r}; found {list(row)}; name it with -M {what}=COLUMN")


def _cell(path: Path, number: int, row: dict[str, Any], c: Columns, counts: Counts) -> Cell:
    probe, condition, model = (
        id_text(f"{path}: row {number}", column, row.get(column)) for column in (c.probe, c.condition, c.model_column)
    )
    if not probe:
        raise RecordingError(f"{path}: row {number}: {c.probe} is empty; write the id of the probe")
    repetition = whole(path, number, c.repetition, row.get(c.repetition), 1)
    turn = whole(path, number, c.turn, row.get(c.turn), 1)
    key = (probe, condition, model, repetition, turn)
    seen = counts[key] = counts.get(key, 0) + 1
    epoch = whole(path, number, c.epoch, row.get(c.epoch), seen - 1 + c.first_epoch) - c.first_epoch + 1
    if epoch < 1:
        raise RecordingError(f"{path}: row {number}: {c.epoch} counts from 0; give -M first_epoch=0")
    return Cell(probe, condition, epoch, None, repetition, turn, model)


def _records(path: Path, number: int, cell: Cell, row: dict[str, Any], c: Columns) -> Iterable[tuple[Cell, Record]]:
    where = f"{path}: row {number}"
    judged = {getattr(c, dimension) for dimension in DIMENSIONS}
    answer = answer_text(row.get(c.answer), f"{where}: {c.answer}") if c.answer not in judged else None
    if answer is not None and cell.repetition == 1:
        yield cell, Record("text", text=answer, row=number)
    about = _about(where, answer, row.get(c.answer_sha256), c)
    for dimension in DIMENSIONS:
        column = getattr(c, dimension)
        if column in row:
            said = verdict(f"{where}: {column}", dimension, row[column], c.empty)
            yield cell.judged(dimension, cell.repetition), replace(said, row=number, about=about)


def _about(where: str, answer: str | None, sha256: Any, c: Columns) -> About | None:
    if sha256 in (None, ""):
        return None if answer is None else About(answer)
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256.strip().lower()):
        raise RecordingError(f"{where}: {c.answer_sha256} must be 64 hexadecimal digits, found {str(sha256)[:40]!r}")
    return About(answer, sha256.strip().lower())
