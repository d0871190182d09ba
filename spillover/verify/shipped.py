"""What `verify` asks of the installed package: its own versions of tasks, rubrics and judge cards."""

from typing import Any, Protocol

from spillover.logs import LogSource


class Shipped(Protocol):
    """What the installed package knows of its own versions; None where it does not."""

    def version(self, task: str) -> str | None:
        """Version in which a task is shipped."""
        ...

    def cards(self) -> list[dict[str, Any]]:
        """Judge cards that are known, as plain data: those that are shipped, and those that were given."""
        ...

    def rubric(self, name: str, version: int, domains: list[str]) -> str | None:
        """Hash of a shipped rubric of this version with the sections of these domains."""
        ...

    def material(self, source: LogSource) -> str | None:
        """Hash of the material of a shipped task of this version, with the log's arguments."""
        ...

    def questions(self, source: LogSource) -> dict[str, str] | None:
        """Text of every probe of a shipped task of this version, by id."""
        ...

    def scorer(self, source: LogSource) -> dict[str, Any] | None:
        """Arguments of the scorer of a shipped task of this version, with the log's arguments."""
        ...

    def asking(self, source: LogSource) -> dict[str, Any] | None:
        """How a shipped task of this version asks: `decoding`, and `params` of its solver."""
        ...

    def unknown(self, source: LogSource) -> str | None:
        """Why the task of a log cannot be rebuilt, so that its material is compared with nothing; None where it can."""
        ...

    def design(self, source: LogSource) -> tuple[list[str], int] | None:
        """Sample ids and repetitions of the whole task that a log ran, or ran a part of."""
        ...
