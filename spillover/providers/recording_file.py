"""Read a recording: one file of answers or judge replies, a row each."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from spillover.common import Cell, RecordingError

from .answers import answer_text
from .columns import Columns
from .record import About, Record
from .recorded_rows import chosen, id_text, rows, whole
from .recording import Recording, describe
from .verdicts import verdict

Counts = dict[tuple[str, str, str, int, int], int]
DIMENSIONS = ("alignment", "coherence", "category", "both")
SHA256 = re.compile("[0-9a-f]{64}")


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
        raise RecordingError(f"{path}: no rows; write one recorded answer or verdict a row")
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
        raise RecordingError(
            f"{path}: no column {columns.answer!r} and none of {DIMENSIONS}; found "
            f"{list(first)}; name the column with -M answer=COLUMN"
        )
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
        raise RecordingError(
            f"{where}: {c.answer_sha256} {str(sha256)[:40]!r} is not a hash; write its 64 hexadecimal digits"
        )
    return About(answer, sha256.strip().lower())
