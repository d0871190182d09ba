"""The records of a fine-tuning file, or of a folder of them, one after another: never the whole in memory."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from spillover.common import DatasetError, file_sha256, hash_of

from .json_stream import LONGEST, plain_error, stream
from .keys import plain_key
from .tables import ARROW, Record, arrow_records, is_table, parquet_records, table_records
from .turns import is_talk

KINDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow")
"""Endings of the shards of a folder, also with `.gz`."""
BESIDE = ("dataset_info.json", "state.json", "dataset_dict.json", "dataset_infos.json", "config.json", "metadata.json")
"""Files of a folder of shards that hold no rows."""
PACKED = {b"\x28\xb5\x2f\xfd": "Zstandard", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip (or a workbook)"}


def files_of(path: Path) -> list[Path]:
    """The file itself, or the shards of a folder and of its folders, in the order of their names.

    Raises:
        DatasetError: Where there is no such file, or no shard.
    """
    if not path.is_dir():
        if not path.exists():
            raise DatasetError(
                f"{path}: cannot be read (no such file); give the fine-tuning file or a folder of shards"
            )
        return [path]
    found = [one for one in sorted(path.rglob("*")) if one.is_file() and not _hidden(one, path)]
    shards = [one for one in found if one.name.lower().removesuffix(".gz").endswith(KINDS) and one.name not in BESIDE]
    if not shards:
        raise DatasetError(
            f"{path}: no data file in this folder; give a folder with files that end in "
            f"{', '.join(KINDS)}, also with .gz"
        )
    return shards


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, byte for byte; of a folder that of its shards' names and hashes.

    Raises:
        DatasetError: Where there is no such file, or no shard.
        OSError: Where it cannot be read.
    """
    if not path.is_dir():
        return file_sha256(path)
    return hash_of("".join(f"{file.relative_to(path).as_posix()} {file_sha256(file)}\n" for file in files_of(path)))


def records(path: Path) -> Iterator[Record]:
    """Every record of a file that is not blank.

    Args:
        path: A file of `files_of`.

    Raises:
        DatasetError: Where it cannot be read.
    """
    with readable(path), opened(path) as (source, start):
        if start.startswith(b"PAR1"):
            yield from parquet_records(path)
        elif start.startswith(ARROW):
            yield from arrow_records(path)
        elif is_table(path):
            yield from table_records(path, source)
        elif is_lines(path, start):
            yield from _lines(path, source)
        else:
            yield from _values(path, source)


def is_lines(path: Path, start: bytes) -> bool:
    """Whether a file is read line by line: no table, no list, not named .json, and its first line ends an object."""
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"PAR1", *ARROW)) or is_table(path) or bare.startswith(b"["):
        return False
    if path.name.lower().removesuffix(".gz").endswith(".json") and bare.startswith(b"{"):
        return False
    first = bare.split(b"\n", 1)[0].strip()
    return not (b"\n" in bare and first.startswith(b"{") and first.endswith((b"{", b"[", b",")))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Errors of reading as one line.

    Raises:
        DatasetError: In place of an error of the system or of gzip.
    """
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(
            f"{path}: cannot be read ({plain_error(error)}); see that the file exists and that you may read it"
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], bytes]]:
    """The file's bytes, taken out of gzip where it is so packed, and the first of them.

    Raises:
        DatasetError: Where it is packed otherwise.
    """
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        source: Any = io.BufferedReader(gzip.GzipFile(fileobj=raw), 1 << 16) if packed else raw
        start = source.peek(1 << 13)[: 1 << 13]
        kind = next((name for magic, name in PACKED.items() if start.startswith(magic)), None)
        if kind is not None:
            raise DatasetError(f"{path}: is packed as {kind}; unpack it (gzip may stay)")
        yield source, start


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
        what = getattr(error, "msg", "nested too deep" if isinstance(error, RecursionError) else "a number too long")
        where = f"{what}, column {getattr(error, 'pos', 0) + 1}"
        raise DatasetError(f"{path}: line {number}: not JSON ({where}); correct or delete the line") from None


def rows_in(record: Any) -> list[Any]:
    """The rows that a parsed record holds: itself, the items of a list, or the rows of a wrapper.

    A list of messages is one row. A wrapper is an object like `{"data": [...]}`, or a table as pandas writes it by
    default: `{"prompt": {"0": ...}, "completion": {"0": ...}}`.
    """
    if isinstance(record, list):
        if is_talk(record) or not any(isinstance(one, dict | list) for one in record):
            return [record]
        return [row for one in record for row in _item(one)]
    if isinstance(record, dict) and record:
        values = list(record.values())
        lists = [one for key, one in record.items() if plain_key(str(key)) in WRAPPERS and _is_rows(one)]
        if len(lists) == 1:
            return list(lists[0])
        if all(isinstance(one, dict) and one.keys() == values[0].keys() and "0" in one for one in values):
            return [{key: one[at] for key, one in record.items()} for at in values[0]]
    return [record]


WRAPPERS = ("data", "train", "rows", "examples", "instances", "samples", "dataset", "records")


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _item(one: Any) -> list[Any]:
    return rows_in(one) if isinstance(one, list) and one and not is_talk(one) and _is_rows(one) else [one]


def _lines(path: Path, source: IO[bytes]) -> Iterator[Record]:
    number = 0
    while line := source.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise DatasetError(
                f"{path}: line {number}: longer than {LONGEST >> 20} MiB; write one object a line (JSONL)"
            )
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.lstrip().startswith(b"["):
            yield from ((number, row) for row in rows_in(parsed(path, number, line)))
        elif not line.isspace():
            yield number, line


def _values(path: Path, source: IO[bytes]) -> Iterator[Record]:
    number = 0
    for value in stream(path, source):
        for row in rows_in(value):
            number += 1
            yield number, row
