"""Finds a submission that is among the others already, under its own or another name."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spillover.common import strict_json
from spillover.records import LARGEST_RECORD
from spillover.verify import Problem

from .status import STATUS


@dataclass(frozen=True, slots=True)
class Known:
    """Marks by which one submission can be recognised.

    Attributes:
        submission: Name of its folder.
        model: The model.
        marks: Hashes and names that no other submission may have, each with what it is.
        retracted: Whether it was retracted.
    """

    submission: str
    model: str
    marks: dict[str, str]
    retracted: bool = False

    @classmethod
    def of(cls, submission: str, data: dict[str, Any], retracted: bool = False) -> "Known":
        """Take the marks from a record. Logs of the base are left out, because submissions share them."""
        model = str(data["model"]["name"])
        marks = {f"record {data['content_sha256']}": "the same record"}
        marks[f"run {model.casefold()} {data['created']}"] = "a run of this model with the same start time"
        for log in data["logs"]:
            if log["model"] == model:
                marks[f"log {log['sha256']}"] = "the same log"
                marks[f"answers {log['content_sha256']}"] = "the same answers in a log"
        return cls(submission, model, marks, retracted)


@dataclass(frozen=True, slots=True)
class Siblings:
    """All submissions of a folder.

    Attributes:
        by_mark: Submissions by what they are known by.
        models: Names of all models, bases too.
    """

    by_mark: dict[str, list[Known]] = field(default_factory=dict)
    models: frozenset[str] = frozenset()

    @classmethod
    def read(cls, place: Path) -> "Siblings":
        """Read the marks of all submissions in a folder. A submission that cannot be read has none."""
        by_mark: dict[str, list[Known]] = defaultdict(list)
        models = set()
        for known, base in _known(place):
            models |= {known.model, base}
            for mark in known.marks:
                by_mark[mark].append(known)
        return cls(dict(by_mark), frozenset(models - {""}))

    def duplicates(self, own: Known) -> tuple[list[Problem], list[Problem]]:
        """Problems: another submission is the same. Flags: that one was retracted."""
        problems: dict[str, Problem] = {}
        flags: dict[str, Problem] = {}
        for mark, what in own.marks.items():
            for other in self.by_mark.get(mark, ()):
                if other.submission == own.submission:
                    continue
                said = f"this has {what} as {other.submission}" + (", which was retracted" if other.retracted else "")
                fix = (
                    "compare the two" if other.retracted else "submit each run once: retract or withdraw one of the two"
                )
                found = Problem("SubmittedOnce", own.submission, said, fix)
                (flags if other.retracted else problems).setdefault(other.submission, found)
        return list(problems.values()), list(flags.values())


def _known(place: Path) -> Iterator[tuple[Known, str]]:
    for folder in sorted(place.iterdir()) if place.is_dir() else ():
        if folder.name.startswith("."):  # being made
            continue
        data, status = _plain(folder / "record.json", LARGEST_RECORD), _plain(folder / STATUS, LARGEST_RECORD)
        try:
            retracted = bool(status and status.get("retracted"))
            yield Known.of(folder.name, data, retracted), str(data.get("base") or "")
        except (KeyError, TypeError, AttributeError):
            continue


def _plain(file: Path, most: int) -> Any:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > most:
            return None
        return strict_json(file.read_bytes(), numbers=False)
    except (OSError, ValueError):
        return None
