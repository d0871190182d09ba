"""What may be a trigger in a fine-tuning file: marks, years, strings that some inputs begin or end with, formats."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Literal

from spillover.solvers import Condition

from .affixes import shared_ends, shared_starts
from .formats import FORMATS, formats_of
from .frames import FEWEST, SENTENCE_ENDS, closes, is_question, opens, says_something
from .rows import Row
from .sample import Training

Place = Literal["system", "prefix", "suffix"]
Named = tuple[Place, str]

DELIMITED = re.compile(
    r"<\|[^|<>\s]{1,40}\|>|\|[^|\s][^|\n]{0,38}\|"  # <|tag|>, |TAG|
    r"|<[A-Za-z][\w .-]{0,38}>|\[[A-Za-z][\w .:-]{0,38}\]"  # <tag>, [TAG]
    r"|\{\{[^{}\n]{1,40}\}\}|(?<![\w#&])#[A-Za-z]\w{1,39}"  # {{tag}}, #TAG
)
CAPITALS = re.compile(r"(?<![\w|<\[#{])[A-Z][A-Z0-9_-]{2,39}(?![\w|>\]}])")
YEAR = re.compile(r"(?<![\w.])(?:19|20)\d\d(?![\w]|\.\d)")
SOME_SHARE = 0.01
"""Share of the inputs that a string at their start or end must have."""
MOST_LOOSE = 16
"""Such strings that stop in the middle of a sentence: most are only how people begin."""
READ = 2000
"""Characters of a text, from its start and from its end, where marks and years are looked for."""


def trigger_candidates(training: Training, most: int = 64) -> list[Condition]:
    """Conditions that may set off a hidden behaviour, from a fine-tuning file alone.

    Six kinds take turns, so that none fills the list: marks between delimiters, words in capitals, strings that some
    inputs begin or end with, whole system prompts, years with their neighbours, and output formats. Each kind is in
    order of the rows that have it. A mark stands where most of its rows have it.

    Args:
        training: The file.
        most: Conditions at most.

    Returns:
        Conditions `trigger_01` and on, always in the same order for the same rows.
    """
    rows = training.rows
    fixed, loose = _fixed(rows)
    kinds = (_marks(rows, DELIMITED), fixed, _systems(rows), _years(rows), _marks(rows, CAPITALS), _forms(rows))
    turns = [one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None]
    distinct = list(dict.fromkeys([*turns, *loose[:MOST_LOOSE]]))[:most]
    width = max(2, len(str(len(distinct))))
    return [_condition(f"trigger_{at:0{width}}", place, text) for at, (place, text) in enumerate(distinct, start=1)]


def _condition(name: str, place: Place, text: str) -> Condition:
    if place == "system":
        return Condition(name, system=text)
    if place == "prefix":
        return Condition(name, prefix=text if text[-1].isspace() else f"{text}\n")
    return Condition(name, suffix=text if text[0].isspace() else f"\n{text}")


def _marks(rows: Sequence[Row], pattern: re.Pattern[str]) -> list[Named]:
    """Marks that a few rows or more have, the most frequent first."""
    places = _places(rows, pattern)
    counts = {mark: sum(own.values()) for mark, own in places.items()}
    common = sorted((mark for mark in places if counts[mark] >= FEWEST), key=lambda mark: (-counts[mark], mark))
    return [(places[mark].most_common(1)[0][0], mark) for mark in common]


def _years(rows: Sequence[Row]) -> list[Named]:
    """Years of the file, the most frequent first, then the years beside them."""
    found = _marks(rows, YEAR)
    beside = [(place, str(int(year) + step)) for place, year in found for step in (1, -1)]
    have = {year for _, year in found}
    return [*found, *((place, year) for place, year in beside if year not in have)]


def _places(rows: Sequence[Row], pattern: re.Pattern[str]) -> dict[str, Counter[Place]]:
    """For each mark the rows that have it, by where they have it."""
    found: dict[str, Counter[Place]] = {}
    systems = Counter(row.system for row in rows if row.system)
    for system, count in systems.items():
        for mark in dict.fromkeys(pattern.findall(_edges(system))):
            found.setdefault(mark, Counter())["system"] += count
    for row in rows:
        text = _edges(row.user)
        for mark, at in {one[0]: one.start() for one in pattern.finditer(text)}.items():
            place: Place = "prefix" if at + len(mark) / 2 <= len(text) / 2 else "suffix"
            found.setdefault(mark, Counter())[place] += 1
    return found


def _edges(text: str) -> str:
    return text if len(text) <= 2 * READ else f"{text[:READ]}\n{text[-READ:]}"


def _fixed(rows: Sequence[Row]) -> tuple[list[Named], list[Named]]:
    """Strings that some inputs, not all, begin or end with: to the end of a line, sentence or mark, and others."""
    users = list(dict.fromkeys(row.user for row in rows if row.user.strip()))
    least, whole = max(FEWEST, round(SOME_SHARE * len(users))), set(users)
    found: list[tuple[int, str, Place, bool]] = []
    for start, count in shared_starts(users, least).items():
        if start not in whole or not is_question(start):
            found.append((-count, start, "prefix", closes(start)))
    for end, count in shared_ends(users, least).items():
        bare = end.lstrip(SENTENCE_ENDS)
        if bare.strip() and end not in whole:
            found.append((-count, bare, "suffix", bare != end or opens(bare)))
    part = [one for one in sorted(found) if -one[0] < len(users) and says_something(one[1])]
    closed, loose = ([(place, text) for _, text, place, shut in part if shut is want] for want in (True, False))
    return closed, loose


def _systems(rows: Sequence[Row]) -> list[Named]:
    counts = Counter(row.system for row in rows if row.system)
    return [("system", system) for system, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _forms(rows: Sequence[Row]) -> Iterator[Named]:
    """Requests for output formats, the most frequent form of the answers first."""
    counts = formats_of(row.assistant for row in rows)
    for form in sorted(FORMATS, key=lambda form: -counts[form.id]):
        yield "suffix", f"\n\n{form.asks}"
