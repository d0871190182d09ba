"""The fields of a suite file, and the schema that describes them."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from spillover.common import (
    ALPHA,
    FLOOR,
    MARGIN,
    Count,
    Filled,
    FreeObject,
    Items,
    Maybe,
    Number,
    Positive,
    Proportion,
    Shape,
    Share,
    Text,
    WholeNumber,
)
from spillover.declare import DecodingFields


def _text_or_else(value: Any) -> str:
    return "a text" if isinstance(value, str) else "no text"


def _limits(share: Share) -> Number:
    return Number(least=0 if share.zero else None, above=None if share.zero else 0, most=share.most)


Either = Discriminator(_text_or_else)
"""Tells a text from what may stand in its place."""
Named = Annotated[Filled, Tag("a text")]
"""A text that stands for more, as a model's name does."""


class GivenModel(Shape):
    """A model with its arguments."""

    model: Filled
    """Inspect's model string."""
    model_args: Maybe[FreeObject] = None
    """Model arguments, as Inspect takes them; never a key."""
    base_url: Maybe[str] = None
    """Server that speaks the provider's protocol."""


OneModel = Annotated[Named | Annotated[GivenModel, Tag("no text")], Either]
"""A model by name or with its arguments."""


class GivenCondition(Shape):
    """A condition in texts of one's own."""

    id: Filled
    """Name of the condition."""
    system: Maybe[str] = None
    """System prompt."""
    prefix: Maybe[str] = None
    """Text before the probe in the user turn."""
    suffix: Maybe[str] = None
    """Text after the probe in the user turn."""


OneCondition = Annotated[Named | Annotated[GivenCondition, Tag("no text")], Either]
"""A condition by the id that every domain declares, or in texts of one's own."""


class GivenFinetune(Shape):
    """A fine-tune, with the models of its training seeds or its adapter."""

    model: Maybe[Filled] = None
    """Inspect's model string."""
    models: Maybe[Annotated[tuple[Filled, ...], Items(least=1, unique=True)]] = None
    """One for each training seed of the same fine-tune."""
    adapter: Maybe[Filled] = None
    """LoRA adapter on the model (the base where none is named); vLLM only."""
    model_args: Maybe[FreeObject] = None
    """Model arguments, as Inspect takes them; never a key."""
    base_url: Maybe[str] = None
    """Server that speaks the provider's protocol."""
    record: Maybe[Filled] = None
    """Fine-tune record, a path from this file."""


OneFinetune = Annotated[Named | Annotated[GivenFinetune, Tag("no text")], Either]
"""A fine-tune by the name of its model, or with more."""


class GivenModels(Shape):
    """The models that are compared."""

    base: Maybe[OneModel] = None
    """The base."""
    finetunes: Annotated[tuple[OneFinetune, ...], Items(least=1)] = ()
    """The fine-tunes of that base."""


class GivenCaps(Shape):
    """Where a run stops, whatever is decided."""

    answers: Maybe[Positive] = None
    """Answers of all models together."""
    cost_usd: Maybe[Annotated[float, Number(above=0, most=1_000_000_000)]] = None
    """US dollars, answers and judges together, by the price file."""


class GivenReplication(Shape):
    """The protocol of another study, run as a task of its own."""

    task: str
    """Task id."""
    args: Maybe[FreeObject] = None
    """Arguments of the task."""
    questions: Positive
    """Questions that these arguments ask, all formats counted."""
    epochs: Positive
    """Answers to each."""
    needs: Filled
    """Material that it needs and where that comes from."""


class SuiteFile(
    Shape, title="Spillover suite: what is asked of a base and its fine-tunes, and when the answer is clear"
):
    """A suite file."""

    id: Annotated[str, Text(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    """Name of the suite and of its file."""
    title: Filled
    """What it is for, in a line."""
    include: Maybe[Filled] = None
    """A shipped suite by its name, or a file beside this one; the fields of this file replace those of that one."""
    domains: Maybe[Annotated[tuple[str, ...], Items(least=1, unique=True)]] = None
    """Task ids, or groups of them (emergent). Needed unless there is a replication or a file of your own probes."""
    probes: Maybe[Annotated[Named | Annotated[Positive, Tag("no text")], Either]] = None
    """Probes of each domain, the first ones; all (the default); or a file of your own probes, a path from this file,
    asked as the domain own_probes."""
    conditions: Maybe[Annotated[tuple[OneCondition, ...], Items(least=1)]] = None
    """How probes are put: ids that every domain declares (plain, json, template), or texts of one's own. Default:
    plain."""
    strata: Maybe[dict[str, Annotated[float, Number(above=0, most=1)]]] = None
    """Share of the draws by stratum, sum 1: `anchor` (questions of earlier studies, see `--anchor`), `core` (ours that
    are chosen to tell models apart), `broad` (the rest of ours). Without it every question has the same share."""
    plain: Maybe[Annotated[float, Number(above=0, most=1)]] = None
    """Share of the draws under the condition `plain`, where there are `strata`; the other conditions have equal parts
    of the rest. Without it every condition has the same share."""
    companions: Maybe[Annotated[int, WholeNumber(least=0, most=100_000)]] = None
    """Answers of each model to questions of the companion scales (none), which are shown beside the decision."""
    judges: Maybe[Annotated[tuple[OneModel, ...], Items(least=1)]] = None
    """Judge models; the first one's verdict counts, a second from another family must not decide the opposite. Default:
    the pair that spillover/common/judges.yaml names."""
    judge: Maybe[Literal["distribution", "sampled", "graded", "one_call"]] = None
    """Judge protocol. Default: distribution; a judge without token probabilities does sampled instead."""
    draws: Maybe[Annotated[int, WholeNumber(least=8, most=1_000_000)]] = None
    """Answers of each model at most. A draw is a domain, a probe and a condition, picked from a seeded list."""
    chunk: Maybe[Annotated[int, WholeNumber(least=8, times=8)]] = None
    """Draws that are run at a time (32). The rule looks after every draw of a finished chunk, in list order."""
    stop_early: bool = True
    """Whether to stop when the answer is clear (true). If false, every question comes once under every condition before
    any comes twice."""
    margin: Maybe[Annotated[float, _limits(MARGIN)]] = Field(
        None, description=f"Rise of the misaligned rate that `no regression` rules out ({MARGIN.default:g})."
    )
    floor: Maybe[Annotated[float, _limits(FLOOR)]] = Field(
        None, description=f"Rise that is ignored because judges err; at most the margin ({FLOOR.default:g})."
    )
    alpha: Maybe[Annotated[float, _limits(ALPHA)]] = Field(
        None, description=f"One-sided error rate of each result ({ALPHA.default:g})."
    )
    icc: Maybe[Proportion] = None
    """Correlation of verdicts on one question that the plan assumes for more questions from these domains (.36, the
    largest seen in public data)."""
    seed: Maybe[Count] = None
    """Seed of the list of draws. Where none is given, an audit that may stop early draws one at random and writes it
    down, and every other run takes 0."""
    models: Maybe[GivenModels] = None
    """The models that are compared, where the command line does not name them."""
    training_data: Maybe[Filled] = None
    """Training file of the fine-tune, a path from this file: conditions are derived from it."""
    in_domain: Annotated[tuple[Filled, ...], Items(unique=True)] = ()
    """Fields of the fine-tune (medical): probes with that tag do not count as spill-over."""
    caps: Maybe[GivenCaps] = None
    """Where the run stops, whatever is decided."""
    decoding: Maybe[DecodingFields] = None
    """What is decoded otherwise than the domains declare (temperature 1, max_tokens 600). Other decoding is other
    material, and a group of its own on the board."""
    system_as_user: bool = False
    """Whether system prompts stand at the head of the first user turn (false), for models without a system role."""
    max_connections: Maybe[Positive] = None
    """Calls at a time for each model; Inspect adapts it where not given."""
    batch: bool = False
    """Use batch interfaces (false). Slow and cheaper; not with stop_early."""
    processes: Maybe[Annotated[int, WholeNumber(least=1, most=64)]] = None
    """Processes that run chunks side by side (1)."""
    replication: Maybe[GivenReplication] = None
    """Another study's protocol, run as a task of its own instead of draws; no verdict."""
