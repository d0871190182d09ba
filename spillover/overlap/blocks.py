"""A fine-tuning file in blocks of whole rows, and the texts of each block."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from spillover.declare import CANARY
from spillover.training import files_of, is_lines, opened, parsed, read_row, readable, records, rows_in

from .meaning import Asked

BLOCK = 2 << 20
"""Bytes that a process takes at a time (up to the end of the line): some 30 MiB as words and numbers."""

CANARY_BYTES = CANARY.encode()


Said = tuple[str, str]
"""Role and text."""


class Hit(NamedTuple):
    """A row that holds a probe.

    Attributes:
        row: Line of the file, from 1 (row, where it is no JSONL); of a folder counted on over its shards.
        probe: Id of the probe.
        role: Who says it: user, assistant, system, other, or unmarked.
        level: exact, ngram, edited or paraphrased.
        score: Share of the probe's distinct word trigrams, or for `paraphrased` the cosine, in (0, 1].
        run: Words of the longest shared run; 0 for `paraphrased`.
        shown: The matching words, normalised, at most `SHOWN` characters; empty for held-out probes.
    """

    row: int
    probe: str
    role: str
    level: str
    score: float
    run: int
    shown: str


@dataclass(slots=True)
class Found:
    """What a block, or a file, holds.

    Attributes:
        rows: Rows that are not blank.
        shapes: Rows by shape.
        unknown: Rows of no known shape, by their keys.
        keys: Keys with text that no shape reads, and rows that have them.
        canary: Rows with the dataset's canary anywhere in them.
        hits: For each row and group of probes (an original and its other wordings) those of the strongest level.
        passed: Texts that the filter `meaning.Sieve` lets through.
        asked: The distinct ones among them.
    """

    rows: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, ...]] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    canary: int = 0
    hits: list[Hit] = field(default_factory=list)
    passed: int = 0
    asked: list[Asked] = field(default_factory=list)


class Block(NamedTuple):
    """Rows as lines of JSON: of a JSONL file its own lines, of other files each row written as one.

    Attributes:
        file: The file's name.
        first: Number of the first line.
        data: The lines.
        before: Lines of the shards before this file; 0 where there is one file.
    """

    file: str
    first: int
    data: bytes
    before: int = 0


def blocks(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[Block]:
    """Read a file, or a folder of shards, in blocks of whole rows; any kind of file that `spillover.training` reads.

    Args:
        path: The file or folder.
        progress: Told the bytes read so far.

    Raises:
        DatasetError: Where it cannot be read.
    """
    before = passed = 0
    for file in files_of(path):
        last = 0
        with readable(file), opened(file) as (source, start):
            lines = is_lines(file, start)
            for first, data in _of_lines(source) if lines else _of_records(file):
                yield Block(str(file), first, data, before)
                last = first + data.count(b"\n") + (not data.endswith(b"\n")) - 1
                if progress is not None and lines:
                    progress(passed + _position(source))
        passed += file.stat().st_size
        before += last
        if progress is not None and not lines:
            progress(passed)


def _of_lines(source: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number of the first line, and lines."""
    first = 1
    while data := source.read(BLOCK):
        data += source.readline()
        yield first, data.removeprefix(b"\xef\xbb\xbf") if first == 1 else data
        first += data.count(b"\n")


def _of_records(file: Path) -> Iterator[tuple[int, bytes]]:
    """Number of the first record, and records written as lines of JSON."""
    first, size = 1, 0
    held: list[bytes] = []
    for number, record in records(file):
        held.append(json.dumps(record, default=str).encode())
        size += len(held[-1])
        if size >= BLOCK:
            yield first, b"\n".join(held)
            first, held, size = number + 1, [], 0
    if held:
        yield first, b"\n".join(held)


def _position(source: Any) -> int:
    """Bytes of the file itself that were read, also where it is packed."""
    packed = getattr(getattr(source, "raw", None), "fileobj", None)
    return int((packed or source).tell())


def rows_of(block: Block, found: Found) -> Iterator[tuple[int, list[Said]]]:
    """The line number and texts of each row of a known shape; the others are counted.

    Raises:
        DatasetError: Where a line is not JSON.
    """
    marked = CANARY_BYTES in block.data
    for number, line in enumerate(block.data.split(b"\n"), start=block.first):
        if not line or line.isspace():
            continue
        record = parsed(Path(block.file), number, line)
        rows = rows_in(record) if isinstance(record, list) else [record]
        found.rows += len(rows)
        found.canary += len(rows) if marked and CANARY_BYTES in line else 0
        for row in rows:
            reading = read_row(row)
            if reading.shape is None:
                found.unknown[tuple(sorted(row)) if isinstance(row, dict) else (f"({type(row).__name__})",)] += 1
            else:
                found.shapes[reading.shape] += 1
                found.keys.update(reading.unread)
                yield block.before + number, [(one.role, one.text) for one in reading.turns]
