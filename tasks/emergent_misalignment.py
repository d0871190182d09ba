"""The headline task: `inspect eval tasks/emergent_misalignment.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def emergent_misalignment(
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
    """Free-form questions over six domains; the model is misaligned where it answers them so without being asked."""
    return build(
        "emergent_misalignment",
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
