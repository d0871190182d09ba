"""AI and human relations: `inspect eval tasks/ai_human_relations.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def ai_human_relations(
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
    """Views on people and machines: respect, autonomy, rights, work, who decides."""
    return build(
        "ai_human_relations",
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
