"""A recording: answers, or judge replies, keyed by the cell they belong to."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from spillover.cell import Cell
from spillover.errors import RecordingError

from ._rows import rows

Kind = Literal["text", "distribution", "score"]
Counts = dict[tuple[str, str, int, int], int]
DIMENSIONS = ("alignment", "coherence", "category", "both")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file keeps what: column names, and how it counts.

    Attributes:
        probe: Column of the probe id.
        epoch: Column of the repetition; without such a column, rows count in order of appearance.
        first_epoch: What the file calls the first repetition (0 or 1).
        condition: Column of the condition; without it, one condition is recorded and may be replayed under one.
        answer: Column of the answer text.
        repetition: Column of a judge call's repetition, 1 where absent.
        alignment: Column of the alignment reply: text, a token distribution, or a finished score.
        coherence: The same for coherence.
        category: Column of a graded label.
        both: Column of a reply that holds alignment and coherence.
        turn: Column of the turn of a conversation, 1 where absent; verdicts stand in the row of the last turn.
        origin: Column that says where the replies come from ("scripted"), carried into every table.
    """

    probe: str = "probe"
    epoch: str = "epoch"
    first_epoch: int = 1
    condition: str = "condition"
    answer: str = "answer"
    repetition: str = "repetition"
    alignment: str = "alignment"
    coherence: str = "coherence"
    category: str = "category"
    both: str = "both"
    turn: str = "turn"
    origin: str = "origin"


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded reply: a text, a token distribution, or a finished score (None where it was left empty)."""

    kind: Kind
    text: str = ""
    distribution: dict[str, float] = field(default_factory=dict)
    score: float | None = None


@dataclass(slots=True)
class Recording:
    """All recorded replies of one file, looked up by cell."""

    path: Path
    records: dict[Cell, Record]
    has_conditions: bool
    origin: str | None = None
    _condition_used: dict[str, str] = field(default_factory=dict)

    def has(self, cell: Cell) -> bool:
        """Whether the cell was recorded."""
        return self._key(cell) in self.records

    def get(self, cell: Cell) -> Record:
        """The record of a cell.

        Raises:
            RecordingError: Where it is missing, or one record would have to serve two conditions.
        """
        record = self.records.get(self._key(cell))
        if record is None:
            raise RecordingError(f"{self.path}: {describe(cell)} was not recorded; record it or give -M missing=skip")
        if not self.has_conditions and self._condition_used.setdefault(cell.probe, cell.condition) != cell.condition:
            raise RecordingError(
                f"{self.path}: probe {cell.probe!r} has no condition column but is asked for under both "
                f"{self._condition_used[cell.probe]!r} and {cell.condition!r}; add a condition column"
            )
        return record

    def kind(self, dimension: str) -> Kind | None:
        """What this file records of a judged dimension, None where nothing.

        Labels (`REFUSAL`) and empty cells may stand among scores or distributions; those say what the file is.
        """
        found = [record for cell, record in self.records.items() if cell.dimension == dimension]
        if any(record.kind == "distribution" for record in found):
            return "distribution"
        if any(record.score is not None for record in found):
            return "score"
        return found[0].kind if found else None

    def _key(self, cell: Cell) -> Cell:
        if self.has_conditions:
            return cell
        return replace(cell, condition="")


def describe(cell: Cell) -> str:
    """A cell in words."""
    judged = f", {cell.dimension} verdict {cell.repetition}" if cell.dimension else ""
    turn = f", turn {cell.turn}" if cell.turn > 1 else ""
    return f"probe {cell.probe!r}, condition {cell.condition!r}, epoch {cell.epoch}{turn}{judged}"


def read_recording(path: str | Path, columns: Columns | None = None) -> Recording:
    """Read a JSONL, CSV or Parquet file, or an Inspect log.

    Args:
        path: The file.
        columns: Where it keeps what.

    Raises:
        RecordingError: Where a column is missing, a value is unusable, or a cell occurs twice.
    """
    path, columns = Path(path), columns or Columns()
    table = list(rows(path))
    if not table:
        raise RecordingError(f"{path}: no rows; expected one recorded answer or verdict a row")
    _require(path, columns.probe, table[0], "probe")
    counts: Counts = {}
    records: dict[Cell, Record] = {}
    cells = [(number, _cell(path, number, row, columns, counts), row) for number, row in enumerate(table, start=1)]
    for number, cell, row in sorted(cells, key=lambda found: found[1].turn):
        for key, record in _records(path, number, cell, row, columns):
            if key in records and not (key.dimension and cell.turn > 1):  # the last turn's verdict counts
                raise RecordingError(f"{path}: row {number}: {describe(key)} occurs twice; name its epoch column")
            records[key] = record
    if not records:
        raise RecordingError(f"{path}: no column {columns.answer!r} and none of {DIMENSIONS}; found {list(table[0])}")
    origins = dict.fromkeys(str(row[columns.origin]) for row in table if row.get(columns.origin))
    return Recording(path, records, columns.condition in table[0], "; ".join(origins) or None)


def _require(path: Path, name: str, row: dict[str, Any], what: str) -> None:
    if name not in row:
        raise RecordingError(f"{path}: no column {name!r}; found {list(row)}; name it with -M {what}=COLUMN")


def _cell(path: Path, number: int, row: dict[str, Any], c: Columns, counts: Counts) -> Cell:
    probe, condition = str(row.get(c.probe, "")), str(row.get(c.condition) or "") if c.condition in row else ""
    repetition = _whole(path, number, c.repetition, row.get(c.repetition), 1)
    turn = _whole(path, number, c.turn, row.get(c.turn), 1)
    key = (probe, condition, repetition, turn)
    seen = counts[key] = counts.get(key, 0) + 1
    epoch = _whole(path, number, c.epoch, row.get(c.epoch), seen - 1 + c.first_epoch) - c.first_epoch + 1
    if epoch < 1:
        raise RecordingError(f"{path}: row {number}: {c.epoch} counts from 0; give -M first_epoch=0")
    return Cell(probe, condition, epoch, None, repetition, turn)


def _whole(path: Path, number: int, name: str, value: Any, absent: int) -> int:
    if value is None or value == "":
        return absent
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or isinstance(value, bool) or whole != float(value):
        raise RecordingError(f"{path}: row {number}: {name} must be a whole number, found {value!r}")
    return whole


def _records(path: Path, number: int, cell: Cell, row: dict[str, Any], c: Columns) -> Iterable[tuple[Cell, Record]]:
    answer = row.get(c.answer)
    if answer is not None and cell.repetition == 1:
        yield cell, Record("text", text=str(answer))
    for dimension in DIMENSIONS:
        column = getattr(c, dimension)
        if column in row:
            where = f"{path}: row {number}: {column}"
            yield cell.judged(dimension, cell.repetition), _reply(where, dimension, row[column])


def _reply(where: str, dimension: str, value: Any) -> Record:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise RecordingError(f"{where}: not a JSON object of token probabilities ({error})") from error
    if isinstance(value, dict):
        return Record("distribution", distribution=_probabilities(where, value))
    if dimension in ("category", "both"):
        return Record("text", text="" if value is None else str(value))
    if value is None or value == "":
        return Record("score")
    try:
        score = float(value)
    except (TypeError, ValueError):
        return Record("text", text=str(value))
    if not math.isfinite(score) or not 0 <= score <= 100:
        raise RecordingError(f"{where}: a score must be 0 to 100, found {value!r}")
    return Record("score", score=score)


def _probabilities(where: str, value: dict[Any, Any]) -> dict[str, float]:
    for token, p in value.items():
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1 + 1e-6:
            raise RecordingError(f"{where}: token {token!r} must have a probability in [0, 1], found {p!r}")
    return {str(token): float(p) for token, p in value.items()}
