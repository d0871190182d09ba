"""The fields of a record's JSON, and the schema that describes them."""

from typing import Annotated, Literal

from pydantic import Field

from spillover.common import Count, FreeObject, Items, Many, Maybe, Sha256, Shape, Text, WholeNumber

from .shape_figures import DifferenceRow, PooledRow, ResultRow, UncomparedRow

FIRST, SECOND = "spillover-record/1", "spillover-record/2"
"""Schemas of records: those of the first, by methods 1, name no methods; they are still read."""
Name = Annotated[str, Text(most=500)]


class ModelPart(Shape):
    """The model under test."""

    name: Annotated[str, Text(least=1, most=500)]
    """Model under test, as requested."""
    args: FreeObject
    """Its arguments, secrets left out."""
    returned: Many[str]
    """What the provider said it was."""
    not_sent: Maybe[Many[str]] = None
    """Settings that were asked for and that the requests of model or judges do not hold."""


class ServedPart(Shape):
    """What served the answers of one model."""

    role: Literal["model", "base", "judge"]
    asked: Name
    """Name that was asked for."""
    host: Name
    """Host of the address that was asked; default where none was given."""
    returned: Many[Annotated[str, Text(most=1000)]]
    """Names that came back with the answers."""
    args: FreeObject
    """Arguments of the model, secrets and folders left out, of addresses the host."""


class DatasetPart(Shape):
    """The dataset that was asked."""

    versions: Many[FreeObject]
    """Versions of the dataset that the logs name."""


class JudgePart(Shape):
    """The judge of the answers."""

    name: str | None
    returned: Many[str]
    form: Many[str]
    rubrics: Many[str]
    """Rubrics as id@version:hash."""
    card: FreeObject | None
    """Error rates from a judge card."""
    panel: Maybe[Many[str]] = None
    """All judges that judged the answers; the name says whose verdicts count."""


class LogRow(Shape):
    """A log that the record was made from."""

    log: Annotated[str, Text(pattern=r"^[^/\\]+$")]
    sha256: Sha256
    """Of the file."""
    content_sha256: Sha256
    """Over task, condition, probe, epoch and answer."""
    model: str
    task: str
    version: str
    condition: str
    material_sha256: str
    created: str
    url: str | None
    status: Maybe[str] = None
    """How the run ended."""
    planned: Maybe[Count] = None
    """Answers that the run was to give; 0 where the log does not say."""
    finished: Maybe[Count] = None
    """Answers that were finished."""
    failed: Maybe[Count] = None
    """Answers whose sample failed."""
    invalidated: Maybe[Count] = None
    """Answers that were declared invalid and do not count."""


class RecordShape(Shape, title="Spillover record", json_schema_extra={"$id": "spillover-record-2.schema.json"}):
    """A record as its JSON describes it."""

    kind: Annotated[Literal["spillover-record/1", "spillover-record/2"], Field(alias="schema")]
    spillover: str
    """Version that made the record."""
    methods: Maybe[Annotated[int, WholeNumber(least=2, most=1_000_000)]] = None
    """Version of the methods that made its intervals; records of schema 1 do not name it, theirs are methods 1."""
    created: Annotated[str, Text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T")]
    """When the newest of the model's logs began, ISO 8601."""
    model: ModelPart
    served: Maybe[Many[ServedPart]] = None
    """What served the answers of model, base and judges; a record made before the field existed does not say."""
    base: str | None
    """Model that it is compared with."""
    finetune: FreeObject | None
    """The fine-tune record."""
    finetune_sha256: Sha256 | None
    """Hash of the fine-tune record, keys sorted, no spaces."""
    base_differs: str | None
    """Why it is compared with another base than its fine-tune record declares."""
    dataset: DatasetPart
    judge: JudgePart
    results: Annotated[tuple[ResultRow, ...], Items(least=1)]
    """A row per task and condition."""
    pooled: Many[PooledRow]
    """Questions of several tasks together."""
    differences: Many[DifferenceRow]
    """Misaligned rate less that of the base, for these questions."""
    uncompared: Many[UncomparedRow]
    """What could not be compared with the base, and why."""
    logs: Annotated[tuple[LogRow, ...], Items(least=1)]
    """Every log, those of the base included."""
    origins: Many[str]
    """Where answers and verdicts come from that no model gave."""
    manifest: FreeObject | None
    """Manifest of the run."""
    content_sha256: Sha256
    """Hash of the record without this field, keys sorted, no spaces."""
