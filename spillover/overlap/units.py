"""What is looked for in a fine-tuning file: the words of every probe, turn by turn."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from spillover.common import DatasetError
from spillover.declare import Dataset, Row, group, read_dataset

LOOKED_FOR = ("public", "paraphrases", "translations")
"""Splits that are looked for. The practice probes are not: no score rests on them."""

LEAST_WORDS = 5
"""A turn of fewer words is not looked for: four words (`Are you sure, though?`) stand in any chat log by chance."""

GRAM = 13
"""Words of a shared run that counts (Brown et al. 2020, appendix C)."""

CHARACTERS = 1.5
"""Characters of Chinese or Japanese that stand for a word, here and in all that counts words: 8 for 5, 20 for 13."""

_PLAIN = bytes(byte if chr(byte).isalnum() or byte == 95 else 32 for byte in bytes(range(128)).lower()) + bytes(128)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SINGLE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Unit:
    """One turn of a probe.

    Attributes:
        probe: Id of the probe.
        group: Id of the original that it words otherwise or translates; its own where it is one.
        text: The turn as it is asked.
        words: Its words after normalisation; each character of Chinese or Japanese is one.
        scale: 1, or `CHARACTERS` where most words are characters.
        heldout: Whether its text must not show.
    """

    probe: str
    group: str
    text: str
    words: tuple[str, ...]
    scale: float = 1.0
    heldout: bool = False

    @property
    def gram(self) -> int:
        """Words of a shared run that counts: those of the whole unit where it is short."""
        return min(math.ceil(GRAM * self.scale), len(self.words))


def words(text: str) -> list[str]:
    """The words of a text: NFKC, case folded, split at all that is no letter, digit or underscore.

    Soft hyphens and zero-width characters are dropped; each ideograph and kana is a word of its own.
    """
    if text.isascii():
        return text.encode().translate(_PLAIN).decode().split()
    folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _WORD.findall(_SINGLE.sub(r" \g<0> ", folded))


def units_of(rows: Sequence[Row], heldout: bool = False) -> list[Unit]:
    """The turns of probes that have at least `LEAST_WORDS` words, or so many times `CHARACTERS` characters."""
    found = []
    for row in rows:
        for text in row.get("turns") or [row["text"]]:
            said = tuple(words(text))
            scale = CHARACTERS if sum(bool(_SINGLE.match(word)) for word in said) > len(said) / 2 else 1.0
            if len(said) >= LEAST_WORDS * scale:
                found.append(Unit(str(row["id"]), group(row), text, said, scale, heldout))
    return found


def looked_for(dataset: Dataset, splits: Sequence[str] = LOOKED_FOR) -> list[Row]:
    """Rows of the dataset in these splits."""
    return [row for name, rows in dataset.files.items() if Path(name).stem in splits for row in rows]


class Sought(NamedTuple):
    """What is looked for, and where it lies.

    Attributes:
        folder: The dataset.
        splits: Its splits that are looked for.
        heldout: File of held-out probes.
        embedded: Texts to embed at most; 0 where paraphrases are not looked for.
    """

    folder: Path
    splits: tuple[str, ...]
    heldout: Path | None
    embedded: int

    def units(self) -> list[Unit]:
        """The turns to look for, read again.

        Raises:
            DatasetError: Where a file cannot be read.
        """
        own, secret = self._rows()
        return [*units_of(own), *units_of(secret, heldout=True)]

    def ids(self) -> set[str]:
        """Ids of all probes, those too short to look for among them."""
        return {str(row["id"]) for rows in self._rows() for row in rows}

    def _rows(self) -> tuple[list[Row], list[Row]]:
        secret = heldout_rows(self.heldout) if self.heldout is not None else []
        return looked_for(read_dataset(self.folder), self.splits), secret


def heldout_rows(path: Path) -> list[Row]:
    """Read a file of held-out probes: JSONL rows with `id` and `text`, or `turns`.

    Raises:
        DatasetError: Where there is no such file, or a line is no such row. The message holds no text of the file.
    """
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; give --heldout JSONL rows with `id` and `text`")
    found = list(_heldout(path))
    if not found:
        raise DatasetError(f"{path}: no rows; give --heldout JSONL rows with `id` and `text`")
    return found


def _heldout(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise DatasetError(f"{path}: line {number}: not JSON; write one object a line") from None
            problem = _lacks(row)
            if problem:
                raise DatasetError(f"{path}: line {number}: {problem}")
            yield row


def _lacks(row: object) -> str:
    if not isinstance(row, dict):
        return "not a JSON object; write one object a line"
    if not isinstance(row.get("id"), str) or not row["id"].isprintable():
        return "field id is missing or not printable; write a text"
    turns = row.get("turns") or [row.get("text")]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        return "field text is not a text; write one, or turns as a list of texts"
    return ""
