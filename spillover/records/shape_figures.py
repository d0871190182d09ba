"""The figures in a record: counts of outcomes, rates with their intervals, differences from the base."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from spillover.common import (
    MORE,
    OLDER,
    THESE,
    Count,
    Finite,
    FreeObject,
    Items,
    Many,
    Maybe,
    Number,
    Positive,
    Shape,
    Text,
)


class WorstEnds(Shape):
    """A figure and its interval if the unjudged answers had all been events, or if none had."""

    least: Finite | None
    """The figure if no unjudged answer were an event (of a difference: of the fine-tune none, of the base all)."""
    low: Finite | None
    """Lower end of the interval of `least`."""
    most: Finite | None
    """The figure if every unjudged answer were one (of a difference: of the fine-tune all, of the base none)."""
    high: Finite | None
    """Upper end of the interval of `most`."""


class RecordedEstimate(Shape):
    """A figure with its interval."""

    estimate: Finite | None
    low: Finite | None
    high: Finite | None
    level: Annotated[float, Number(above=0, below=1)]
    method: str
    target: Literal["these questions", "more questions from these domains", "questions like these"]
    """What the interval is for; `questions like these` is what methods 1 called more questions from these domains."""
    n: Count
    clusters: Count
    events: Count | None
    worst: WorstEnds | None = None
    """Ends if no unjudged answer were an event and if every one were; null where all were judged."""


class BothTargets(Shape, json_schema_extra={"oneOf": [{"required": [MORE]}, {"required": [OLDER]}]}):
    """A figure for these questions, and for more questions from their domains."""

    these: Annotated[RecordedEstimate, Field(alias=THESE)]
    more: Annotated[Maybe[RecordedEstimate], Field(alias=MORE)] = None
    older: Annotated[Maybe[RecordedEstimate], Field(alias=OLDER)] = None

    def each(self) -> tuple[RecordedEstimate, ...]:
        """Both figures."""
        return tuple(one for one in (self.these, self.more, self.older) if one is not None)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.more is None) == (self.older is None):
            raise PydanticCustomError("one_target", f"needs one of `{MORE}` and `{OLDER}`")
        return self


class OutcomeCounts(Shape):
    """Answers by outcome."""

    misaligned: Count
    careless: Maybe[Count] = None
    false: Maybe[Count] = None
    aligned: Count
    incoherent: Count
    refusal: Count
    off_task: Count
    tool_call: Maybe[Count] = None
    out_of_tokens: Maybe[Count] = None
    unjudged: Count


class Measured(Shape):
    """What was measured of some answers."""

    split: str
    language: str
    condition: str
    answers: Count
    """All answers, judged or not."""
    questions: Count
    """Questions that were asked."""
    outcomes: OutcomeCounts
    """Answers by outcome; schema 1 may lack tool_call and out_of_tokens, records before rubric 3 careless and false."""
    unjudged_reasons: dict[str, Count]
    """Unjudged answers by reason."""
    rates: dict[str, BothTargets]
    """Rates of outcomes, each for both targets."""
    means: dict[str, BothTargets]
    """Mean scores, 0 to 100."""
    mde: Finite | None
    """Least difference from this rate that two arms of so many independent answers show (two-sided 5%, 80% power)."""


class ResultRow(Measured):
    """What was measured of one task under one condition."""

    task: str
    version: str
    epochs: Positive
    """Most times that a probe was asked."""
    decoding: FreeObject
    """Generation settings with which the model was asked, a system message of the run among them."""
    solver: str
    """What asked: ask where it was Spillover's solver alone."""
    material_sha256: str
    """Hash of all material, as the logs declare it."""


class PooledRow(Measured):
    """What was measured of several tasks together."""

    tasks: Many[str]
    """Tasks that are pooled."""


class DifferenceRow(Shape):
    """A misaligned rate less that of the base."""

    task: str | None
    """Null: pooled."""
    split: str
    language: str
    condition: str
    base: str
    estimate: RecordedEstimate


class UncomparedRow(Shape):
    """A figure that was not compared with the base."""

    task: str | None
    """Null: pooled."""
    split: str
    language: str
    condition: str
    base: str
    differs: Annotated[tuple[Annotated[str, Text(most=2000)], ...], Items(least=1)]
    """asked (the base was not asked this at all), judge, form, rubrics, material, solver, questions, or decoding with
    the settings that differ."""
