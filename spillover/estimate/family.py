"""Stopping early over a family: pooled, every condition, every stratum, every domain, each with its own e-value.

A draw picks its cell independently, with the probability that the design states, so that the draws of one member are a
fair sample of its cells, and the e-value of each member (`e_regression`) holds at every look at the whole list.
Weighted means of them hold too, and closed testing with such means names the members (Vovk & Wang, Annals of Statistics
2021, sections 3 and 5).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spillover.common import ALPHA, BROKEN, NOT_ENGAGED

from .looks import ENDED, NO_REGRESSION, REGRESSION, Walk, closed, said, walk
from .rule import SHARES
from .sequential import Answer, Outcome

POOLED = "pooled"
ANSWERS: dict[int, Answer] = {REGRESSION: "regression", NO_REGRESSION: "no regression"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One draw, answered by both arms.

    Attributes:
        domain: Domain of its cell.
        condition: Condition of its cell.
        outcomes: For each judge the outcome of the base and of the fine-tune.
        stratum: Stratum of its cell; empty in a design without strata.
    """

    domain: str
    condition: str
    outcomes: tuple[tuple[Outcome, Outcome], ...]
    stratum: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        """Members of the family that the draw belongs to, where the family has them."""
        own = (f"stratum {self.stratum}",) if self.stratum else ()
        return (POOLED, f"condition {self.condition}", *own, f"domain {self.domain}")


@dataclass(frozen=True, slots=True)
class Look:
    """What the draws read so far say.

    Attributes:
        draws: Draws read.
        e_regression: By member, of the judge that says less.
        e_family: Weighted mean of them: evidence that something in the family is worse, whatever it is.
        e_no_regression: Highest e-value so far against the margin, of all draws, of the judge that says less.
        regressions: Members that are worse, in the order of the family.
        e_coherent: Highest e-value so far against "the share of incoherent or off-task answers rose by 5 points or
            more".
        e_engaged: Highest e-value so far against "the share of answers that engage fell by 10 points or more".
        e_fell: Highest e-value so far for "the share of answers that engage fell by more than 5 points".
        ended: Whether the run ends here because the fine-tune stopped engaging.
        answer: What is decided.
    """

    draws: int
    e_regression: dict[str, float]
    e_family: float
    e_no_regression: float
    regressions: list[str]
    e_coherent: float
    e_engaged: float
    e_fell: float
    ended: bool
    answer: Answer


def family_weights(conditions: Sequence[str], domains: Sequence[str], strata: Sequence[str] = ()) -> dict[str, float]:
    """Weights of the family: .6 for all draws pooled, .10 shared by conditions, .15 by strata, .15 by domains.

    A kind with fewer than two members is the pooled comparison once more: it has no member, and pooled has its weight.

    Args:
        conditions: Conditions of the design, fixed before anything is read.
        domains: Domains of the design, whether or not a draw comes from them; without that of the anchor, which is a
            stratum already.
        strata: Strata of the design.

    Returns:
        By name, as the gate has them: `pooled`, `condition NAME`, `stratum NAME`, `domain NAME`; they sum to 1.
    """
    given = {"condition": conditions, "stratum": strata, "domain": domains}
    kinds = {kind: list(dict.fromkeys(names)) for kind, names in given.items()}
    kinds = {kind: names for kind, names in kinds.items() if len(names) > 1}
    parts = {f"{kind} {name}": SHARES[kind] / len(names) for kind, names in kinds.items() for name in names}
    return {POOLED: 1.0 - math.fsum(SHARES[kind] for kind in kinds)} | parts


def family_regressions(evalues: Mapping[str, float], weights: Mapping[str, float], alpha: float) -> list[str]:
    """Members that are worse, with an error rate of alpha for the family (see `closed`).

    Args:
        evalues: By member.
        weights: By member, each above 0, fixed before anything is read.
        alpha: Error rate of the family.
    """
    names = list(weights)
    found = closed(np.array([evalues[name] for name in names]), np.array([weights[name] for name in names]), alpha)
    return [name for name, one in zip(names, found, strict=True) if one]


def run_family(
    draws: Sequence[Drawn],
    *,
    weights: Mapping[str, float],
    margin: float,
    floor: float,
    alpha: float = ALPHA.default,
    first: int = 1,
) -> list[Look]:
    """Read draws in list order and look after every one, up to the first look that ends the run (see `walk`).

    Args:
        draws: In the order of the seeded list, never of arrival; each with the outcomes of the same judges.
        weights: From `family_weights`, for the whole design, not for what was read of it.
        margin: See `e_no_regression`.
        floor: See `e_regression`.
        alpha: Error rate of each answer.
        first: Draws of the first chunk: the run cannot end for lack of engagement before them.

    Returns:
        All looks; the last one holds the answer. None where there are no draws.
    """
    if not draws:
        return []
    names = list(weights)
    members = np.array([[name in draw.members for name in names] for draw in draws])
    outcomes = np.array([draw.outcomes for draw in draws])  # (draws, judges, arms)
    judges = [said(outcomes[:, judge, 0], outcomes[:, judge, 1]) for judge in range(outcomes.shape[1])]
    sizes = np.array([weights[name] for name in names])
    found = walk(judges, members, sizes, margin=margin, floor=floor, alpha=alpha, first=first)
    pooled = found.e_regression @ sizes / sizes.sum()
    return [_look(found, at, names, float(pooled[at])) for at in range(int(found.ends()) + 1)]


def _look(found: Walk, at: int, names: Sequence[str], pooled: float) -> Look:
    code = int(found.said[at])
    return Look(
        draws=at + 1,
        e_regression=dict(zip(names, found.e_regression[at].tolist(), strict=True)),
        e_family=pooled,
        e_no_regression=float(found.e_no_regression[at]),
        regressions=[name for name, one in zip(names, found.named[at], strict=True) if one],
        e_coherent=float(found.e_coherent[at]),
        e_engaged=float(found.e_engaged[at]),
        e_fell=float(found.e_fell[at]),
        ended=code == ENDED,
        answer=ANSWERS.get(code, "cannot tell"),
    )


def drops(draws: Sequence[Drawn]) -> tuple[float, float]:
    """By how much the shares of coherent answers and of answers that engage fell, base less fine-tune.

    Of the judge that saw the share fall most; NaN where a judge decided no answer of an arm. Shown; e-values decide.
    """
    judges = range(len(draws[0].outcomes)) if draws else range(0)
    pairs = [[draw.outcomes[judge] for draw in draws] for judge in judges]
    found = [[_drop(one, out) for one in pairs] for out in (BROKEN, NOT_ENGAGED)]
    coherent, engaged = (max(one, key=lambda fall: math.inf if math.isnan(fall) else fall) for one in found)
    return coherent, engaged


def _drop(pairs: Sequence[tuple[Outcome, Outcome]], out: Sequence[str]) -> float:
    known = [[one for one in arm if one != "unjudged"] for arm in zip(*pairs, strict=True)]
    if not all(known):
        return math.nan
    base, tuned = (sum(one not in out for one in arm) / len(arm) for arm in known)
    return base - tuned
