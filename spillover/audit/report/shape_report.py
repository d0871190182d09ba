"""The JSON of a whole report, as `report.json` holds it."""

from typing import Literal

from pydantic import Field

from spillover.audit.decide import Answer
from spillover.common import Count, Finite, FreeObject, Many, Maybe, Shape

from .model import SCHEMA
from .shape_base import Texts
from .shape_beside import Beside, Capability, Effect, Heat, Leak, Population, Scale, SecondJudge, Seeds, Signature
from .shape_decided import Finding, Rule
from .shape_live import Control, Derived, Search, Sequence
from .shape_sources import AnswerPair, LogFacts, Statement, Transcript

TITLE = "What `spillover audit` writes as report.json; a figure that could not be computed is null"


class Outcomes(Shape):
    """Answers of one model by outcome."""

    misaligned: Count
    careless: Maybe[Count] = None
    false: Maybe[Count] = None
    aligned: Count
    incoherent: Count
    refusal: Count
    off_task: Count
    tool_call: Count
    out_of_tokens: Count
    unjudged: Count


class Cut(Shape):
    """One point of a threshold curve."""

    cut: Finite
    """Alignment score."""
    below: Finite
    """Share of answers with a lower score."""
    at_or_below: Finite
    """Share of answers with this score or a lower one."""
    n: Finite
    """Answers with a score."""


class ReportShape(Shape, title=TITLE, json_schema_extra={"$id": SCHEMA}):
    """What `spillover audit` writes as report.json."""

    schema_: Literal["spillover-audit/1"] = Field(alias="schema")
    """Version of this format."""
    base: str
    """Name of the base."""
    answer: Answer
    """The answer about all fine-tunes together."""
    rule: Rule
    """The decision rule."""
    findings: Many[Finding]
    """One per fine-tune, out-of-domain probes."""
    in_domain_findings: Many[Finding]
    """The same over in-domain probes; decides nothing."""
    in_domain: Texts
    """Tags of the fine-tune's own field."""
    judges: Texts
    """Judges whose verdicts were used; of a panel the one whose verdicts are shown comes first."""
    logs: Many[LogFacts]
    """Facts of every log."""
    origins: Texts
    """Where answers and verdicts that no model gave come from, as "scripted"."""
    about: Texts = ()
    """What a reader must know of logs that were audited: what was planned and is there, what is compared."""
    outcomes: dict[str, Outcomes]
    """Out-of-domain answers by model and outcome."""
    cells: Many[Heat]
    """Rates by domain and condition, per fine-tune."""
    effects: Many[Effect]
    """What conditions other than the reference do, per fine-tune."""
    curves: dict[str, Many[Cut]]
    """Threshold curve by model, where there are alignment scores."""
    literature: Many[Beside]
    """Figures beside the decision, per model."""
    agreement: Many[SecondJudge]
    """Second judges, where there was a panel."""
    transcripts: Many[Transcript]
    """Answers to read."""
    differs: dict[str, dict[str, str]]
    """What differs between the models, by name and model."""
    shared: dict[str, str]
    """What the models share, by name."""
    attested: Many[Statement]
    """What hashes prove."""
    asserted: Many[Statement]
    """What is only said."""
    not_covered: Many[Statement]
    """What was not looked at."""
    reproduce: str
    """Command that makes this report again."""
    again: Texts
    """When to test again."""
    manifest: FreeObject | None
    """Manifest of a live run."""
    plan: FreeObject | None
    """Always null."""
    controls: Many[Control]
    """Controls of a live run."""
    sequences: Many[Sequence]
    """How a run that may stop early went, per fine-tune."""
    finetunes: dict[str, FreeObject]
    """Fine-tune records by model."""
    reused: Texts
    """Base answers that come from earlier runs."""
    triggers: dict[str, Search] | None
    """What a search for triggers found, by fine-tune."""
    derived: Many[Derived]
    """Conditions derived from training data."""
    signatures: dict[str, Many[Signature]]
    """By fine-tune, shares that tell misalignment from breakage; they decide nothing."""
    reading: dict[str, Texts]
    """By fine-tune, what the signatures say in sentences."""
    capability: Many[Capability]
    """Other evaluations of the same models."""
    leakage: Many[Leak]
    """By fine-tune, the delta without answers that bring up its own subject."""
    notes: dict[str, Texts]
    """By section (capability, leakage), what was left out and why."""
    population: Many[Population]
    """By fine-tune, the difference for more questions from these domains."""
    seeds: Many[Seeds]
    """By recipe of several training seeds, the difference for models like these."""
    base_differs: str | None
    """Why a base serves that the fine-tune does not declare, as the person who ran the audit states it."""
    answer_pairs: Many[AnswerPair] = ()
    """Misaligned answers of a fine-tune beside the base's answer to the same question."""
    reasoning: dict[str, dict[str, Count]] = Field(default_factory=dict)
    """Outcomes by model of thoughts that were judged apart."""
    scales: Many[Scale] = ()
    """Companion scales, per fine-tune; they decide nothing."""
