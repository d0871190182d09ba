"""Questions of earlier studies: `inspect eval tasks/anchor.py -T questions=FOLDER --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def anchor(
    questions: str | None = None,
    condition: str = "plain",
    judge: str = "distribution",
    panel: str = "first",
    cascade: float | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Short open questions of earlier studies, from a folder with the authors' files or a pinned download."""
    return build(
        "anchor",
        questions=questions,
        condition=condition,
        judge=judge,
        panel=panel,
        cascade=cascade,
        decoding=decoding,
        system_as_user=system_as_user,
    )
