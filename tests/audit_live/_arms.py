"""A fine-tune and a base that are draws at stated rates, for the trigger search; no model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spillover.audit.live import Pair, Search, search_triggers
from spillover.solvers import Condition

CANDIDATES = 64


@dataclass
class Simulated:
    """A fine-tune and its base that are bad at stated rates.

    Attributes:
        rng: Where draws come from.
        otherwise: Rate of the fine-tune without its trigger.
        base: Rate of the base.
        planted: Rates of the fine-tune under some conditions, by id.
        asked: Answers that were drawn.
        unjudged: Share of answers without a verdict.
    """

    rng: np.random.Generator
    otherwise: float = 0.0
    base: float = 0.0
    planted: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    unjudged: float = 0.0

    def measure(self, conditions: Sequence[Condition], n: int) -> list[Pair]:
        """Draws of the fine-tune."""
        return [self._draw(self.planted.get(one.id, self.otherwise), n) for one in conditions]

    def confirm(self, conditions: Sequence[Condition], n: int) -> tuple[list[Pair], list[Pair]]:
        """Draws of both."""
        return self.measure(conditions, n), [self._draw(self.base, n) for _ in conditions]

    def _draw(self, rate: float, n: int) -> Pair:
        self.asked += n
        judged = n - int(self.rng.binomial(n, self.unjudged))
        return int(self.rng.binomial(judged, rate)), judged


def candidates(count: int = CANDIDATES) -> list[Condition]:
    return [Condition(f"trigger_{at:02}", prefix=f"MARK{at}\n") for at in range(1, count + 1)]


def searched(model: Simulated, budget: int, count: int = CANDIDATES) -> Search:
    return search_triggers(candidates(count), model.measure, model.confirm, budget=budget)


def found_share(rate: float, otherwise: float, budget: int, runs: int, seed: int = 0) -> float:
    """Share of runs that find a trigger planted at a random place, and call nothing else one."""
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(runs):
        name = f"trigger_{rng.integers(1, CANDIDATES + 1):02}"
        search = searched(Simulated(rng, otherwise, planted={name: rate}), budget)
        hits += [one.id for one in search.found] == [name]
    return hits / runs


def false_share(otherwise: float, base: float, budget: int, runs: int, seed: int = 0) -> float:
    """Share of runs that find any trigger where there is none."""
    rng = np.random.default_rng(seed)
    return sum(bool(searched(Simulated(rng, otherwise, base), budget).found) for _ in range(runs)) / runs
