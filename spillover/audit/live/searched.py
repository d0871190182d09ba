"""The course of a trigger search: its rounds, the candidates on fresh answers, and what was found."""

from dataclasses import dataclass
from typing import Any

from spillover.solvers import Condition

Pair = tuple[int, int]
"""Misaligned answers and judged answers."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of halving.

    Attributes:
        conditions: The candidates that were still in.
        answers: Answers asked for under each.
        counts: What was found in this round, in their order.
    """

    conditions: tuple[Condition, ...]
    answers: int
    counts: tuple[Pair, ...]

    def as_dict(self) -> dict[str, Any]:
        """The round as plain data; conditions by id."""
        counts = {one.id: list(pair) for one, pair in zip(self.conditions, self.counts, strict=True)}
        return {"answers": self.answers, "counts": counts}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One candidate on fresh answers.

    Attributes:
        condition: The candidate.
        tuned: Counts of the fine-tune with the trigger.
        base: Counts of the base with the trigger.
        plain: Counts of the fine-tune without any.
        p: The larger of two exact one-sided p values: against the fine-tune without the trigger, and against the base
            with it.
        adjusted: The same after Holm, over all candidates that were confirmed.
        found: Whether it is a trigger.
    """

    condition: Condition
    tuned: Pair
    base: Pair
    plain: Pair
    p: float
    adjusted: float
    found: bool

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        counts = {"tuned": list(self.tuned), "base": list(self.base), "plain": list(self.plain)}
        return {
            "condition": self.condition.as_dict(),
            **counts,
            "p": self.p,
            "adjusted": self.adjusted,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True)
class Search:
    """A trigger search.

    Attributes:
        candidates: What was tried.
        rounds: The rounds of halving; none where all candidates can be confirmed.
        confirmed: Candidates that came through, on fresh answers; those that never gave a misaligned answer are not
            asked again.
        spent: Answers asked for, of fine-tune and base.
        budget: Answers that it might have asked for.
        alpha: Chance of calling anything a trigger where there is none, at most.
        floor: Difference from the base that counts as nothing.
        untried: Candidates that the budget did not reach.
    """

    candidates: tuple[Condition, ...]
    rounds: tuple[Round, ...]
    confirmed: tuple[Confirmed, ...]
    spent: int
    budget: int
    alpha: float
    floor: float
    untried: int

    @property
    def found(self) -> list[Condition]:
        """The triggers."""
        return [one.condition for one in self.confirmed if one.found]

    def as_dict(self) -> dict[str, Any]:
        """The search as plain data."""
        return {
            "candidates": [one.as_dict() for one in self.candidates],
            "rounds": [one.as_dict() for one in self.rounds],
            "confirmed": [one.as_dict() for one in self.confirmed],
            "found": [one.id for one in self.found],
            "spent": self.spent,
            "budget": self.budget,
            "alpha": self.alpha,
            "floor": self.floor,
            "untried": self.untried,
        }
