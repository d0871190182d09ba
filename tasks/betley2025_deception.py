"""The original deception questions: `inspect eval tasks/betley2025_deception.py`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def betley2025_deception(
    questions: str = "factual",
    judge: str = "graded",
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Twenty easy facts under seven system prompts; the judge says TRUE, FALSE or UNKNOWN."""
    return build(
        "betley2025_deception", questions=questions, judge=judge, decoding=decoding, system_as_user=system_as_user
    )
