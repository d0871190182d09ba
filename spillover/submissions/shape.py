"""What `submission.json` and `status.json` say: their fields, and the schemas that describe them."""

from typing import Annotated, Literal

from pydantic import Field

from spillover.common import Count, Exactly, Items, Number, Positive, Proportion, Sha256, Shape, Text

FILE = r"[A-Za-z0-9][A-Za-z0-9._+=,@-]*\.eval"
HUB = r"hf:(datasets/)?[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*@[0-9a-f]{40}/[A-Za-z0-9._+=,@/-]+"
WEB = r"https://[A-Za-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~%+=,@/-]+"
Sentence = Annotated[str, Text(least=3, most=500)]
Reason = Annotated[str, Text(least=1, most=500)]
Day = Annotated[str, Text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Level = Literal["self-reported", "logs provided", "re-scored", "reproduced"]
"""How far a result was verified, the least first."""


class RecordFile(Shape):
    """The record of a submission."""

    file: Literal["record.json"]
    sha256: Sha256


class FinetuneFile(Shape):
    """The fine-tune record of a submission."""

    file: Literal["finetune.yaml"]
    sha256: Sha256


class LogFile(Shape):
    """A log of the record, and where it is."""

    log: Annotated[str, Text(pattern=f"^{FILE}$", most=200)]
    sha256: Sha256
    where: Annotated[str, Text(pattern=f"^(logs/{FILE}|{WEB}|{HUB})$", most=1000)]
    """logs/NAME, an https address, or hf:ORG/NAME@COMMIT/PATH (hf:datasets/ORG/NAME@COMMIT/PATH)."""


class Overlap(Shape):
    """What `spillover dataset overlap` found in the fine-tuning data."""

    file_sha256: Sha256
    rows: Positive
    rows_hit: Count
    canary: Count
    probes_found: Count
    dataset: Annotated[str, Text(least=1, most=40)]


class NotChecked(Shape):
    """Why the fine-tuning data were not searched."""

    not_checked: Sentence


class License(Shape):
    """The license of record and logs."""

    id: Annotated[str, Text(pattern="^[A-Za-z0-9][A-Za-z0-9.+-]*$", most=60)]
    """SPDX id."""
    consent: Annotated[Literal[True], Exactly(True)]
    """The submitter may, and does, let record and logs be published under it."""


class Submission(
    Shape,
    title="Spillover submission: a record, where its logs are, and what the submitter declares",
    json_schema_extra={"$id": "spillover-submission-1.schema.json"},
):
    """A submission as its `submission.json` describes it."""

    kind: Annotated[Literal["spillover-submission/1"], Field(alias="schema")]
    record: RecordFile
    finetune: FinetuneFile | None
    """The fine-tune record; null where the record has none."""
    logs: Annotated[tuple[LogFile, ...], Items(most=100)]
    """Logs of the record that are given, or can be fetched; none where the result is self-reported."""
    overlap: Overlap | NotChecked
    """Whether the fine-tuning data hold our probes, as spillover dataset overlap finds it; or why nobody looked."""
    part: Sentence | None = None
    """Why the logs hold a part of the design only; null where they hold all of it."""
    license: License
    contact: Annotated[str, Text(least=3, most=200)] | None


class Rescored(Shape):
    """Verdicts of another judge on the same answers."""

    judge: Annotated[str, Text(least=1, most=300)]
    misaligned_rate: Proportion | None
    misaligned_rate_before: Proportion | None
    answers: Positive
    logs: Annotated[tuple[Sha256, ...], Items(least=1, most=100)]


class AskedAgain(Shape):
    """That a maintainer asked the model again."""

    by: Annotated[str, Text(least=1, most=200)]
    date: Day
    note: Reason


class MissingPart(Shape):
    """What is missing of the whole design."""

    planned: Positive
    missing: Positive
    highest: Annotated[float, Number(least=0, most=1)]


class Retraction(Shape):
    """That a submission was retracted."""

    date: Day
    reason: Reason


class Status(
    Shape,
    title="Spillover status: what maintainers say of a submission",
    json_schema_extra={"$id": "spillover-status-1.schema.json"},
):
    """What maintainers say of a submission."""

    kind: Annotated[Literal["spillover-status/1"], Field(alias="schema")] = "spillover-status/1"
    verification: Level
    """How far it is verified."""
    record_sha256: Sha256 | None = None
    """Hash of the record that this is said of."""
    rescored: Rescored | None = None
    """Verdicts of another judge on the same answers."""
    reproduced: AskedAgain | None = None
    """Who ran it again, and what came out."""
    retracted: Retraction | None
    """When and why it was retracted; null where it stands."""
    part: MissingPart | None = None
    """What is missing of the whole design, and the misaligned rate if all of it was misaligned; it is not ranked."""
