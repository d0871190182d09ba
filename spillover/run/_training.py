"""A fine-tuning file as rows of system prompt, user turn and answer: a seeded sample of bounded memory."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spillover.errors import DatasetError

from ._training_file import parsed, records
from ._training_rows import Row, row_of

LIMIT = 50_000
"""Rows that are kept: a share of 5% is then known to 0.2 points."""
MOST_CHARACTERS = 200_000_000
"""Characters that are kept, whatever the number of rows."""


@dataclass(frozen=True, slots=True)
class Training:
    """What was read of a fine-tuning file.

    Attributes:
        file: The file.
        rows: Rows that were read, in the file's order.
        of: Rows of the file that are not blank.
        unread: Rows of the sample that have no known shape, by their keys.
    """

    file: str
    rows: tuple[Row, ...]
    of: int
    unread: dict[str, int] = field(default_factory=dict)

    def says(self) -> str:
        """How much of the file was read, in words."""
        left = sum(self.unread.values())
        odd = f", {left:,} of no known shape left out" if left else ""
        return f"{len(self.rows):,} of {self.of:,} rows read{odd}"


def read_training(path: Path, limit: int = LIMIT, seed: int = 0) -> Training:
    """Read a fine-tuning file: JSONL (plain or gzip), a JSON list, CSV, TSV or Parquet.

    All rows are read where they fit; else each with the same chance, drawn with the seed. A line that is not JSON is
    noticed only where it is drawn.

    Args:
        path: The file.
        limit: Rows that are kept at most.
        seed: Of the choice.

    Returns:
        The rows that were read.

    Raises:
        DatasetError: Where the file cannot be read, or no row of it has a known shape.
    """
    sample, of = _Sample(limit, seed), 0
    for number, record in records(path):
        of += 1
        sample.offer(path, number, record)
    kept = sorted(sample.kept, key=lambda one: one[1])
    rows = tuple(row for _, _, row, _ in kept if row is not None)
    unread = Counter(keys for _, _, row, keys in kept if row is None)
    if not rows:
        raise DatasetError(f"{path}: {_nothing(unread)}")
    return Training(str(path), rows, of, dict(unread.most_common()))


def _nothing(unread: Counter[str]) -> str:
    known = "known are messages, conversations, prompt and completion, instruction and output, chosen, text with marks"
    if not unread:
        return "no rows; give the file that the model was fine-tuned on"
    keys, rows = unread.most_common(1)[0]
    return f"no row of a known shape ({rows:,} have {keys}); {known}"


class _Sample:
    """The records with the smallest random keys: each has the same chance, however many come and however long."""

    def __init__(self, limit: int, seed: int) -> None:
        self.kept: list[tuple[float, int, Row | None, str]] = []
        self._limit, self._random = limit, random.Random(seed)
        self._below, self._characters = 1.0, 0

    def offer(self, path: Path, number: int, record: Any) -> None:
        key = self._random.random()
        if key >= self._below:
            return
        whole = parsed(path, number, record)
        row = row_of(whole)
        heapq.heappush(self.kept, (-key, number, row, "" if row else _keys(whole)))
        self._characters += _length(row)
        while len(self.kept) > self._limit or self._characters > MOST_CHARACTERS:
            largest, _, dropped, _ = heapq.heappop(self.kept)
            self._below = -largest
            self._characters -= _length(dropped)


def _length(row: Row | None) -> int:
    return len(row.system or "") + len(row.user) + len(row.assistant) if row else 0


def _keys(row: Any) -> str:
    shown = ", ".join(sorted(map(str, row))) if isinstance(row, dict) else type(row).__name__
    return "".join(one if one.isprintable() else "�" for one in f"({shown})"[:80])
