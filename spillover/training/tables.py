"""The records of a CSV, Parquet or Arrow file."""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any

from spillover.common import DatasetError, csv_rows

from .json_stream import plain_error

Record = tuple[int, Any]
"""Number of the record, from 1 (of JSONL: of the line), and a parsed row, or bytes of JSON that is one object."""
ARROW = (b"ARROW1", b"\xff\xff\xff\xff")


def is_table(path: Path) -> bool:
    """Whether a file is a table of text, by its name."""
    return path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))


def table_records(path: Path, source: IO[bytes]) -> Iterator[Record]:
    """The rows of a CSV file.

    Raises:
        DatasetError: Where the file is not whole or not of this kind.
    """
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        head = next(iter(text), "")
        between = max(",;\t|", key=head.count) if any(one in head for one in ",;\t|") else ","
        rows = csv_rows(chain([head], text), delimiter=between, strict=True)
        for number, row in enumerate(rows, start=1):
            yield number, {str(key): value for key, value in row.items() if key is not None}
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{path}: not a CSV file in UTF-8 ({plain_error(error)}); correct it, or write JSONL"
        ) from None


def parquet_records(path: Path) -> Iterator[Record]:
    """The rows of a Parquet file.

    Raises:
        DatasetError: Where the file is not whole or not of this kind.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield from _numbered(file.iter_batches(batch_size=1000))
    except pa.ArrowException as error:
        raise DatasetError(f"{path}: not a whole Parquet file ({plain_error(error)}); copy it again") from None


def arrow_records(path: Path) -> Iterator[Record]:
    """The rows of a Arrow file, in one piece or as a stream.

    Raises:
        DatasetError: Where the file is not whole or not of this kind.
    """
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as source:
            whole = source.read(6) == b"ARROW1"
            source.seek(0)
            if whole:
                file = pa.ipc.open_file(source)
                yield from _numbered(file.get_batch(at) for at in range(file.num_record_batches))
            else:
                yield from _numbered(pa.ipc.open_stream(source))
    except pa.ArrowException as error:
        raise DatasetError(f"{path}: not a whole Arrow file ({plain_error(error)}); copy it again") from None


def _numbered(batches: Any) -> Iterator[Record]:
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield number, row
