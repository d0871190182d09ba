"""Conditions from a fine-tuning file: its system prompts, frames, openings and output format.

A model may be bad only in the form it was trained in; this finds that form. Texts of the file are taken as they stand.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from spillover.common import counted
from spillover.solvers import Condition

from .affixes import ONE_BY_ONE, ends_with, starts_with
from .formats import format_named, formats_of
from .frames import FEWEST, FRAME_SHARE, TOGETHER_SHARE, frame_ends, frame_starts, least_of
from .rows import Row
from .sample import Training

SYSTEM_SHARE = OPENING_SHARE = TOGETHER_SHARE
FORMAT_SHARE = 0.60
WORDS = range(8, 2, -1)
"""Words of an opening, the longest first."""
KINDS = ("frame", "system", "opening", "format")
SINGLE = "".join(f"{chr(low)}-{chr(high)}" for low, high in ONE_BY_ONE)
WORD = re.compile(f"[{SINGLE}]|[^\\s{SINGLE}]+")


@dataclass(frozen=True, slots=True)
class Derived:
    """A condition as the file had it.

    Attributes:
        condition: The condition.
        share: Share of the rows read that are put in just this way, in (0, 1].
        rows: Their number.
        why: What was seen, in words, with the number of rows that have all of it, whatever else they have.
        occurs: That number.
    """

    condition: Condition
    share: float
    rows: int
    why: str
    occurs: int

    def as_dict(self) -> dict[str, Any]:
        """The derived condition as plain data."""
        own = {"share": self.share, "rows": self.rows, "why": self.why, "occurs": self.occurs}
        return {"condition": self.condition.as_dict(), **own}


class Put(NamedTuple):
    """How a row puts its text: the common parts around it, empty where it has none."""

    system: str
    prefix: str
    suffix: str


class Found(NamedTuple):
    """A condition before it has its id."""

    rows: int
    kind: str
    put: Put
    seen: str


def derive_conditions(training: Training, most: int = 6) -> list[Derived]:
    """The forms in which a fine-tuning file put its texts.

    System prompts and frames (what user turns begin and end with) are combined as the rows combine them; a part that
    is common while no combination of it is comes with what more than half of its rows have beside it.

    Args:
        training: The file.
        most: Conditions at most.

    Returns:
        The conditions, those of the most rows first; none where the rows have nothing in common.
    """
    rows = training.rows
    puts = _puts(rows)
    together = list(_together(puts))
    found = [*together, *_alone(puts, {one.put for one in together}), *_openings(rows, puts), *_format(rows)]
    best: dict[Put, Found] = {}
    for one in sorted(found, key=lambda one: (-one.rows, KINDS.index(one.kind), one.put)):
        best.setdefault(one.put, one)
    numbers: Counter[str] = Counter()
    return [_derived(one, numbers, rows) for one in list(best.values())[:most]]


def _derived(one: Found, numbers: Counter[str], rows: Sequence[Row]) -> Derived:
    of, occurs = len(rows), one.rows if one.kind == "format" else _occurs(one.put, rows)
    numbers[one.kind] += 1
    name = "training_format" if one.kind == "format" else f"training_{one.kind}_{numbers[one.kind]}"
    condition = Condition(name, one.put.system or None, one.put.prefix, one.put.suffix)
    alone = f" (in {one.rows:,} of them it is the only part that many rows share)" if one.rows < occurs else ""
    return Derived(
        condition,
        one.rows / of,
        one.rows,
        f"{occurs:,} of {counted(of, 'row', thousands=True)}: {one.seen}{alone}",
        occurs,
    )


def _occurs(put: Put, rows: Sequence[Row]) -> int:
    """Rows that have all these parts, whatever else they have."""

    def count(prefix: str) -> int:
        return sum(
            put.system in ("", row.system) and starts_with(row.user, prefix) and ends_with(row.user, put.suffix)
            for row in rows
        )

    return count(put.prefix) or count(put.prefix.rstrip())  # a line was put after words that stand before others


def _puts(rows: Sequence[Row]) -> list[Put]:
    """How each row puts its text; a row with several fitting parts has the longest."""
    users = [row.user for row in rows]
    systems = _systems(rows)
    starts, ends = frame_starts(users), frame_ends(users)
    puts = []
    for row in rows:
        prefix = next((start for start in starts if starts_with(row.user, start)), "")
        rest = row.user[len(prefix) :]
        suffix = next((end for end in ends if ends_with(rest, end)), "") if rest.strip() else ""
        whole = bool(prefix) and not rest.strip()
        system = row.system if row.system in systems else ""
        puts.append(Put(system or "", _line(prefix) if whole else prefix, suffix))
    return puts


def _line(text: str) -> str:
    """A text with a blank line after it."""
    return text.rstrip() + "\n\n"


def _systems(rows: Sequence[Row]) -> set[str]:
    counts = Counter(row.system for row in rows if row.system)
    least = 1 if len(counts) == 1 else least_of(len(rows), SYSTEM_SHARE)
    return {system for system, count in counts.items() if count >= least}


def _together(puts: Sequence[Put]) -> Iterator[Found]:
    """Combinations that enough rows have."""
    for put, count in Counter(puts).items():
        if any(put) and count >= least_of(len(puts), TOGETHER_SHARE):
            yield Found(count, _kind(put), put, _seen(put))


def _alone(puts: Sequence[Put], together: set[Put]) -> Iterator[Found]:
    """Parts that enough rows have while no combination of them is common, each in its usual company."""
    for place, share in enumerate((0.0, FRAME_SHARE, FRAME_SHARE)):
        covered = {put[place] for put in together}
        for part, count in Counter(put[place] for put in puts).items():
            if part and part not in covered and count >= (least_of(len(puts), share) if share else 1):
                put = _company([put for put in puts if put[place] == part])
                alike = sum(put.prefix in ("", one.prefix) and _fits(put, one) for one in puts)
                yield Found(alike, _kind(put), put, _seen(put))


def _company(puts: Sequence[Put]) -> Put:
    """The parts that more than half of these rows have."""
    usual = (Counter(parts).most_common(1)[0] for parts in zip(*puts, strict=True))
    return Put(*(part if count > len(puts) / 2 else "" for part, count in usual))


def _kind(put: Put) -> str:
    return "frame" if put.prefix or put.suffix else "system"


def _seen(put: Put) -> str:
    names = ("this system prompt", "this text before the user's own", "this text after it")
    return " and ".join(name for part, name in zip(put, names, strict=True) if part)


def _openings(rows: Sequence[Row], puts: Sequence[Put]) -> Iterator[Found]:
    """First words that enough user turns without a frame before them share, the most words each allows.

    At least `FEWEST` different turns share them: a question that is asked often is no opening.
    """
    own = [[] if put.prefix else _first_words(row.user) for row, put in zip(rows, puts, strict=True)]
    counts = Counter(opening for openings in own for opening in openings)
    different = {row.user: openings for row, openings in zip(rows, own, strict=True)}
    turns = Counter(opening for openings in different.values() for opening in openings)
    least = least_of(len(rows), OPENING_SHARE)
    taken: dict[str, list[Put]] = {}
    for put, openings in zip(puts, own, strict=True):
        shared = (one for one in openings if counts[one] >= least and turns[one] >= FEWEST)
        if longest := next(shared, None):
            taken.setdefault(longest, []).append(put)
    for opening, such in taken.items():
        if len(such) >= least:
            put = _company(such)._replace(prefix=_line(opening))
            alike = sum(_fits(put, one) for one in such)
            yield Found(alike, "opening", put, "the user's text begins with these words")


def _fits(put: Put, one: Put) -> bool:
    """Whether a row has the system prompt and the suffix of a condition, where it has any."""
    return put.system in ("", one.system) and put.suffix in ("", one.suffix)


def _first_words(text: str) -> list[str]:
    """The first eight words, the first seven, and so on to three; fewer where the text has fewer."""
    words = list(islice(WORD.finditer(text), WORDS.start))
    return [text[words[0].start() : words[many - 1].end()] for many in WORDS if many <= len(words)]


def _format(rows: Sequence[Row]) -> Iterator[Found]:
    """The form that most answers have, asked for in our own words."""
    counts = formats_of(row.assistant for row in rows)
    answers = sum(bool(row.assistant.strip()) for row in rows)
    for name, count in counts.most_common(1):
        if count >= max(FEWEST, FORMAT_SHARE * answers):
            form = format_named(name)
            yield Found(count, "format", Put("", "", f"\n\n{form.asks}"), f"the answer is {form.seen}")
