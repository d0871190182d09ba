"""Read the records in folders, each with its `status.json`. Strangers send them, so odd files are refused."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import LogError, counted, digest, file_sha256, strict_json, trouble

from .display import LEVELS

STATUS = "status.json"
SUBMISSION = "submission.json"
BESIDE = (STATUS, SUBMISSION, "overlap.json")
"""JSON files beside a record that are none."""
LOGS = "logs"
"""Folder beside a record that holds its logs."""
LARGEST_STATUS = 2**16


@dataclass(frozen=True, slots=True)
class Retracted:
    """That a result was taken back.

    Attributes:
        date: When.
        reason: Why.
    """

    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rescored:
    """What another judge made of the same answers.

    Attributes:
        judge: The other judge.
        rate: Misaligned of all answers that it judged, every answer the same weight; None where it judged none.
        before: The same of the record's own judge.
        answers: Answers that were judged again.
    """

    judge: str
    rate: float | None
    before: float | None
    answers: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Rescored":
        """Read it off a status file.

        Raises:
            ValueError: Where a rate is none.
        """
        rate, before = said["misaligned_rate"], said["misaligned_rate_before"]
        if not all(one is None or 0 <= one <= 1 for one in (rate, before)):
            raise ValueError("a rate in rescored is not between 0 and 1")
        return cls(str(said["judge"]), rate, before, int(said["answers"]))


@dataclass(frozen=True, slots=True)
class Reproduced:
    """That the model was asked again.

    Attributes:
        by: Who did.
        date: When.
        note: What came out.
    """

    by: str
    date: str
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and how far it was checked.

    Attributes:
        data: The record as plain data.
        file: Where it is, or None for one that is in no file.
        verification: One of `LEVELS`.
        retracted: When and why it was taken back, or None.
        rescored: What another judge made of the same answers, or None.
        reproduced: Who asked the model again, or None.
        part: What is missing of the whole design, in words; such a record is not ranked. None where it is whole.
    """

    data: dict[str, Any]
    file: Path | None = None
    verification: str = LEVELS[0]
    retracted: Retracted | None = None
    rescored: Rescored | None = None
    reproduced: Reproduced | None = None
    part: str | None = None

    @property
    def id(self) -> str:
        """A short name: the beginning of the record's content hash, which was checked when it was read."""
        return str(self.data["content_sha256"])[:16]

    @property
    def level(self) -> int:
        """Verification as a number, 0 the lowest."""
        return LEVELS.index(self.verification)


def read_entries(folders: Iterable[Path]) -> list[Entry]:
    """Read every record in folders; the same record twice is one, and retracted where one of them is.

    Raises:
        LogError: Where a folder does not exist, or a file is no record, is a link, or has not the hash it says.
    """
    found: dict[str, Entry] = {}
    for folder in folders:
        if not folder.is_dir():
            raise LogError(f"{folder}: no such folder; give --records the folder that spillover record wrote")
        for file in record_files(folder):
            entry = _entry(file)
            if entry.retracted or entry.id not in found:
                found[entry.id] = entry
    return list(found.values())


def record_files(folder: Path) -> Iterator[Path]:
    """Records in a folder and those below it; not what stands beside them.

    Raises:
        LogError: Where one is a link or no file.
    """
    for file in sorted(folder.rglob("*.json")):
        if LOGS in file.relative_to(folder).parts[:-1] or file.name in BESIDE:
            continue
        if file.is_symlink() or not file.is_file():
            raise LogError(f"{file}: this is a link or not a file; put the record itself here")
        yield file


def _entry(file: Path) -> Entry:
    from spillover.records import read_record

    data = read_record(file).data
    said = data["content_sha256"]
    if digest({key: value for key, value in data.items() if key != "content_sha256"}) != said:
        raise LogError(f"{file}: content_sha256 is not the hash of this record; run spillover verify on it")
    said = _status(file.with_name(STATUS), file)
    return Entry(data, file, **{**said, "part": said.get("part") or _declared(file.with_name(SUBMISSION))})


def _status(file: Path, record: Path) -> dict[str, Any]:
    """What a status file says of a record; without one it is self-reported."""
    if not file.exists():
        return {}
    try:
        _require_small_file(file)
        said = strict_json(file.read_bytes())
        taken, again, anew = (said.get(name) for name in ("retracted", "rescored", "reproduced"))
        level = said.get("verification", LEVELS[0])
        if level not in LEVELS:
            raise ValueError(f"verification must be one of {', '.join(LEVELS)}")
        if said.get("record_sha256") not in (None, file_sha256(record)):
            raise ValueError(f"it is about an earlier version of {record.name}")
        return {
            "verification": level,
            "part": _missing(said.get("part")),
            "retracted": None if taken is None else Retracted(str(taken["date"]), str(taken["reason"])),
            "rescored": None if again is None else Rescored.of(again),
            "reproduced": None if anew is None else Reproduced(*(str(anew[name]) for name in ("by", "date", "note"))),
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        why = trouble(error)
        raise LogError(f"{file}: not a status file ({why}); make it again with spillover leaderboard check") from error


def _require_small_file(file: Path) -> None:
    """Raise a fragment; the caller adds the file and what to do."""
    if file.is_symlink():
        raise ValueError("it is a link, not a file")
    if (size := file.stat().st_size) > LARGEST_STATUS:
        raise ValueError(f"it is too large: {size:,} bytes, at most {LARGEST_STATUS:,} are read")


def _missing(said: Any) -> str | None:
    """What a status file counts as missing, in words."""
    if said is None:
        return None
    missing = f"{int(said['missing'])} of {counted(int(said['planned']), 'answer')} of the whole design are missing"
    return f"{missing}; if every one was misaligned, the rate is {float(said['highest']):.1%}"


def _declared(file: Path) -> str | None:
    """What a submission says of itself where it is a part: nobody need have checked it.

    Raises:
        LogError: Where the file cannot be read.
    """
    if not file.exists():
        return None
    try:
        _require_small_file(file)
        why = strict_json(file.read_bytes()).get("part")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise LogError(f"{file}: cannot be read ({trouble(error)}); make it again with spillover submit") from error
    return None if why is None else f"its submitter declares it as a part of the design: {str(why)[:200]}"
