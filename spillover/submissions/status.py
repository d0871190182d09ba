"""Reads and writes `status.json`, the maintainers' file on a submission: its level of verification, retractions."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from spillover.common import LogError, file_sha256, write_json

from .shape import Level, Retraction, Status
from .strict import read_shape

STATUS = "status.json"
LEVELS: tuple[Level, ...] = get_args(Level)
"""How far a result was verified, the least first."""


UNVERIFIED = Status(verification="self-reported", retracted=None)
"""The status of a submission without a status.json."""


def read_status(folder: Path) -> Status | None:
    """The status of a submission; None where it has none.

    Raises:
        LogError: Where the file is no status.
    """
    file = folder / STATUS
    return read_shape(file, Status)[0] if file.is_file() else None


def write_status(folder: Path, status: Status) -> Path:
    """Write the status of a submission; nothing half-written is left.

    Raises:
        LogError: Where it cannot be written.
    """
    target = folder / STATUS
    try:
        write_json(target, status.as_plain(), ensure_ascii=True)
    except OSError as error:
        raise LogError(f"{target}: cannot be written ({error.strerror}); give a writable folder") from error
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
        raise LogError(f"{folder}: no submission here (no record.json); give a submission's folder")
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500 or not reason.isprintable():
        raise LogError("--reason is empty, too long or not printable; give a sentence of 1 to 500 characters")
    before = read_status(folder) or UNVERIFIED.model_copy(update={"record_sha256": file_sha256(folder / "record.json")})
    if before.retracted is not None:
        raise LogError(f"{folder}: already retracted on {before.retracted.date}; edit {STATUS} to change the reason")
    retracted = Retraction(date=day or datetime.now(UTC).date().isoformat(), reason=reason)
    after = before.model_copy(update={"retracted": retracted})
    write_status(folder, after)
    return after
