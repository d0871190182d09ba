"""A fine-tuning file in blocks, and what is found in each: bounded memory, in one process or several."""

import gzip
import json
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from spillover.errors import DatasetError

from ._dataset import CANARY
from ._overlap_index import LEVELS, Index, Match
from ._overlap_meaning import LEAST_RARE, READ, Asked, Sieve, distinct
from ._overlap_units import Sought, words
from ._shapes import UNMARKED, USER, Said, texts_of

BLOCK = 2 << 20
"""Bytes that a process takes at a time (up to the end of the line): some 30 MiB as words and numbers."""

MANY = 16
"""Blocks below which starting processes (a second) costs more than it saves."""

AHEAD = 2
"""Blocks that wait for each process, so that the file is never read far ahead."""

SHOWN = 80
"""Most characters of a fine-tuning text that a hit shows."""

CANARY_BYTES = CANARY.encode()


class Hit(NamedTuple):
    """A row that holds a probe.

    Attributes:
        row: Line of the file, from 1.
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
        canary: Rows with the dataset's canary anywhere in them.
        hits: For each row and group of probes (an original and its other wordings) those of the strongest level.
        passed: Texts that the filter of `_overlap_meaning.py` lets through.
        asked: The distinct ones among them.
    """

    rows: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, ...]] = field(default_factory=Counter)
    canary: int = 0
    hits: list[Hit] = field(default_factory=list)
    passed: int = 0
    asked: list[Asked] = field(default_factory=list)


class Block(NamedTuple):
    """Whole lines: the file's name, the number of the first, and the bytes."""

    file: str
    first: int
    data: bytes


def blocks(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[Block]:
    """Read a file, plain or gzip, in blocks of whole lines.

    Args:
        path: The file.
        progress: Told the bytes of the file read so far.

    Raises:
        DatasetError: Where it cannot be read.
    """
    first = 1
    try:
        with path.open("rb") as raw:
            zipped = raw.peek(2)[:2] == b"\x1f\x8b"
            source: IO[bytes] = gzip.open(raw) if zipped else raw  # type: ignore[assignment]
            while data := source.read(BLOCK):
                data += source.readline()
                yield Block(str(path), first, data.removeprefix(b"\xef\xbb\xbf") if first == 1 else data)
                first += data.count(b"\n")
                if progress is not None:
                    progress(raw.tell())
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: cannot be read ({error})") from error


def rows_of(block: Block, found: Found) -> Iterator[tuple[int, list[Said]]]:
    """The line number and texts of each row of a known shape; the others are counted.

    Raises:
        DatasetError: Where a line is not JSON.
    """
    marked = CANARY_BYTES in block.data
    for number, line in enumerate(block.data.split(b"\n"), start=block.first):
        if not line or line.isspace():
            continue
        try:
            row = json.loads(line.decode())
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{block.file}: line {number}: {_why(line, error)}") from None
        found.rows += 1
        found.canary += marked and CANARY_BYTES in line
        shape, texts = texts_of(row)
        if shape is None:
            found.unknown[tuple(sorted(row)) if isinstance(row, dict) else (f"({type(row).__name__})",)] += 1
        else:
            found.shapes[shape] += 1
            yield number, texts


def _why(line: bytes, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8; write JSONL, one object a line, in UTF-8"
    if line.strip() in (b"[", b"{"):
        return "not JSON; the file seems to be one JSON document over many lines; write one object a line (JSONL)"
    what = getattr(error, "msg", "nested too deep" if isinstance(error, RecursionError) else "a number too long")
    return f"not JSON ({what}, column {getattr(error, 'pos', 0) + 1}); mend or drop the line"


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
