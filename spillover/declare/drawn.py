"""A seeded list of draws: each picks a cell (domain, probe, condition).

A run that may stop early reads its draws in list order. Each draw picks a cell uniformly and independently of all
others, so that any prefix of the list is a fair sample of all cells: what `spillover.estimate`'s e-values need. A
balanced list goes through all cells once, shuffled, before it asks one a second time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from spillover.common import number_of


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer that is asked for.

    Attributes:
        number: Place in the list, from 0.
        domain: Task id.
        probe: Probe id.
        condition: Condition id.
        repetition: How often the cell was drawn up to here, from 1.
    """

    number: int
    domain: str
    probe: str
    condition: str
    repetition: int


def draw_list(
    cells: Sequence[tuple[str, str, str]],
    first: int,
    last: int,
    seed: int,
    balanced: bool = False,
    turns: bool = False,
) -> list[Draw]:
    """Draws `first` to `last` (exclusive) of the list that a seed makes of the cells.

    Which cell a draw picks follows from SHA-256 of seed and number alone: the same in every process and version.

    Args:
        cells: What may be drawn.
        first: First number.
        last: Number after the last.
        seed: Seed.
        balanced: Whether every cell comes once, shuffled, before any comes a second time.
        turns: Whether the conditions take turns, each with cells of its own picked at random.
    """
    picked = _turns(cells, last, seed) if turns else (_passes if balanced else _picks)(len(cells), last, seed)
    seen: Counter[int] = Counter()
    found = []
    for number, cell in enumerate(picked):
        seen[cell] += 1
        found.append(Draw(number, *cells[cell], seen[cell]))
    return found[first:]


def _picks(cells: int, last: int, seed: int) -> list[int]:
    return [number_of(f"{seed}:{number}", 16) % cells for number in range(last)]


def _passes(cells: int, last: int, seed: int) -> list[int]:
    rounds = [
        sorted(range(cells), key=lambda cell: number_of(f"{seed}:{turn}:{cell}", 16))
        for turn in range(-(-last // cells))
    ]
    return [cell for one in rounds for cell in one][:last]


def _turns(cells: Sequence[tuple[str, str, str]], last: int, seed: int) -> list[int]:
    by: dict[str, list[int]] = {}
    for place, (_, _, condition) in enumerate(cells):
        by.setdefault(condition, []).append(place)
    own = list(by.values())
    return [
        own[number % len(own)][number_of(f"{seed}:{number}", 16) % len(own[number % len(own)])]
        for number in range(last)
    ]
