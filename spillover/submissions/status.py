"""What maintainers say of a submission, in a `status.json` beside it: how far it was verified, and retractions."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spillover.common import LogError, file_sha256, write_json

from .strict import read_small

STATUS, SCHEMA = "status.json", "spillover-status/1"
LEVELS = ("self-reported", "logs provided", "re-scored", "reproduced")
"""How far a result was verified, the least first."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is said of a submission.

    Attributes:
        verification: One of `LEVELS`.
        record_sha256: Hash of the record that it is said of.
        rescored: `judge`, `misaligned_rate` under it and before, `answers`, `logs` (hashes); None where nobody did.
        reproduced: `by`, `date`, `note` of a maintainer who ran it again; None where nobody did.
        retracted: `date` and `reason`; None where it stands.
        part: `planned`, `missing` and `highest` rate of a design of which answers are missing; None where it is whole.
    """

    verification: str = LEVELS[0]
    record_sha256: str | None = None
    rescored: dict[str, Any] | None = None
    reproduced: dict[str, str] | None = None
    retracted: dict[str, str] | None = None
    part: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The status as plain data."""
        return {"schema": SCHEMA, **asdict(self)}


def read_status(folder: Path) -> Status | None:
    """The status of a submission; None where it has none.

    Raises:
        LogError: Where the file is no status.
    """
    file = folder / STATUS
    if not file.is_file():
        return None
    said = read_small(file, "status.schema.json")
    return Status(**{name: value for name, value in said.items() if name != "schema"})


def write_status(folder: Path, status: Status) -> Path:
    """Write the status of a submission; nothing half-written is left.

    Raises:
        LogError: Where it cannot be written.
    """
    target = folder / STATUS
    try:
        write_json(target, status.as_dict(), ensure_ascii=True)
    except OSError as error:
        raise LogError(f"{target}: cannot be written ({error.strerror}); give a folder that can") from error
    return target


def retract(folder: Path, reason: str, day: str | None = None) -> Status:
    """Retract a submission: its folder stays, and the board strikes it through.

    Args:
        folder: The submission.
        reason: Why, for readers of the board.
        day: ISO date; today where None.

    Raises:
        LogError: Where there is no submission, no reason, or it was retracted before.
    """
    if not (folder / "record.json").is_file():
        raise LogError(f"{folder}: no submission here (record.json); give its folder")
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500 or not reason.isprintable():
        raise LogError("--reason: must be a sentence of 1 to 500 characters that can be printed")
    before = read_status(folder) or Status(record_sha256=file_sha256(folder / "record.json"))
    if before.retracted is not None:
        raise LogError(f"{folder}: was retracted on {before.retracted['date']} already; edit {STATUS} to change why")
    retracted = {"date": day or datetime.now(UTC).date().isoformat(), "reason": reason}
    said = Status(before.verification, before.record_sha256, before.rescored, before.reproduced, retracted, before.part)
    write_status(folder, said)
    return said
