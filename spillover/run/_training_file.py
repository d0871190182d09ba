"""The records of a fine-tuning file one after another, whatever the kind of file: never the whole in memory."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from spillover.errors import DatasetError

CHUNK = 1 << 20
LONGEST = 1 << 26
"""Bytes of one record: 64 MiB. A longer one is no row."""

Record = tuple[int, Any]
"""Number of the record, from 1 (of JSONL: of the line), and bytes of JSON or a parsed row."""


def records(path: Path) -> Iterator[Record]:
    """Every record that is not blank.

    Args:
        path: The file.

    Raises:
        DatasetError: Where it cannot be read.
    """
    try:
        with _open(path) as (source, start):
            if start.startswith(b"PAR1"):
                yield from _parquet(path)
            elif path.name.removesuffix(".gz").endswith((".csv", ".tsv")):
                yield from _table(path, source)
            elif start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
                yield from _list(path, source)
            else:
                yield from _lines(path, source)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: cannot be read ({_plain(error)})") from error


def parsed(path: Path, number: int, record: Any) -> Any:
    """A record as plain data.

    Raises:
        DatasetError: Where it is not JSON.
    """
    if not isinstance(record, bytes):
        return record
    try:
        return json.loads(record.decode())
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: line {number}: not UTF-8; write JSONL, one object a line, in UTF-8") from None
    except (ValueError, RecursionError) as error:
        fix = "mend or drop the line"
        if record.strip() == b"{":
            fix = "the file seems to be one JSON document over many lines; write one object a line (JSONL)"
        raise DatasetError(f"{path}: line {number}: not JSON ({_plain(error)}); {fix}") from None


@contextmanager
def _open(path: Path) -> Iterator[tuple[IO[bytes], bytes]]:
    """The file's bytes, taken out of gzip where it is so packed, and the first of them."""
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        source: Any = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
        yield source, source.peek(64)[:64]


def _lines(path: Path, source: IO[bytes]) -> Iterator[Record]:
    number = 0
    while line := source.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise DatasetError(f"{path}: line {number}: above {LONGEST >> 20} MiB; write one object a line (JSONL)")
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not line.isspace():
            yield number, line


def _list(path: Path, source: IO[bytes]) -> Iterator[Record]:
    """The items of one JSON list, each parsed as soon as it is whole."""
    text = io.TextIOWrapper(source, encoding="utf-8-sig")
    decoder, held, number, want = json.JSONDecoder(), _read(path, text, CHUNK), 0, CHUNK
    at = held.index("[") + 1
    while True:
        at = _skip(held, at)
        if held[at : at + 1] == "]":
            return
        try:
            item, end = decoder.raw_decode(held, at)
            whole = end < len(held)
        except ValueError:
            whole = False
        except RecursionError:
            raise DatasetError(f"{path}: item {number + 1}: nested too deep; mend or drop it") from None
        if whole:
            number, at, want = number + 1, end, CHUNK
            yield number, item
        else:
            held, at = _more(path, text, held[at:], want, number + 1), 0
            want *= 2


def _more(path: Path, text: IO[str], held: str, want: int, number: int) -> str:
    """What is held, and more of it: twice as much each time, so that one long item is not parsed over and over."""
    more = _read(path, text, want) if len(held) <= LONGEST else ""
    if not more:
        raise DatasetError(f"{path}: item {number}: not JSON, or the list does not end; mend it, or write JSONL")
    return held + more


def _read(path: Path, text: IO[str], characters: int) -> str:
    try:
        return text.read(characters)
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: not UTF-8; write the list in UTF-8") from None


def _skip(held: str, at: int) -> int:
    while at < len(held) and held[at] in " \t\r\n,":
        at += 1
    return at


def _table(path: Path, source: IO[bytes]) -> Iterator[Record]:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    before = csv.field_size_limit(LONGEST)
    try:
        tab = path.name.removesuffix(".gz").endswith(".tsv")
        for number, row in enumerate(csv.DictReader(text, delimiter="\t" if tab else ",", strict=True), start=1):
            yield number, {str(key): _nested(value) for key, value in row.items()}
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: not a CSV file in UTF-8 ({_plain(error)}); mend it, or write JSONL") from None
    finally:
        csv.field_size_limit(before)


def _parquet(path: Path) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {key: _nested(value) for key, value in row.items()}
    except pa.ArrowException as error:
        raise DatasetError(f"{path}: not a whole Parquet file ({_plain(error)}); copy it again") from None


def _nested(value: Any) -> Any:
    """A cell; where it holds messages written as JSON, these."""
    if isinstance(value, str) and value.startswith(('[{"', "[ {", '{"')):
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return inner if _messages(inner) else value
    return value


def _messages(inner: Any) -> bool:
    one = inner[0] if isinstance(inner, list) and inner else None
    return isinstance(one, dict) and bool({"role", "from"} & one.keys())


def _plain(error: BaseException) -> str:
    said = " ".join(str(error).split())[:120]
    return "".join(one if one.isprintable() else "�" for one in said)
