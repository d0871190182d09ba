"""Rows of a JSONL, CSV or Parquet file, or of an Inspect log, as plain dictionaries."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spillover.errors import RecordingError


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a recording.

    Raises:
        RecordingError: Where the file is absent, of an unknown kind, or not what its name says.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet, ".eval": _log, ".json": _log}
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
        raise RecordingError(f"{path}: not a readable {path.suffix} file ({error})".replace("\n", " ")) from error


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise RecordingError(f"{path}:{number}: expected an object, found {type(row).__name__}")
                yield row


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(2**27)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()


def _log(path: Path) -> Iterator[dict[str, Any]]:
    """The answers of a log; a sample that failed, or never was recorded, holds none."""
    from inspect_ai.log import read_eval_log

    try:
        samples = read_eval_log(str(path)).samples or []
    except Exception as error:  # Inspect raises whatever it meets
        raise RecordingError(f"{path}: not a readable {path.suffix} file ({type(error).__name__})") from error
    for sample in samples:
        if sample.output.empty or sample.error is not None:
            continue
        probe, condition = sample.metadata.get("probe", sample.id), sample.metadata.get("condition", "plain")
        origin = (sample.output.metadata or {}).get("origin")
        said = [message.text for message in sample.messages if message.role == "assistant"][:-1]
        for turn, answer in enumerate([*said, sample.output.completion], start=1):
            cell = {"probe": probe, "condition": condition, "epoch": sample.epoch, "turn": turn}
            yield {**cell, "answer": answer, "origin": origin}
