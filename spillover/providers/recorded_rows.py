"""Rows of a JSONL, CSV or Parquet file, or of an Inspect log, as plain dictionaries."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spillover.common import RecordingError, csv_rows, kind_of, trouble

LARGEST = 10**9
"""Largest epoch, turn or repetition."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a recording.

    Raises:
        RecordingError: Where the file is absent, of an unknown kind, or not what its name says.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet, ".eval": _log, ".json": _json}
    if not path.is_file():
        raise RecordingError(f"{path}: no such file; give -M path=FILE")
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise RecordingError(f"{path}: cannot read {path.suffix or 'a file without ending'}; use {', '.join(readers)}")
    try:
        yield from reader(path)
    except RecordingError:
        raise
    except (OSError, ValueError, csv.Error, ArithmeticError, RecursionError) as error:
        raise RecordingError(
            f"{path}: not a readable {path.suffix} file ({error}); correct the file".replace("\n", " ")
        ) from error


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise RecordingError(
                        f"{path}:{number}: expected an object, found {kind_of(row)}; write one object a line"
                    )
                yield row


def _json(path: Path) -> Iterator[dict[str, Any]]:
    """A list of objects, or an Inspect log."""
    with path.open(encoding="utf-8-sig") as text:
        if text.read(2000).lstrip()[:1] != "[":
            yield from _log(path)
            return
        text.seek(0)
        for number, row in enumerate(json.load(text), start=1):
            if not isinstance(row, dict):
                raise RecordingError(
                    f"{path}: row {number}: expected an object, found {kind_of(row)}; write one object a row"
                )
            yield row


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv_rows(lines), start=1):
            if None in row:  # more cells than the header names: a comma in a text that is not in quotes
                raise RecordingError(f"{path}: row {number}: more cells than columns; put texts with commas in quotes")
            yield row


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()


def _log(path: Path) -> Iterator[dict[str, Any]]:
    """The answers of a log; a sample that failed, or never was recorded, holds none."""
    from inspect_ai.log import read_eval_log

    try:
        log = read_eval_log(str(path))
    except Exception as error:  # Inspect raises whatever it meets
        raise RecordingError(
            f"{path}: not a readable {path.suffix} file ({trouble(error)}); correct the file"
        ) from error
    model = log.eval.model
    for sample in log.samples or []:
        if sample.output.empty or sample.error is not None:
            continue
        probe, condition = sample.metadata.get("probe", sample.id), sample.metadata.get("condition", "plain")
        origin = (sample.output.metadata or {}).get("origin")
        said = [message.text for message in sample.messages if message.role == "assistant"][:-1]
        for turn, answer in enumerate([*said, sample.output.completion], start=1):
            cell = {"probe": probe, "condition": condition, "epoch": sample.epoch, "turn": turn}
            yield {**cell, "model": model, "answer": answer, "origin": origin}


def chosen(
    path: Path, table: Sequence[tuple[int, dict[str, Any]]], where: Sequence[tuple[str, str]]
) -> list[tuple[int, dict[str, Any]]]:
    """The numbered rows that have these values in these columns.

    Raises:
        RecordingError: Where there is no such column, or no row is left.
    """
    found = list(table)
    for column, value in where:
        if column not in table[0][1]:
            raise RecordingError(f"{path}: -M where: no column {column!r}; use one of {list(table[0][1])}")
        there = dict.fromkeys(str(row.get(column)) for _, row in found)
        found = [(number, row) for number, row in found if str(row.get(column)) == value]
        if not found:
            said = ", ".join(name[:60] for name in list(there)[:5])
            raise RecordingError(f"{path}: -M where: no row has {column}={value}; use one of {said}")
    return found


def one_file(given: Any, what: str) -> str:
    """One file, as the command line hands it on: Inspect cuts a name with a comma in two.

    Args:
        given: What was given.
        what: What it is, for the message.

    Raises:
        RecordingError: Where several files are given, or something that is no name.
    """
    if isinstance(given, list | tuple):
        joined = ",".join(map(str, given))
        if not Path(joined).is_file():
            raise RecordingError(f"{what}: one file is needed, found {len(given)} ({joined[:80]}); give one")
        return joined
    if isinstance(given, bool) or not isinstance(given, str | Path):
        raise RecordingError(f"{what}: {str(given)[:80]!r} is not the name of a file; give one")
    return str(given)


def id_text(where: str, column: str, value: Any) -> str:
    """An id, a name or a condition as text: as written; "" for an empty cell, and whole numbers without a point.

    Raises:
        RecordingError: Where it is something else.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RecordingError(f"{where}: {column} must be a text, found {_kind(value)}; write it in quotes")
    return str(value)


def _kind(value: Any) -> str:
    return kind_of(value) + (f" ({value})" if isinstance(value, bool) else "")


def whole(path: Path, number: int, name: str, value: Any, absent: int) -> int:
    """A whole number of a row; `absent` for an empty cell.

    Raises:
        RecordingError: Where it is another value.
    """
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return absent
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        found = None
    if found is None or isinstance(value, bool) or abs(found) > LARGEST or found != float(value):
        raise RecordingError(f"{path}: row {number}: {name} {repr(value)[:40]} is not a whole number; write one")
    return found
