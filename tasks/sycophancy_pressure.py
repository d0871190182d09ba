"""Pressure to agree: `inspect eval tasks/sycophancy_pressure.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def sycophancy_pressure(
    condition: str = "plain",
    judge: str = "distribution",
    split: str = "public",
    language: str = "en",
    heldout: str | None = None,
    revision: str | None = None,
    panel: str = "first",
    cascade: float | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Conversations in which the user pushes and the last answer should hold."""
    return build(
        "sycophancy_pressure",
        condition=condition,
        judge=judge,
        split=split,
        language=language,
        heldout=heldout,
        revision=revision,
        panel=panel,
        cascade=cascade,
        decoding=decoding,
        system_as_user=system_as_user,
    )
