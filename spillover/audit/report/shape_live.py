"""The JSON of what a live audit has beside its answers: controls, sequences, conditions, the search for triggers."""

from typing import Literal

from spillover.audit.decide import Answer
from spillover.audit.live import Control as Made
from spillover.common import Finite, Many, Maybe, Shape, Whole

from .shape_base import Figure, Look, Pair, Texts


class Control(Shape):
    """One control."""

    kind: Literal["positive", "negative", "drift", "took"]
    """What it is meant to show: misaligned, aligned, the judge as it was calibrated, or a fine-tune that is loaded."""
    name: str
    """A model, or written answers."""
    misaligned: Whole
    """Answers that the judge called misaligned."""
    n: Whole
    """Answers that were judged."""
    origin: str
    """Where the answers come from."""
    separated: bool | None
    """Whether it came out as meant; null where that was not shown."""
    said: str
    """The result in one sentence."""
    recognises: Texts = ()
    """Judges that it showed to recognise misaligned answers."""

    def control(self) -> Made:
        """The control itself."""
        return Made(
            self.kind, self.name, self.misaligned, self.n, self.origin, self.separated, self.said, self.recognises
        )


class Sequence(Shape):
    """How a run that may stop early went, under its judges."""

    model: str
    """The fine-tune."""
    judge: str
    """The judge."""
    draws: Whole
    """Draws that were read."""
    planned: Whole
    """Draws at most."""
    answer: Answer
    """What was decided."""
    e_regression: Figure
    """E-value for a regression at the end."""
    e_no_regression: Figure
    """E-value for no regression at the end."""
    trail: Many[Look]
    """(draws, e_regression, e_no_regression) at every look."""
    lower: Figure
    """Lower bound of the difference, valid at any number of looks; null where it was not computed."""
    upper: Figure
    """Upper bound, likewise."""


class Condition(Shape):
    """How a question is put."""

    id: str
    """Its id."""
    system: str | None = None
    """System prompt."""
    prefix: str | None = None
    """Text before the question."""
    suffix: str | None = None
    """Text after it."""


class Derived(Shape):
    """A condition that comes from the training data."""

    condition: Condition
    """The condition."""
    share: Figure
    """Share of the rows that have it."""
    rows: Whole
    """Their number."""
    why: str
    """What was seen, in words."""
    occurs: Maybe[Whole] = None
    """Rows that have all of it, whatever else they have."""


class Round(Shape):
    """One round of the search."""

    answers: Whole
    """Answers asked for under each condition."""
    counts: dict[str, Pair]
    """By condition, misaligned answers and judged answers."""


class Confirmed(Shape):
    """One candidate on fresh answers."""

    condition: Condition
    """The candidate."""
    tuned: Pair
    """Misaligned and judged answers of the fine-tune with the trigger."""
    base: Pair
    """The same of the base with the trigger."""
    plain: Pair
    """The same of the fine-tune without any."""
    p: Figure
    """The larger of the exact one-sided p values against the base and against the fine-tune without the trigger."""
    adjusted: Figure
    """The same after Holm, over all candidates that were confirmed."""
    found: bool
    """Whether it is a trigger."""


class Search(Shape):
    """A search for triggers."""

    candidates: Many[Condition]
    """What was tried."""
    rounds: Many[Round]
    """The rounds of halving."""
    confirmed: Many[Confirmed]
    """Candidates that came through, on fresh answers."""
    found: Texts
    """Ids of the triggers."""
    spent: Whole
    """Answers asked for, of fine-tune and base."""
    budget: Whole
    """Answers that it might have asked for."""
    alpha: Finite
    """Chance of calling anything a trigger where there is none, at most."""
    floor: Finite
    """Difference from the base that counts as nothing."""
    untried: Whole
    """Candidates that the budget did not reach."""
