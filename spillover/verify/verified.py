"""What verify found of some logs, or of a record and its logs."""

from dataclasses import asdict, dataclass
from typing import Any

from spillover.logs import Account

from .problem import Problem


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found.

    Attributes:
        problems: What does not hold; nothing where all holds.
        checked: Names of the invariants that were looked at.
        logs: Logs that were read whole.
        answers: Samples in them.
        record: The record, or None.
        judged: Verdicts in them that judges gave.
        reread: Those that were read again from their judges' replies.
        judges: All judges whose verdicts stand in the logs.
        accounts: Of each log, what was planned and what became of it.
        what: What was verified, in words.
        notes: What was not checked, and why.
        flags: What a person should look at; it fails nothing.
    """

    problems: list[Problem]
    checked: list[str]
    logs: int
    answers: int
    record: str | None
    judged: int = 0
    reread: int = 0
    judges: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    what: str = "the logs"
    notes: tuple[str, ...] = ()
    flags: tuple[Problem, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        accounts = [one.as_dict() for one in self.accounts]
        return {**asdict(self), "accounts": accounts, "holds": self.holds}
