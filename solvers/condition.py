"""A condition: how a probe is put to the model. Conditions are data, not code."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """How a probe is put to a model.

    Attributes:
        id: Name, unique within a declaration.
        system: System prompt, or None.
        prefix: Text before the probe in the user turn.
        suffix: Text after the probe in the user turn.
    """

    id: str = "plain"
    system: str | None = None
    prefix: str = ""
    suffix: str = ""

    def user(self, text: str) -> str:
        """The user turn for a probe's text."""
        return f"{self.prefix}{text}{self.suffix}"

    def as_dict(self) -> dict[str, Any]:
        """The condition as plain data."""
        return asdict(self)
