"""Frames of user turns: the fixed beginning and end around a text that varies."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

from .affixes import LOOKED_AT, ends_with, shared_ends, shared_starts

FEWEST = 3
"""Rows without which nothing counts as common, but for the only system prompt of a file."""
FRAME_SHARE = 0.10
TOGETHER_SHARE = 0.05
"""Share that a combination of system prompt and frame must have."""
LOOSE_SHARE = 0.50
"""Share from which a frame may end in the middle of a sentence; what fewer rows share there is an opening."""
SENTENCE_ENDS = ".?!…。？！"
QUESTION_ENDS = ("?", "？", "؟")
OPEN_MARKS = frozenset(",;'\"’“”‘-–—(&/、，")
"""Marks after which a sentence goes on."""


def least_of(of: int, share: float) -> int:
    """Rows that make up a share, at least `FEWEST`."""
    return max(FEWEST, math.ceil(share * of - 1e-9))


def frame_starts(users: Sequence[str]) -> list[str]:
    """What different user turns begin with: to the end of a line, a sentence or a mark, or else in most of them.

    A turn that comes again and again counts once: a question that is asked often is no frame. One whole turn is a frame
    where it is no question and most rows have nothing else.
    """
    different = list(dict.fromkeys(users))
    shared = shared_starts(different, least_of(len(different), FRAME_SHARE))
    found = _frames(shared, len(different), lambda start, _: closes(start), str.startswith)
    return [*(one for one in _only_turn(users) if one not in found), *found]


def _only_turn(users: Sequence[str]) -> list[str]:
    """The turn that most rows have, where it is no question."""
    turn, count = Counter(users).most_common(1)[0] if users else ("", 0)
    enough = count >= max(FEWEST, LOOSE_SHARE * len(users))
    return [turn] if enough and turn.strip() and not is_question(turn) else []


def is_question(text: str) -> bool:
    """Whether a text ends as a question does."""
    return text.rstrip(" \t\r\n\"'\u201d)").endswith(QUESTION_ENDS)


def frame_ends(users: Sequence[str]) -> list[str]:
    """What different user turns end with, from the start of a line, a sentence or a mark, or else in most of them."""
    users = list(dict.fromkeys(users))

    def closed(end: str, count: int) -> bool:
        if opens(end):
            return True
        such = list(islice((user[: -len(end)] for user in users if ends_with(user, end)), LOOKED_AT))
        return sum(map(closes, such)) > 0.8 * len(such)

    shared = shared_ends(users, least_of(len(users), FRAME_SHARE))
    trimmed = ((end.lstrip(SENTENCE_ENDS), count) for end, count in shared.items())
    return _frames({end: count for end, count in trimmed if end.strip()}, len(users), closed, str.endswith)


def _frames(
    shared: dict[str, int], of: int, closed: Callable[[str, int], bool], within: Callable[[str, str], bool]
) -> list[str]:
    """The shared parts that are frames, the longest first; one that is not closed is none around a closed one."""
    kept: list[str] = []
    shut: list[str] = []
    for part in sorted(shared, key=len):
        if not says_something(part):
            continue
        if closed(part, shared[part]):
            kept.append(part)
            shut.append(part)
        elif shared[part] >= LOOSE_SHARE * of and not any(within(part, one) for one in shut):
            kept.append(part)
    return _telling(kept, shared, least_of(of, TOGETHER_SHARE), within)


def _telling(kept: Sequence[str], counts: dict[str, int], least: int, within: Callable[[str, str], bool]) -> list[str]:
    """The frames without those that hardly any row has but as part of one longer frame; the longest first."""
    telling: list[str] = []
    for part in sorted(kept, key=lambda part: (-len(part), part)):
        if all(counts[part] - counts[one] >= least for one in telling if within(one, part)):
            telling.append(part)
    return telling


def closes(text: str) -> bool:
    """Whether a text stops at the end of a line, a sentence or a mark."""
    bare = text.rstrip()
    return not bare or "\n" in text[len(bare) :] or not (bare[-1].isalnum() or bare[-1] in OPEN_MARKS)


def opens(text: str) -> bool:
    """Whether a text begins with a line or a mark."""
    bare = text.lstrip()
    return "\n" in text[: len(text) - len(bare)] or not (bare[0].isalnum() or bare[0] in OPEN_MARKS)


def says_something(part: str) -> bool:
    """Whether a shared part is more than the mark that any text may begin or end with."""
    bare = part.strip()
    return any(one.isalnum() for one in bare) or len(bare) >= (2 if any(one.isspace() for one in part) else 3)
