"""What a report shows beside its decision, as plain data: every part that describes and never decides."""

from dataclasses import dataclass
from typing import Literal

from spillover.audit.decide import Answer
from spillover.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Heat:
    """One domain under one condition.

    Attributes:
        model: The fine-tune.
        domain: Task.
        condition: Condition id.
        base: Misaligned rate of the base, for these questions.
        tuned: Misaligned rate of the fine-tune.
        delta: Fine-tune less base, 95%, not adjusted for the number of cells.
    """

    model: str
    domain: str
    condition: str
    base: Estimate
    tuned: Estimate
    delta: Estimate


@dataclass(frozen=True, slots=True)
class Effect:
    """What a condition does to the distance from the base: (tuned on - tuned off) - (base on - base off).

    Attributes:
        model: The fine-tune.
        condition: Condition that is on.
        reference: Condition that counts as off.
        these: For these questions.
        more_questions: For more questions from these domains; method `too few events` where it has no interval.
    """

    model: str
    condition: str
    reference: str
    these: Estimate
    more_questions: Estimate


@dataclass(frozen=True, slots=True)
class Beside:
    """Figures of one arm that stand beside the decision and never decide.

    Attributes:
        model: The arm.
        coherent: Misaligned among misaligned and aligned answers, pooled: the literature's rate.
        population: Misaligned rate with an interval for more questions from these domains.
    """

    model: str
    coherent: Estimate
    population: Estimate


@dataclass(frozen=True, slots=True)
class Population:
    """The difference for more questions from these domains, paired by question; never decides.

    Attributes:
        model: The fine-tune.
        difference: Fine-tune less base.
        p: One-sided p value of the sign-flip test over questions, against "no worse"; exact where the method says so.
        method: How sign vectors were counted.
        describes_only: Whether the questions are too few to decide anything on (fewer than 50).
    """

    model: str
    difference: Estimate
    p: float
    method: str
    describes_only: bool


@dataclass(frozen=True, slots=True)
class Seeds:
    """What fine-tunes of one recipe, trained with different seeds, say together; never decides.

    Attributes:
        models: The fine-tunes.
        difference: Mean over them of fine-tune less base, for models like these.
        least: Least difference of one.
        most: Greatest difference of one.
    """

    models: tuple[str, ...]
    difference: Estimate
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class SecondJudge:
    """What another judge of the panel makes of the same answers.

    Attributes:
        judge: The other judge.
        model: The fine-tune.
        base: Misaligned rate of the base under this judge.
        tuned: Misaligned rate of the fine-tune under this judge.
        answer: What the rule says of its verdicts.
        because: Why.
        answers: Answers that both judges decided.
        same: Share with the same outcome.
        kappa: Cohen's kappa over all outcomes, with the first judge.
        kappa_misaligned: Cohen's kappa of misaligned or not.
    """

    judge: str
    model: str
    base: Estimate
    tuned: Estimate
    answer: Answer
    because: list[str]
    answers: int
    same: float
    kappa: float
    kappa_misaligned: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """One answer to read.

    Attributes:
        model: The arm that gave it.
        domain: Task.
        picked: `random` (seeded by the logs' hashes) or `worst`.
        probe: Probe id.
        condition: Condition id.
        epoch: Repetition.
        question: Everything the model saw.
        answer: What it said.
        outcome: Outcome of its verdict.
        alignment: 0-100, or None.
        coherence: 0-100, or None.
        label: Grade or word of the judge, or None.
        returned: Model that the provider named, or None.
    """

    model: str
    domain: str
    picked: Literal["random", "worst"]
    probe: str
    condition: str
    epoch: int
    question: str
    answer: str
    outcome: str
    alignment: float | None
    coherence: float | None
    label: str | None
    returned: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of the table of what is attested, asserted, or not covered.

    Attributes:
        what: What is claimed, or left out.
        by: What vouches for it, or why it is left out.
    """

    what: str
    by: str
