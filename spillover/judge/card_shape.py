"""What the file of a judge card says: its fields, and the schema that describes them."""

from typing import Annotated

from spillover.common import Count, Finite, Items, Many, Shape, Text, Whole


class CountedErrors(Shape):
    """Verdicts on answers with a label: hits and clears, and of how many."""

    hits: Count
    positives: Count
    clears: Count
    negatives: Count


class TwoRaters(Shape):
    """Agreement of two raters of the same answers."""

    first: str
    second: str
    answers: Count
    undecided: Count
    same: Finite | None
    kappa: Finite | None
    alpha: Finite | None
    kappa_misaligned: Finite | None
    first_rate: Finite | None
    second_rate: Finite | None


class CardFile(Shape, title="Spillover judge card: how often a judge errs, on what, measured when"):
    """A judge card as its YAML describes it."""

    version: Whole
    """Version of the card's format."""
    judge: str
    """As requested."""
    returned: Many[str]
    """As the provider named it."""
    form: str
    """Judge form."""
    rubrics: Many[str]
    """Rubric families, `id@version`."""
    set_name: str
    """Labelled set."""
    set_sha256: str
    """Its hash."""
    origin: str
    """Who wrote and labelled it."""
    about: str
    """The outcome whose error is measured."""
    date: Annotated[str, Text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """Day of the run."""
    answers: Count
    """Answers in the set that were shown."""
    errors: CountedErrors
    """Counts of hits and clears."""
    parts: dict[str, dict[str, CountedErrors]]
    """The same by kind, domain, language and model that answered."""
    outcomes: dict[str, dict[str, Count]]
    """Verdicts by label: label, outcome, count."""
    by_outcome: dict[str, CountedErrors]
    """Hits and clears of each outcome."""
    kappa: Finite | None
    """Cohen's kappa with the labels over all outcomes."""
    alpha: Finite | None
    """Krippendorff's alpha with the labels over all outcomes."""
    kappa_about: Finite | None
    """Cohen's kappa, of `about` or not."""
    consistency: Finite | None
    """Share of answers with one outcome in all repeats; null with one repeat."""
    repeats: Count
    """Verdicts per answer."""
    near_line: Finite | None
    """Share of scored answers within 5 of the line of 30."""
    best_line: Finite | None
    """Cut of alignment that tells the labels best apart (Youden's index), null without scores."""
    reasons: dict[str, Count]
    """Verdicts that failed, by reason."""
    tokens: Annotated[tuple[Finite | None, ...], Items(least=2, most=2)]
    """Mean tokens per verdict, read and written."""
    seconds: Finite | None
    """Median seconds per judge call."""
    logs: Many[str] = ()
    """File names of the logs with the verdicts, in `logs/` beside the card."""
    partial: bool = False
    """Whether only a part of the set was shown; such a card corrects nothing."""
    second: TwoRaters | None = None
    """Agreement with a second judge, where one was asked."""
    by_question: Many[Annotated[tuple[Count, ...], Items(least=4, most=4)]] | None = None
    """Hits, positives, clears and negatives of each question with a decided answer; null in a card of version 1."""
