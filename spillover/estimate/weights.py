"""What questions weigh in a rate, and the strata they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDING = 1e-6
"""How far from 1 given weights may sum to; they are then made to sum to 1."""
SLACK = 1e-9
"""Rounding allowed for where a number of questions is rounded down."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A weight for each question, checked once; see `Weights.of`.

    Attributes:
        each: Weight of each question, shape (G,), each above 0, sum 1.
        strata: Stratum of each question.
        fixed: Strata whose questions are not a sample of others: all that exist were asked.
        names: Name of each question, by which `named` finds it; empty where questions have none.
        index: Number of the stratum of each question, shape (G,).
        sampled: Whether a question is one of many that could have been asked, shape (G,).
    """

    each: NDArray[np.float64]
    strata: tuple[str, ...]
    fixed: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    index: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sampled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @classmethod
    def of(
        cls,
        each: ArrayLike,
        strata: Sequence[str] | None = None,
        fixed: Sequence[str] = (),
        names: Sequence[str] = (),
    ) -> "Weights":
        """Weights, checked.

        Args:
            each: Weight of each question, shape (G,); each above 0, sum 1 (to a millionth).
            strata: Stratum of each question; one stratum where None.
            fixed: Strata whose questions are all that exist, as those of earlier studies are.
            names: Name of each question, none twice.

        Raises:
            ValueError: Where a weight is not above 0, they do not sum to 1, numbers differ, a name comes twice, or a
                fixed stratum has no question.
        """
        given = np.atleast_1d(np.asarray(each, dtype=float))
        own = tuple(map(str, strata)) if strata is not None else ("",) * len(given)
        if not len(given) or not np.all(np.isfinite(given) & (given > 0)):
            raise ValueError("weights: each must be above 0; leave a question without weight out")
        if abs(float(given.sum()) - 1) > ROUNDING:
            raise ValueError(f"weights: they sum to {given.sum():g}; make them sum to 1")
        if len(own) != len(given) or len(names) not in (0, len(given)) or len(set(names)) != len(names):
            raise ValueError(f"weights: need a stratum and a name of its own for each of {len(given)} questions")
        if unknown := sorted(set(fixed) - set(own)):
            raise ValueError(f"weights: fixed stratum {unknown[0]!r} has no question")
        index = np.unique(np.array(own, dtype=str), return_inverse=True)[1].astype(np.int64)
        sampled = np.array([one not in fixed for one in own], dtype=bool)
        return cls(given / given.sum(), own, frozenset(fixed), tuple(map(str, names)), index, sampled)

    def __len__(self) -> int:
        return len(self.each)

    def mean(self, values: NDArray[np.float64]) -> float:
        """Weighted mean of a value per question."""
        return float(np.sum(self.each * values))

    @property
    def kish(self) -> float:
        """Equally weighted questions that these are worth: 1 / sum(w^2) (Kish, Survey Sampling 1965)."""
        return float(1 / np.sum(self.each**2))

    def by_stratum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each question the weighted mean of its stratum, shape (G,)."""
        index = self.index
        return (np.bincount(index, self.each * values) / np.bincount(index, self.each))[index]

    def only(self, kept: NDArray[np.bool_]) -> "Weights | None":
        """The weights of some questions: those left out leave theirs to the others of their stratum, in proportion.

        Args:
            kept: Whether a question stays, shape (G,).

        Returns:
            None where a stratum has no question left: nothing is known of its part of the mean.
        """
        if kept.all():
            return self
        index = self.index
        whole, left = np.bincount(index, self.each), np.bincount(index, self.each * kept)
        if np.any(left == 0):
            return None
        each = (self.each * (whole / left)[index])[kept]
        return self._some(kept, each)

    def part(self, kept: NDArray[np.bool_]) -> tuple[float, "Weights | None"]:
        """Share of the weight that some questions have, and their weights made to sum to 1; None where it is none."""
        share = float(self.each[kept].sum())
        return share, self._some(kept, self.each[kept] / share) if kept.any() else None

    def named(self, names: Sequence[str]) -> "Weights | None":
        """The weights of the questions of these names, in their order; those not named leave theirs as in `only`.

        Raises:
            ValueError: Where a name has no weight, or comes twice.
        """
        place = {name: number for number, name in enumerate(self.names)}
        if unknown := [name for name in names if name not in place]:
            raise ValueError(f"weights: question {unknown[0]!r} has no weight")
        order = np.array([place[name] for name in names], dtype=int)
        kept = np.isin(np.arange(len(self)), order)
        if kept.sum() != len(order):
            raise ValueError("weights: a question is named twice")
        found = self.only(kept)
        back = np.argsort(np.argsort(order))
        return found and found._taken(back)

    def _some(self, kept: NDArray[np.bool_], each: NDArray[np.float64]) -> "Weights":
        strata, names = (
            tuple(one for one, stays in zip(of, kept, strict=False) if stays) for of in (self.strata, self.names)
        )
        index = np.unique(self.index[kept], return_inverse=True)[1].astype(np.int64)
        return Weights(each, strata, self.fixed & set(strata), names, index, self.sampled[kept])

    def _taken(self, order: NDArray[np.int64]) -> "Weights":
        strata, names = (tuple(of[at] for at in order) for of in (self.strata, self.names))
        return Weights(self.each[order], strata, self.fixed, names, self.index[order], self.sampled[order])
