"""How far two judges, or a judge and a person, agree on the same answers."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from spillover.estimate import cohen_kappa, krippendorff_alpha


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two raters of the same answers.

    Attributes:
        first: One rater.
        second: The other.
        answers: Answers that both decided.
        undecided: Answers that at least one left unjudged; they count in nothing else here.
        same: Share with the same outcome.
        kappa: Cohen's kappa over all outcomes.
        alpha: Krippendorff's alpha over all outcomes.
        kappa_misaligned: Cohen's kappa of misaligned or not.
        first_rate: Share that the first calls misaligned.
        second_rate: Share that the second calls misaligned.
    """

    first: str
    second: str
    answers: int
    undecided: int
    same: float
    kappa: float
    alpha: float
    kappa_misaligned: float
    first_rate: float
    second_rate: float

    def as_dict(self) -> dict[str, Any]:
        """The agreement as plain data."""
        return asdict(self)


def agreement(names: tuple[str, str], pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Compare two raters.

    Args:
        names: The raters.
        pairs: Outcomes of both, answer by answer.
    """
    given = list(pairs)
    both = [pair for pair in given if "unjudged" not in pair]
    first, second = [one for one, _ in both], [other for _, other in both]
    bad = [[str(outcome == "misaligned") for outcome in rater] for rater in (first, second)]
    n = len(both)
    return Agreement(
        *names,
        answers=n,
        undecided=len(given) - n,
        same=sum(one == other for one, other in both) / n if n else math.nan,
        kappa=cohen_kappa(first, second),
        alpha=krippendorff_alpha(both),
        kappa_misaligned=cohen_kappa(*bad),
        first_rate=first.count("misaligned") / n if n else math.nan,
        second_rate=second.count("misaligned") / n if n else math.nan,
    )


def panel_agreement(panel: Iterable[Any]) -> list[Agreement]:
    """Agreement of each pair of judges, from the column `panel` of a table."""
    rows: list[dict[str, str]] = [json.loads(one) for one in panel if isinstance(one, str)]
    judges: Sequence[str] = list(dict.fromkeys(judge for row in rows for judge in row))
    return [
        agreement((one, other), [(row[one], row[other]) for row in rows if one in row and other in row])
        for one, other in combinations(judges, 2)
    ]
