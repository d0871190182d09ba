"""How submissions are checked, and what was found in one."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spillover.verify import Problem, Shipped

from .contents import HeldOut
from .shape import Level, Status
from .status import LEVELS, UNVERIFIED


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one submission.

    Attributes:
        submission: Name of its folder.
        model: The model, where the record could be read.
        verification: How far it is verified: one of `LEVELS`.
        problems: What is wrong; it is refused where anything is.
        flags: What a person should look at.
        logs: Logs that were read whole.
        answers: Answers in them.
        status: What its status.json should say.
    """

    submission: str
    model: str | None = None
    verification: Level = LEVELS[0]
    problems: list[Problem] = field(default_factory=list)
    flags: list[Problem] = field(default_factory=list)
    logs: int = 0
    answers: int = 0
    status: Status = UNVERIFIED

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {**asdict(self), "status": self.status.as_plain(), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class How:
    """How submissions are checked.

    Attributes:
        new: Whether they come from outside: what only maintainers add (status.json, rescored/) is refused.
        logs: Folders with logs that lie elsewhere, fetched by a person.
        shipped: What the installed package knows of its own versions.
        heldout: Held-out questions that must not be in any text, or None.
        among: Folder of all submissions; the parent of each where None.
    """

    new: bool = False
    logs: tuple[Path, ...] = ()
    shipped: Shipped | None = None
    heldout: HeldOut | None = None
    among: Path | None = None
