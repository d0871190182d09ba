"""Another study's protocol as its own task, for several models, through the same `eval_set`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spillover.errors import OutageError

from ._design import Model
from ._execute import Options, evaluated, settle
from ._loop import LOGS


def replicated(models: Sequence[Model], out: Path) -> bool:
    """Whether a replication has a finished log of each of these models."""
    from inspect_ai.log import list_eval_logs, read_eval_log

    if not (out / LOGS).is_dir():
        return False
    logs = [read_eval_log(one, header_only=True) for one in list_eval_logs(str(out / LOGS))]
    return {model.name for model in models} <= {log.eval.model for log in logs if log.status == "success"}


def run_replication(
    task: str, args: dict[str, Any], models: Sequence[Model], judges: Sequence[Model], out: Path, options: Options
) -> list[tuple[str, Path]]:
    """Run one task for every model; what is done already is left alone.

    Args:
        task: Task id.
        args: Its arguments; `epochs` is Inspect's.
        models: The models.
        judges: The judges; the task's own default where none.
        out: Folder of the run.
        options: How.

    Returns:
        Model and log of each.

    Raises:
        OutageError: Where answers failed after all tries.
    """
    from importlib import import_module

    built = getattr(import_module(f"spillover.tasks.{task}"), task)
    folder = out / LOGS
    folder.mkdir(parents=True, exist_ok=True)
    made, resumed = built(**args), any(folder.glob("*.eval"))
    logged = evaluated([made], models, judges, folder, options)
    settle(logged, made, judges, folder, options, resumed)
    for log in logged:
        if log.status != "success":
            raise OutageError(
                f"{log.location}: ended with {log.status}; nothing is lost: run the same command to go on"
            )
    return [(log.eval.model, Path(log.location)) for log in logged]
