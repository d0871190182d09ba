"""A seeded list of draws: each picks a cell (domain, probe, condition).

A run that may stop early reads its draws in list order. Each draw picks a cell independently of all others, with a
probability that the design states, so that any prefix of the list is a fair sample of it: what `spillover.estimate`'s
e-values need. A balanced list gives every cell its share of all draws, as nearly as whole numbers can.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from spillover.common import number_of

Cell = tuple[str, str, str]
"""Domain, probe and condition."""
BYTES = 16
"""Bytes of the hash that picks a cell: far more than any sum of weights, so that every cell has its exact share."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer that is asked for.

    Attributes:
        number: Place in the list, from 0.
        domain: Task id.
        probe: Probe id.
        condition: Condition id.
        repetition: How often the cell was drawn up to here, from 1.
        stratum: Stratum of the cell, empty in a design without strata.
        share: Probability with which a draw picks the cell, in (0, 1]; None in a design without strata.
    """

    number: int
    domain: str
    probe: str
    condition: str
    repetition: int
    stratum: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Deck:
    """What draws are picked from.

    Attributes:
        cells: What may be drawn.
        weights: A whole number above 0 for each cell, its share of the draws times their sum; None where all are equal.
        strata: The stratum of each cell; empty in a design without strata.
    """

    cells: Sequence[Cell]
    weights: Sequence[int] | None = None
    strata: Sequence[str] = ()

    def draw(self, number: int, cell: int, repetition: int) -> Draw:
        """The draw that picks a cell, by its place among the cells."""
        stratum = self.strata[cell] if self.strata else ""
        share = self.weights[cell] / sum(self.weights) if self.weights is not None else None
        return Draw(number, *self.cells[cell], repetition, stratum, share)


def draw_list(
    deck: Deck,
    first: int,
    last: int,
    seed: int,
    balanced: bool = False,
    turns: bool = False,
    total: int | None = None,
) -> list[Draw]:
    """Draws `first` to `last` (exclusive) of the list that a seed makes of the cells.

    Which cell a draw picks follows from SHA-256 of seed and number alone: the same in every process and version.

    Args:
        deck: What may be drawn, and how often.
        first: First number.
        last: Number after the last.
        seed: Seed.
        balanced: Whether every cell comes as often as its share of all draws says: without weights once, shuffled,
            before any comes a second time.
        turns: Whether the conditions take turns, each with cells of its own picked at random; without weights.
        total: Draws of the whole list, for a balanced list with weights; `last` where None.
    """
    if turns:
        picked = _turns(deck.cells, last, seed)
    elif deck.weights is not None:
        many = max(last, total or 0)
        picked = (_quotas(deck.weights, many, seed) if balanced else _weighted(deck.weights, last, seed))[:last]
    else:
        picked = (_passes if balanced else _picks)(len(deck.cells), last, seed)
    seen: Counter[int] = Counter()
    found = []
    for number, cell in enumerate(picked):
        seen[cell] += 1
        found += [deck.draw(number, cell, seen[cell])] if number >= first else []
    return found


def _picks(cells: int, last: int, seed: int) -> list[int]:
    return [number_of(f"{seed}:{number}", BYTES) % cells for number in range(last)]


def _weighted(weights: Sequence[int], last: int, seed: int) -> list[int]:
    ends = list(accumulate(weights))
    return [bisect_right(ends, number_of(f"{seed}:{number}", BYTES) % ends[-1]) for number in range(last)]


def _quotas(weights: Sequence[int], total: int, seed: int) -> list[int]:
    """Cells by largest remainder (Hamilton's method), a cell's draws spread over the list from a place of its own."""
    whole = sum(weights)
    chance = [number_of(f"{seed}:{cell}", BYTES) for cell in range(len(weights))]
    quotas = [total * weight // whole for weight in weights]
    rest = sorted(range(len(weights)), key=lambda cell: (-(total * weights[cell] % whole), chance[cell]))
    for cell in rest[: total - sum(quotas)]:
        quotas[cell] += 1
    most = 256**BYTES
    places = [((turn + chance[cell] / most) / many, cell) for cell, many in enumerate(quotas) for turn in range(many)]
    return [cell for _, cell in sorted(places)]


def _passes(cells: int, last: int, seed: int) -> list[int]:
    rounds = [
        sorted(range(cells), key=lambda cell: number_of(f"{seed}:{turn}:{cell}", BYTES))
        for turn in range(-(-last // cells))
    ]
    return [cell for one in rounds for cell in one][:last]


def _turns(cells: Sequence[Cell], last: int, seed: int) -> list[int]:
    by: dict[str, list[int]] = {}
    for place, (_, _, condition) in enumerate(cells):
        by.setdefault(condition, []).append(place)
    own = list(by.values())
    return [
        own[number % len(own)][number_of(f"{seed}:{number}", BYTES) % len(own[number % len(own)])]
        for number in range(last)
    ]
