"""A plan: what a suite will ask, cost, take and be able to see."""

from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from .prices import Item


@dataclass(frozen=True, slots=True)
class First:
    """The calls to one model or judge before anything is planned.

    Attributes:
        role: `model` or `judge`.
        model: Inspect's model string.
        calls: Calls; up to `TRIES` for the harmless answer of a judge that cannot do the declared form.
    """

    role: str
    model: str
    calls: int


class Smallest(TypedDict, total=False):
    """Smallest differences that are seen with 80% power; None where none is.

    Attributes:
        population: For more questions from these domains.
        fixed: On these questions, over a base at 0.
        fixed_unclean: On these questions, over a base at 2%.
    """

    population: float | None
    fixed: float | None
    fixed_unclean: float | None


class Ends(TypedDict):
    """How soon a fine-tune is decided, and how.

    Attributes:
        draws: Mean draws until it is decided.
        regression: Probability of "regression".
        no_regression: Probability of "no regression".
        paid: Draws that are paid for.
    """

    draws: float
    regression: float
    no_regression: float
    paid: float


class Foreseen(TypedDict):
    """What a suite can see: fields of a `Plan`, which describes them."""

    smallest: Smallest
    margin: float | None
    margin_seen: float | None
    draws_no_regression: int | None
    expected: dict[str, Ends]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a suite will ask, cost, take and be able to see.

    Attributes:
        suite: Its id.
        title: Its title.
        arms: Models that answer, the base first.
        draws: Answers of each arm at most.
        deciding: Of these, draws outside the fine-tune's own field; only they decide.
        companions: Answers of each arm to questions of the companion scales, whatever is decided.
        answers: Answers of all arms at most.
        judge_calls: Calls of all judges at most.
        cells: Cells (domain, probe, condition) that draws are picked from.
        questions: Different questions among the deciding draws.
        items: What each model is asked and costs.
        usd: US dollars for what has a price, or None where nothing has.
        usd_most: The same with every answer as long as allowed.
        unpriced: Models that are not in the sum, with the reason.
        seconds: Time at the stated rates, or None for batches.
        smallest: Smallest differences that are seen with 80% power: on these questions with the base at 0 and at 2%
            (`fixed`, `fixed_unclean`), and for more questions from these domains (`population`); None where none is.
        margin: The suite's margin, or None where there is no verdict.
        margin_seen: Smallest margin at which a clean pair would be called no regression.
        draws_no_regression: Deciding draws that a clean pair needs at the suite's margin.
        first: Calls before anything is planned: of whom, in which role, how many.
        expected: By case (`clean`, and `clear`: 20%; base at 0): mean draws until decided, how, and draws paid for.
        needs: Material that must be at hand.
        warnings: What the design cannot do or keep.
        assumptions: What the figures rest on.
    """

    suite: str
    title: str
    arms: tuple[str, ...]
    draws: int
    deciding: int
    companions: int
    answers: int
    judge_calls: int
    cells: int
    questions: int
    items: tuple[Item, ...]
    usd: float | None
    usd_most: float | None
    unpriced: tuple[str, ...]
    seconds: float | None
    smallest: Smallest
    margin: float | None
    margin_seen: float | None
    draws_no_regression: int | None
    first: tuple[First, ...]
    expected: dict[str, Ends]
    needs: str | None
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)
