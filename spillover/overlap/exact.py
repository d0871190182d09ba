"""An inverted index of the probes' word trigrams: which probes does a text share enough with, exactly.

The probes are few (some 1,500 texts), the rows many. So the probes are indexed and the rows stream past: every row is
compared with every probe that it shares a trigram with, by exact counts. `benchmarks/overlap.py` measures MinHash too:
datasketch takes 13 times as long, rensa 1.4 times, and both, comparing whole texts, miss probes inside longer rows.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from .units import Unit, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT, GRAM, EDITED, PARAPHRASED = "exact", "ngram", "edited", "paraphrased"
LEVELS = (EXACT, GRAM, EDITED, PARAPHRASED)
"""The strongest first."""

SHORT, ENOUGH, LONG = 0.5, 8, 0.25
"""A text holds a near copy where one window shares half of the probe's distinct trigrams; eight are enough, and a
quarter of a long probe's are needed. One changed word costs three. Eight is measured: of unrelated texts (probes of
other groups, 13,771 recorded model answers, 50,000 rows of `benchmarks/overlap.py`) none shared more than seven."""

LEAST_SHARED = 5
"""Trigrams that a near copy shares at least (a run of seven words, or scraps of more): of a probe of eight words, which
has six, half would be no more than `what do you think`."""

WINDOW = 1.5
"""Length of that window in lengths of the probe: a copy may have grown by half, but far-apart scraps do not add up."""


class Match(NamedTuple):
    """A text holds a probe.

    Attributes:
        text: Number of the text among those given.
        unit: Number of the unit.
        level: One of `LEVELS`.
        score: Share of the unit's distinct trigrams in the best window, in (0, 1].
        run: Words of the longest shared run.
        start: Word of the text at which the match starts.
        end: Word after its last.
    """

    text: int
    unit: int
    level: str
    score: float
    run: int
    start: int
    end: int


class Texts(NamedTuple):
    """Texts as numbers.

    Attributes:
        ids: Word ids of all texts, a 0 after each text; 0 for words that no probe has.
        ends: For each text the place after its 0.
    """

    ids: "NDArray[np.int64]"
    ends: "NDArray[np.int64]"


class Index:
    """The trigrams of units, and the units that have them."""

    def __init__(self, units: Sequence[Unit]) -> None:
        """Number the words, key the trigrams, and list the units of each key."""
        import numpy as np

        self.units = units
        known: dict[str, int] = {}
        coded = [[known.setdefault(word, len(known) + 1) for word in unit.words] for unit in units]
        self.vocabulary = known
        self.base = len(known) + 1
        self.places: list[dict[int, list[int]]] = [self._places(ids) for ids in coded]
        listed = [(key, unit) for unit, keys in enumerate(self.places) for key in keys]
        pairs = np.array(listed, np.int64).reshape(-1, 2)
        order = np.argsort(pairs[:, 0], kind="stable")
        self.keys, counts = np.unique(pairs[:, 0], return_counts=True)
        self.postings = pairs[order, 1]
        self.starts = np.concatenate([[0], np.cumsum(counts)])
        self.needs = np.array([_need(unit, len(keys)) for unit, keys in zip(units, self.places, strict=True)], np.int64)
        self.bits = np.zeros(1 << 20, bool)
        self.bits[self._slots(self.keys)] = True

    def _places(self, ids: list[int]) -> dict[int, list[int]]:
        """Where in a unit each of its trigrams starts."""
        found: dict[int, list[int]] = {}
        for place, (a, b, c) in enumerate(zip(ids, ids[1:], ids[2:], strict=False)):
            found.setdefault((a * self.base + b) * self.base + c, []).append(place)
        return found

    @staticmethod
    def _slots(keys: "NDArray[np.int64]") -> "NDArray[np.uint64]":
        """Places of keys in the table of 2^20 bits that spares most searches (multiplicative hash, the top 20 bits)."""
        import numpy as np

        return (keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(44)

    def read(self, texts: Sequence[str]) -> Texts:
        """Number the words of texts."""
        import numpy as np

        ids, ends, get = array("q"), array("q"), self.vocabulary.get
        for text in texts:
            ids.extend(map(get, words(text), repeat(0)))
            ids.append(0)
            ends.append(len(ids))
        return Texts(np.frombuffer(ids, np.int64), np.frombuffer(ends, np.int64))

    def search(self, texts: Texts) -> Iterator[Match]:
        """Every text and unit that match, at the strongest level that holds."""
        if len(texts.ids) > 2 and len(self.keys):
            for text, unit, at, keys in self._candidates(texts):
                start = int(texts.ends[text - 1]) if text else 0
                match = self._judge(text, unit, [place - start for place in at], keys)
                if match is not None:
                    yield match

    def _hits(self, ids: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """Places at which a trigram of a probe starts, and its number among the keys."""
        import numpy as np

        known = ids != 0
        at = np.flatnonzero(known[:-2] & known[1:-1] & known[2:])
        keys = (ids[at] * self.base + ids[at + 1]) * self.base + ids[at + 2]
        likely = self.bits[self._slots(keys)]
        at, keys = at[likely], keys[likely]
        number = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        real = self.keys[number] == keys
        return at[real], number[real]

    def _candidates(self, texts: Texts) -> Iterator[tuple[int, int, list[int], list[int]]]:
        """Pairs that share enough trigrams anywhere in the text: text, unit, the places and keys that they share."""
        import numpy as np

        at, number = self._hits(texts.ids)
        lengths = self.starts[number + 1] - self.starts[number]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        units = self.postings[np.repeat(self.starts[number], lengths) + within]
        pair = np.repeat(np.searchsorted(texts.ends, at, side="right"), lengths) * len(self.units) + units
        order = np.argsort(pair, kind="stable")
        pair, first, counts = np.unique(pair[order], return_index=True, return_counts=True)
        places, keys = np.repeat(at, lengths)[order], np.repeat(self.keys[number], lengths)[order]
        for one in np.flatnonzero(counts >= self.needs[pair % len(self.units)]):
            text, unit = divmod(int(pair[one]), len(self.units))
            own = slice(first[one], first[one] + counts[one])
            yield text, unit, places[own].tolist(), keys[own].tolist()

    def _judge(self, text: int, number: int, at: list[int], keys: list[int]) -> Match | None:
        unit, places = self.units[number], self.places[number]
        run, run_end = _longest_run(places, at, keys)
        if run >= unit.gram:
            level, start, end = EXACT if run == len(unit.words) else GRAM, run_end - run, run_end
            shared, _, _ = _best_window(at, keys, WINDOW * len(unit.words))
        else:
            level = EDITED
            shared, start, end = _best_window(at, keys, WINDOW * len(unit.words))
            if shared < _least_shared(unit, len(places)):
                return None
        return Match(text, number, level, round(shared / len(places), 3), run, start, end)


def _least_shared(unit: Unit, trigrams: int) -> int:
    """Distinct trigrams that a window must share with a unit of so many to be a near copy."""
    shared = min(SHORT * trigrams, max(ENOUGH * unit.scale, LONG * trigrams))
    return math.ceil(max(LEAST_SHARED * unit.scale, shared))


def _need(unit: Unit, trigrams: int) -> int:
    """Trigrams that a text must share with a unit to match at any level: those of a run, or of a near copy."""
    return min(unit.gram - 2, trigrams, _least_shared(unit, trigrams))


def _longest_run(places: dict[int, list[int]], at: list[int], keys: list[int]) -> tuple[int, int]:
    """Words of the longest run that text and unit share, and the word of the text after it."""
    best, end, before = 0, 0, -2
    ending: dict[int, int] = {}
    for place, key in zip(at, keys, strict=True):
        last = ending if place == before + 1 else {}
        ending = {own: last.get(own - 1, 0) + 1 for own in places[key]}
        longest = max(ending.values())
        if longest > best:
            best, end = longest, place + 3
        before = place
    return best + 2, end


def _best_window(at: list[int], keys: list[int], width: float) -> tuple[int, int, int]:
    """Most distinct trigrams in a window of so many words; its first word and the word after its last."""
    best, start, end, left = 0, 0, 0, 0
    inside: Counter[int] = Counter()
    for place, key in zip(at, keys, strict=True):
        inside[key] += 1
        while place + 3 - at[left] > width:
            inside[keys[left]] -= 1
            if not inside[keys[left]]:
                del inside[keys[left]]
            left += 1
        if len(inside) > best:
            best, start, end = len(inside), at[left], place + 3
    return best, start, end
