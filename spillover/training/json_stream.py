"""JSON values one after another: one list, several lists, a list a line, or objects over many lines."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from spillover.common import DatasetError, one_line

CHUNK = 1 << 20
"""Characters that are read at a time."""
LONGEST = 1 << 26
"""Characters of one record: 64 MiB. A longer one is no row."""
BETWEEN = " \t\r\n,\ufeff\x1e"


def stream(path: Path, source: IO[bytes]) -> Iterator[Any]:
    """The values of a file; of a list its items, each as soon as it is whole, but a list of messages as one value.

    Args:
        path: The file, for messages.
        source: Its bytes.

    Raises:
        DatasetError: Where something is not JSON or not UTF-8, a list does not end, or an item is too long.
    """
    held = _Held(path, source)
    while held.find(BETWEEN):
        if held.next() != "[":
            yield held.value()
            continue
        held.at += 1
        yield from _items(held)


def _items(held: "_Held") -> Iterator[Any]:
    """The items of a list that has begun."""
    talk: list[Any] | None = None
    first = True
    while True:
        if not held.find(BETWEEN):
            raise DatasetError(f"{held.path}: item {held.number + 1}: not JSON, or the list does not end; correct it")
        if held.next() == "]":
            held.at += 1
            break
        item = held.value(inside=True)
        if first and isinstance(item, dict) and any(key in item for key in ("role", "from")) and _says(item):
            talk = []
        first = False
        if talk is None:
            yield item
        else:
            talk.append(item)
    if talk:
        yield talk


def _says(item: dict[str, Any]) -> bool:
    return any(key in item for key in ("content", "value", "text", "parts"))


class _Held:
    """A part of the text, and where in it one is."""

    def __init__(self, path: Path, source: IO[bytes]) -> None:
        self.path, self.number = path, 0
        self.at, self._text = 0, ""
        self._source = io.TextIOWrapper(source, encoding="utf-8-sig")
        self._decoder = json.JSONDecoder()

    def find(self, over: str) -> bool:
        """Go to the next character that is none of these; whether there is one."""
        while True:
            while self.at < len(self._text) and self._text[self.at] in over:
                self.at += 1
            if self.at < len(self._text):
                return True
            if not self._more(CHUNK):
                return False

    def next(self) -> str:
        """The character here."""
        return self._text[self.at]

    def value(self, inside: bool = False) -> Any:
        """The value that begins here; it is whole where something follows it, or the file ends."""
        want = CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self.at)
            except RecursionError:
                raise DatasetError(
                    f"{self.path}: item {self.number + 1}: nested too deep; correct or delete it"
                ) from None
            except ValueError as error:
                value, end, why = None, -1, plain_error(error)
            if end >= 0 and (end < len(self._text) or not self._more(CHUNK)):
                self.number, self.at = self.number + 1, end
                return value
            if end < 0 and (len(self._text) - self.at > LONGEST or not self._more(want)):
                what = "not JSON, or the list does not end" if inside else f"not JSON ({why})"
                raise DatasetError(f"{self.path}: item {self.number + 1}: {what}; correct it, or write JSONL")
            want *= 2  # twice as much each time, so that one long item is not parsed over and over

    def _more(self, characters: int) -> bool:
        try:
            more = self._source.read(characters)
        except UnicodeDecodeError:
            raise DatasetError(f"{self.path}: not UTF-8; write the file in UTF-8") from None
        self._text, self.at = self._text[self.at :] + more, 0
        return bool(more)


def plain_error(error: BaseException) -> str:
    """What an error says, in one line that can be printed."""
    return one_line(str(error))[:120]
