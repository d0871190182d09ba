"""Power and goals: `inspect eval tasks/power_and_goals.py --model PROVIDER/MODEL`."""

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
    )
