"""A fine-tuning file as rows of system prompt, user turn and answer: a seeded sample of bounded memory."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spillover.common import DatasetError, counted, printable

from .file import files_of, parsed, records
from .rows import Reading, Row, read_row, row_in

LIMIT = 50_000
"""Rows that are kept: a share of 5% is then known to 0.2 points."""
MOST_CHARACTERS = 200_000_000
"""Characters that are kept, whatever the number of rows."""
KNOWN = (
    "known keys are messages, conversations, contents, dialog, prompt and completion, instruction, question, query or "
    "input with an output, response or answer, chosen, and text with the marks of a chat template; rename the keys"
)
LONGEST_TURN = 4000
"""Characters of a first user turn that is asked."""
NAMED = 8
"""Keys that are named at most."""


@dataclass(frozen=True, slots=True)
class Training:
    """What was read of a fine-tuning file.

    Attributes:
        file: The file, or the folder of shards.
        rows: Rows that were read, in the file's order.
        of: Rows of the file that are not blank.
        unread: Rows of the sample that have no known shape, by their keys.
        keys: Keys with text that no shape reads, and rows of the sample that have them.
    """

    file: str
    rows: tuple[Row, ...]
    of: int
    unread: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def says(self) -> str:
        """How much of the file was read, in words."""
        left = sum(self.unread.values())
        odd = f", {left:,} of no known shape left out" if left else ""
        said = f"{len(self.rows):,} of {counted(self.of, 'row', thousands=True)} read{odd}"
        return f"{said}; {keys_said(self.keys)}" if self.keys else said


def keys_said(keys: dict[str, int]) -> str:
    """Keys with text that were not read, in words, those of the most rows first.

    Args:
        keys: Rows by key.
    """
    shown = [f"{printable(key)} ({rows:,})" for key, rows in list(keys.items())[:NAMED]]
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return f"keys with text that were not read (rows): {', '.join(shown)}{more}"


def read_training(path: Path, limit: int = LIMIT, seed: int = 0) -> Training:
    """Read a fine-tuning file or a folder of shards: JSONL, JSON, CSV, TSV (plain or gzip), Parquet, Arrow.

    All rows are read where they fit; else each with the same chance, drawn with the seed. A line that is not JSON is
    noticed only where it is drawn.

    Args:
        path: The file or folder.
        limit: Rows that are kept at most.
        seed: Of the choice.

    Returns:
        The rows that were read.

    Raises:
        DatasetError: Where the file cannot be read, or no row of it has a known shape.
    """
    sample, of = _Sample(limit, seed), 0
    for file in files_of(path):
        for number, record in records(file):
            of += 1
            sample.offer(file, number, of, record)
    kept = sorted(sample.kept, key=lambda one: one[1])
    rows = tuple(row for _, _, row, _, _ in kept if row is not None)
    unread = Counter(keys for _, _, row, keys, _ in kept if row is None)
    keys = Counter(key for _, _, row, _, names in kept if row is not None for key in names)
    if not rows:
        raise DatasetError(f"{path}: {_nothing(unread)}")
    return Training(str(path), rows, of, dict(unread.most_common()), dict(keys.most_common()))


def first_turns(training: Training, most: int) -> tuple[str, ...]:
    """First user turns from all over the file, each once, none longer than `LONGEST_TURN`.

    Args:
        training: The file.
        most: Turns at most.
    """
    turns = [one.user for one in training.rows if one.assistant and 0 < len(one.user.strip()) <= LONGEST_TURN]
    different = list(dict.fromkeys(turns))
    step = max(1, len(different) // most)
    return tuple(different[::step][:most])


def _nothing(unread: Counter[str]) -> str:
    if not unread:
        return "the file has no rows; give the file that the model was fine-tuned on"
    keys, rows = unread.most_common(1)[0]
    return f"no row has a known shape ({rows:,} have {keys}); {KNOWN}"


class _Sample:
    """The records with the smallest random keys: each has the same chance, however many come and however long."""

    def __init__(self, limit: int, seed: int) -> None:
        self.kept: list[tuple[float, int, Row | None, str, tuple[str, ...]]] = []
        self._limit, self._random = limit, random.Random(seed)
        self._below, self._characters = 1.0, 0

    def offer(self, path: Path, number: int, at: int, record: Any) -> None:
        key = self._random.random()
        if key >= self._below:
            return
        whole = parsed(path, number, record)
        reading = read_row(whole)
        row = row_in(reading)
        heapq.heappush(self.kept, (-key, at, row, "" if row else keys_of(whole, reading), reading.unread))
        self._characters += _length(row)
        while len(self.kept) > self._limit or self._characters > MOST_CHARACTERS:
            largest, _, dropped, _, _ = heapq.heappop(self.kept)
            self._below = -largest
            self._characters -= _length(dropped)


def _length(row: Row | None) -> int:
    return len(row.system or "") + len(row.user) + len(row.assistant) if row else 0


def keys_of(row: Any, reading: Reading) -> str:
    """The keys of a row that trains nothing, and why where its shape is known."""
    shown = ", ".join(sorted(map(str, row))) if isinstance(row, dict) else type(row).__name__
    if any(not one.learned for one in reading.turns):
        shown += "; no answer to train on"
    return printable(f"({shown})"[:120])
