"""An audit as plain data: what was decided, on what evidence, made of what."""

from dataclasses import asdict, dataclass, field
from typing import Any

from spillover.audit.decide import Answer, Finding, Rule
from spillover.audit.describe import (
    AnswerPair,
    Beside,
    Capability,
    Effect,
    Heat,
    Leak,
    Population,
    Scale,
    SecondJudge,
    Seeds,
    Signature,
    Statement,
    Transcript,
)
from spillover.audit.live import Control
from spillover.common import finite
from spillover.logs import LogFacts

SCHEMA = "spillover-audit/1"


@dataclass(frozen=True, slots=True)
class Sequence:
    """How a run that may stop early went, under one judge.

    Attributes:
        model: The fine-tune.
        judge: The judge.
        draws: Draws that were read.
        planned: Draws at most.
        answer: What was decided.
        e_regression: E-value for a regression at the end.
        e_no_regression: E-value for no regression at the end.
        trail: (draws, e_regression, e_no_regression) at every look.
        lower: Lower bound of the difference, valid at any number of looks; None where it was not computed.
        upper: Upper bound, likewise.
    """

    model: str
    judge: str
    draws: int
    planned: int
    answer: Answer
    e_regression: float
    e_no_regression: float
    trail: list[tuple[int, float, float]] = field(default_factory=list)
    lower: float | None = None
    upper: float | None = None

    @property
    def early(self) -> bool:
        """Whether it stopped before all draws were read: rates are then not what they seem."""
        return self.draws < self.planned


@dataclass(frozen=True)
class Report:
    """An audit.

    Attributes:
        base: Name of the base.
        answer: Of all fine-tunes together.
        rule: The decision rule.
        findings: One per fine-tune, out-of-domain probes.
        in_domain_findings: The same over in-domain probes; decides nothing.
        in_domain: Tags of the fine-tune's own field.
        judges: Judges whose verdicts were used; of a panel the one whose verdicts are shown comes first.
        logs: Facts of every log.
        origins: Where answers and verdicts that no model gave come from, as "scripted".
        outcomes: Out-of-domain answers by model and outcome.
        cells: Domain x condition, per fine-tune.
        effects: Per fine-tune and condition other than the reference.
        curves: Threshold curve by model, where there are alignment scores.
        literature: Figures beside the decision, per arm.
        agreement: Second judges, where there was a panel.
        transcripts: Answers to read.
        answer_pairs: Misaligned answers of a fine-tune beside the base's answer to the same question.
        reasoning: Outcomes by model of thoughts that were judged apart; empty where none were.
        differs: What differs between the arms, by name and model.
        shared: What they share, by name.
        attested: What hashes prove.
        asserted: What is only said.
        not_covered: What was not looked at.
        reproduce: Command that makes this report again.
        again: When to test again.
        manifest: Manifest of a live run.
        plan: Its plan.
        controls: Its controls.
        sequences: How its sequences went, per fine-tune and judge.
        finetunes: Fine-tune records by model.
        reused: Base answers that come from earlier runs.
        triggers: What a search for triggers found.
        derived: Conditions derived from training data.
        signatures: By fine-tune, shares that tell misalignment from breakage; decide nothing.
        reading: By fine-tune, what they say in sentences.
        capability: Other evaluations of the same models.
        leakage: By fine-tune, the delta without answers that bring up its own subject.
        population: By fine-tune, the difference for more questions from these domains.
        seeds: By recipe of several training seeds, the difference for models like these.
        notes: By section (`capability`, `leakage`), what was left out and why.
        base_differs: Why a base serves that the fine-tune does not declare, as whoever ran it says.
        scales: Companion scales, per fine-tune; they decide nothing.
        about: What a reader must know of logs that were audited: what was planned and is there, what is compared.
    """

    base: str
    answer: Answer
    rule: Rule
    findings: list[Finding]
    in_domain_findings: list[Finding]
    in_domain: tuple[str, ...]
    judges: list[str]
    logs: list[LogFacts]
    origins: list[str]
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    cells: list[Heat] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    curves: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    literature: list[Beside] = field(default_factory=list)
    agreement: list[SecondJudge] = field(default_factory=list)
    transcripts: list[Transcript] = field(default_factory=list)
    differs: dict[str, dict[str, str]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    attested: list[Statement] = field(default_factory=list)
    asserted: list[Statement] = field(default_factory=list)
    not_covered: list[Statement] = field(default_factory=list)
    reproduce: str = ""
    again: list[str] = field(default_factory=list)
    manifest: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    controls: list[Control] = field(default_factory=list)
    sequences: list[Sequence] = field(default_factory=list)
    finetunes: dict[str, dict[str, Any]] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    triggers: dict[str, Any] | None = None
    derived: list[dict[str, Any]] = field(default_factory=list)
    signatures: dict[str, list[Signature]] = field(default_factory=dict)
    reading: dict[str, list[str]] = field(default_factory=dict)
    capability: list[Capability] = field(default_factory=list)
    leakage: list[Leak] = field(default_factory=list)
    population: list[Population] = field(default_factory=list)
    seeds: list[Seeds] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    base_differs: str | None = None
    about: list[str] = field(default_factory=list)
    answer_pairs: list[AnswerPair] = field(default_factory=list)
    reasoning: dict[str, dict[str, int]] = field(default_factory=dict)
    scales: list[Scale] = field(default_factory=list)

    def stopped(self, model: str) -> list[Sequence]:
        """The sequences of a fine-tune, where it stopped early; nothing where all draws were read."""
        own = [one for one in self.sequences if one.model == model]
        return own if any(one.early for one in own) else []

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, as `report.schema.json` describes it; a figure that is not finite is None."""
        found: dict[str, Any] = finite({"schema": SCHEMA, **asdict(self)})
        return found
