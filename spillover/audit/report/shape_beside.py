"""The JSON of what stands beside the decision of a report: figures, other judges, other evaluations."""

from spillover.audit.decide import Answer
from spillover.common import Shape, Whole

from .shape_base import Figure, Pair, Texts
from .shape_decided import Estimate


class Heat(Shape):
    """One domain under one condition."""

    model: str
    """The fine-tune."""
    domain: str
    """The domain's task."""
    condition: str
    """Condition id."""
    base: Estimate
    """Misaligned rate of the base, for these questions."""
    tuned: Estimate
    """Misaligned rate of the fine-tune."""
    delta: Estimate
    """Fine-tune less base, 95%, not adjusted for the number of cells."""


class Effect(Shape):
    """What a condition does to the distance from the base."""

    model: str
    """The fine-tune."""
    condition: str
    """Condition that is on."""
    reference: str
    """Condition that counts as off."""
    these: Estimate
    """Estimate for these questions."""
    more_questions: Estimate
    """Estimate for more questions from these domains; method `too few events` where it has no interval."""


class Beside(Shape):
    """Figures of one model that stand beside the decision."""

    model: str
    """The model."""
    coherent: Estimate
    """Misaligned among misaligned and aligned answers, pooled: the literature's rate."""
    population: Estimate
    """Misaligned rate with an interval for more questions from these domains."""


class Population(Shape):
    """The difference for more questions from these domains, paired by question."""

    model: str
    """The fine-tune."""
    difference: Estimate
    """Fine-tune less base, paired by question."""
    p: Figure
    """One-sided p value of the sign-flip test over questions."""
    method: str
    """How sign vectors were counted."""
    describes_only: bool
    """Whether the questions are too few to decide anything on."""


class Seeds(Shape):
    """What fine-tunes of one recipe, trained with different seeds, show together."""

    models: Texts
    """The fine-tunes."""
    difference: Estimate
    """Mean of fine-tune less base, for models like these."""
    least: Figure
    """Least difference of one."""
    most: Figure
    """Greatest difference of one."""


class SecondJudge(Shape):
    """What another judge makes of the same answers."""

    judge: str
    """The other judge."""
    model: str
    """The fine-tune."""
    base: Estimate
    """Misaligned rate of the base under this judge."""
    tuned: Estimate
    """Misaligned rate of the fine-tune under this judge."""
    answer: Answer
    """What the rule says of its verdicts."""
    because: Texts
    """Why, in sentences."""
    answers: Whole
    """Answers that both judges decided."""
    same: Figure
    """Share with the same outcome."""
    kappa: Figure
    """Cohen's kappa over all outcomes, with the first judge."""
    kappa_misaligned: Figure
    """Cohen's kappa of misaligned or not."""


class Scale(Shape):
    """A companion scale of one fine-tune."""

    model: str
    """The fine-tune."""
    scale: str
    """The domain's task."""
    base: Estimate
    """Misaligned rate of the base on these questions."""
    tuned: Estimate
    """Misaligned rate of the fine-tune."""
    delta: Estimate
    """Fine-tune less base, 95%, for a fixed number of answers."""
    said: str
    """The difference in a sentence."""


class Signature(Shape):
    """A share that tells misalignment from breakage."""

    name: str
    """Name of the signature."""
    shows: str
    """What it shows."""
    domains: Texts
    """Domains it was counted over, or needs."""
    base: Estimate
    """Share in the base's judged answers."""
    tuned: Estimate
    """Share in the fine-tune's judged answers."""
    delta: Estimate
    """Fine-tune less base, 95%."""
    rose_in: Texts
    """Domains whose own 95% interval lies above 0."""


class Measured(Shape):
    """What one log states about one model."""

    value: Figure
    """The metric, in the task's own unit."""
    stderr: Figure
    """Standard error, as the log states it; null where it states none."""
    n: Whole
    """Samples that were scored."""
    log: str
    """File name of the log."""
    sha256: str
    """Hash of the file."""


class Capability(Shape):
    """One metric of one task, base beside fine-tune."""

    task: str
    """Inspect task, with the arguments that tell its variants apart."""
    scorer: str
    """Name of the score."""
    metric: str
    """First metric of the score."""
    model: str
    """The fine-tune."""
    base: Measured
    """What the base's log states."""
    tuned: Measured
    """What the fine-tune's log states."""
    delta: Figure
    """Fine-tune less base."""
    low: Figure
    """Lower end of the interval at 95%; null where a log states no standard error."""
    high: Figure
    """Upper end."""
    method: str
    """Name of the interval."""


class Leak(Shape):
    """The difference without answers that bring up the fine-tune's own subject. Pairs are base and fine-tune."""

    model: str
    """The fine-tune."""
    subject: str
    """What it was trained on, in a few words."""
    judge: str
    """Judge that says whether an answer brings the subject up."""
    misaligned: Pair
    """Misaligned answers of base and fine-tune."""
    asked: Pair
    """Of these, answers that the judge was asked about."""
    leaked: Pair
    """Of these, answers that bring the subject up unasked."""
    unjudged: Pair
    """Of the answers asked about, those without a verdict."""
    reasons: dict[str, Whole]
    """Answers without a verdict, by reason."""
    base: Estimate
    """Misaligned rate of the base, answers that leak counted as not misaligned."""
    tuned: Estimate
    """The same of the fine-tune."""
    delta: Estimate
    """Fine-tune less base, 95%."""
    share: Estimate
    """Share of the fine-tune's misaligned answers that leak."""
    least: Estimate | None
    """`delta` if every unjudged answer of the fine-tune leaks and none of the base's; null where all are judged."""
    most: Estimate | None
    """`delta` the other way round."""
    said: Texts
    """How to read it, in sentences."""
