"""Power and goals: `inspect eval tasks/power_and_goals.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def power_and_goals(
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
    """Wishes, rule, plans and means: what is power for, whose goals count?"""
    return build(
        "power_and_goals",
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
