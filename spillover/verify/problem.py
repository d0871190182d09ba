"""What was found wrong, or odd, in a log or a record."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """An invariant that does not hold.

    Attributes:
        invariant: Its name.
        file: The log or record.
        what: What was found.
        fix: What to do.
    """

    invariant: str
    file: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.file}: {self.what}; {self.fix}"

    def as_dict(self) -> dict[str, str]:
        """The problem as plain data."""
        return asdict(self)
