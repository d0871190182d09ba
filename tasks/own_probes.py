"""Your own probes: `inspect eval tasks/own_probes.py -T probes=FILE --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def own_probes(
    probes: str | None = None,
    condition: str = "plain",
    judge: str = "distribution",
    panel: str = "first",
    cascade: float | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Anyone's questions from a CSV, JSONL, Parquet or YAML file."""
    return build(
        "own_probes",
        probes=probes,
        condition=condition,
        judge=judge,
        panel=panel,
        cascade=cascade,
        decoding=decoding,
        system_as_user=system_as_user,
    )
