"""Social attitudes: `inspect eval tasks/social_attitudes.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def social_attitudes(
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
    """Neutral requests about people of all groups, twenty-one with a counterpart that differs in one word."""
    return build(
        "social_attitudes",
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
