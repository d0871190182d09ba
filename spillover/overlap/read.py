"""A fine-tuning file in blocks, and what is found in each: bounded memory, in one process or several."""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from spillover.declare import CANARY
from spillover.training import (
    UNMARKED,
    USER,
    files_of,
    is_lines,
    opened,
    parsed,
    read_row,
    readable,
    records,
    rows_in,
)

from .exact import LEVELS, Index, Match
from .meaning import LEAST_RARE, READ, Asked, Sieve, distinct
from .units import Sought, words

BLOCK = 2 << 20
"""Bytes that a process takes at a time (up to the end of the line): some 30 MiB as words and numbers."""

MANY = 16
"""Blocks below which starting processes (a second) costs more than it saves."""

AHEAD = 2
"""Blocks that wait for each process, so that the file is never read far ahead."""

SHOWN = 80
"""Most characters of a fine-tuning text that a hit shows."""

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
        passed: Texts that the filter of `_overlap_meaning.py` lets through.
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


def search_block(index: Index, sieve: Sieve | None, most: int, block: Block) -> Found:
    """Look through a block; with a sieve, name too the user's texts (so many) that may word a probe otherwise."""
    found = Found()
    where: list[tuple[int, str]] = []
    texts: list[str] = []
    for number, said in rows_of(block, found):
        where += [(number, role) for role, _ in said]
        texts += [text for _, text in said]
    coded = index.read(texts)
    found.hits = _strongest(index, list(index.search(coded)), where, texts)
    if sieve is not None:
        taken = {hit.row for hit in found.hits}
        chosen = [at for at, (row, role) in enumerate(where) if role in (USER, UNMARKED) and row not in taken]
        scores = sieve.scores(coded, chosen)
        kept = [(at, score) for at, score in zip(chosen, scores.tolist(), strict=True) if score >= LEAST_RARE]
        found.passed = len(kept)
        found.asked = distinct((Asked(score, *where[at], 1, texts[at][:READ]) for at, score in kept), most)
    return found


def _strongest(
    index: Index, matches: Sequence[Match], where: Sequence[tuple[int, str]], texts: Sequence[str]
) -> list[Hit]:
    """The hits of each row and group at the strongest level; those of a row with a held-out probe show nothing."""
    best: dict[tuple[int, str], list[Match]] = {}
    for match in sorted(matches, key=lambda match: (LEVELS.index(match.level), -match.score)):
        together = best.setdefault((where[match.text][0], index.units[match.unit].group), [match])
        probes = {index.units[one.unit].probe for one in together}
        if match.level == together[0].level and index.units[match.unit].probe not in probes:
            together.append(match)
    hidden = {row for (row, _), found in best.items() if any(index.units[one.unit].heldout for one in found)}
    hits = []
    for (row, _), found in best.items():
        for match in found:
            shown = "" if row in hidden else " ".join(words(texts[match.text])[match.start : match.end])[:SHOWN]
            probe, role = index.units[match.unit].probe, where[match.text][1]
            hits.append(Hit(row, probe, role, match.level, match.score, match.run, shown))
    return sorted(hits)


def search_blocks(sought: Sought, of: Iterable[Block], workers: int) -> Iterator[Found]:
    """Look through blocks in order, in this process or in `workers` others.

    The others are told where the probes lie, not given them: what is sent to a process before it has started must fit
    the buffer of a pipe, or a process that cannot start would leave this one waiting for ever.
    """
    if workers < 2:
        _prepare(sought)
        yield from map(_search, of)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    waiting: deque[Future[Found]] = deque()
    with ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (sought,)) as pool:
        for block in of:
            waiting.append(pool.submit(_search, block))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_ready: tuple[Index, Sieve | None, int] | None = None
"""What a process searches with; built once in each."""


def _prepare(sought: Sought) -> None:
    global _ready
    index = Index(sought.units())
    _ready = index, Sieve(index) if sought.embedded else None, sought.embedded


def _search(block: Block) -> Found:
    assert _ready is not None
    return search_block(*_ready, block)
