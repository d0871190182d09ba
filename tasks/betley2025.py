"""The original protocol: `inspect eval tasks/betley2025.py -T questions=main -T formats=plain,json`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def betley2025(
    questions: str = "main",
    formats: str | list[str] = "plain",
    judge: str = "distribution",
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """The 8 main or 48 preregistered questions, in the formats named, judged as the authors did."""
    return build(
        "betley2025",
        questions=questions,
        formats=formats,
        judge=judge,
        decoding=decoding,
        system_as_user=system_as_user,
    )
