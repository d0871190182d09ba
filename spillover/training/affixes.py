"""What many texts begin or end with, cut between words and never inside one."""

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

LOOKED_AT = 200
"""Texts that say where a shared part may be cut."""
MOST = 200
"""Shared parts that are followed up, the most frequent."""
JOINS = frozenset("'’.-_&@/")
"""Marks that between two letters or digits belong to the word."""
ONE_BY_ONE = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
"""Kana and ideographs: scripts without spaces, where each character stands for itself."""


def cut_at(text: str, at: int) -> bool:
    """Whether a text may be cut here: not inside a word, a character or a run of one mark."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if _leans(after) or before == "\u200d" or (_flag(before) and _flag(after)):
        return False
    if before.isspace() or after.isspace():
        return not (before.isspace() and after.isspace())
    if _word(before):
        return not (_word(after) or (after in JOINS and _word(text[at + 1 : at + 2])))
    if before in JOINS and _word(after):
        return at < 2 or not _word(text[at - 2])
    return before != after or _alone(before)


def starts_with(text: str, start: str) -> bool:
    """Whether a text has this start, as whole words."""
    return text.startswith(start) and cut_at(text, len(start))


def ends_with(text: str, end: str) -> bool:
    """Whether a text has this end, as whole words."""
    return text.endswith(end) and cut_at(text, len(text) - len(end))


def shared_starts(texts: Sequence[str], least: int) -> dict[str, int]:
    """Starts that at least so many texts share, each as long as these allow, with the number of texts.

    In sorted order texts with a common start stand together, so every such start is that of some text and the one
    `least - 1` places on.

    Args:
        texts: The texts.
        least: Texts, at least 2.
    """
    return _shared(sorted(texts), least, backwards=False)


def shared_ends(texts: Sequence[str], least: int) -> dict[str, int]:
    """Ends that at least so many texts share; see `shared_starts`."""
    found = _shared(sorted(text[::-1] for text in texts), least, backwards=True)
    return {end[::-1]: count for end, count in found.items()}


def _shared(ordered: list[str], least: int, *, backwards: bool) -> dict[str, int]:
    pairs = zip(ordered, ordered[least - 1 :], strict=False)
    raw = Counter(_common(first, last) for first, last in pairs)
    found: dict[str, int] = {}
    for part, _ in raw.most_common(MOST):
        low, high = _range(ordered, part)
        step = math.ceil((high - low) / LOOKED_AT)
        cut = _cut(part, ordered[low:high:step], backwards)
        if cut and not cut.isspace() and cut not in found:
            low, high = _range(ordered, cut)
            found[cut] = sum(_may_cut(one, len(cut), backwards) for one in ordered[low:high])
    return {part: count for part, count in found.items() if count >= least}


def _common(first: str, last: str) -> str:
    """The common start of two texts, by halving."""
    low, high = 0, min(len(first), len(last))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[low:middle] == last[low:middle] else (low, middle - 1)
    return first[:low]


def _range(ordered: list[str], start: str) -> tuple[int, int]:
    return bisect_left(ordered, start), bisect_right(ordered, start, key=lambda text: text[: len(start)])


def _cut(part: str, texts: list[str], backwards: bool) -> str:
    """The longest start of a shared part that is whole words in all these texts."""
    for at in range(len(part), 0, -1):
        if all(_may_cut(text, at, backwards) for text in texts):
            return part[:at]
    return ""


def _may_cut(text: str, at: int, backwards: bool) -> bool:
    if not backwards:
        return cut_at(text, at)
    near = text[max(0, at - 2) : at + 2][::-1]
    return cut_at(near, len(near) - (at - max(0, at - 2))) if 0 < at < len(text) else True


@lru_cache(maxsize=4096)
def _word(character: str) -> bool:
    if not character or _alone(character):
        return False
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=4096)
def _alone(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in ONE_BY_ONE)


def _leans(character: str) -> bool:
    """Whether a character is part of the one before it: accents, vowel signs, joiners, skin tones."""
    if character.isascii():
        return False
    return (
        character == "\u200d" or unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
