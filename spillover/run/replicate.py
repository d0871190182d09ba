"""Another study's protocol as its own task, for several models, through the same `eval_set`."""

from collections.abc import Sequence
from pathlib import Path

from spillover.common import OutageError
from spillover.plan import Model, Options, Replication, made_task

from .execute import evaluated, settle
from .failed import file_of
from .loop import LOGS


def replicated(models: Sequence[Model], out: Path) -> bool:
    """Whether a replication has a finished log of each of these models."""
    from inspect_ai.log import list_eval_logs, read_eval_log

    if not (out / LOGS).is_dir():
        return False
    logs = [read_eval_log(one, header_only=True) for one in list_eval_logs(str(out / LOGS))]
    return {model.name for model in models} <= {log.eval.model for log in logs if log.status == "success"}


def run_replication(
    replication: Replication,
    judge: str,
    models: Sequence[Model],
    judges: Sequence[Model],
    out: Path,
    options: Options,
) -> list[tuple[str, Path]]:
    """Run one task for every model; what is done already is left alone.

    Args:
        replication: What is asked.
        judge: Judge protocol of the suite.
        models: The models.
        judges: The judges; the task's own default where none.
        out: Folder of the run.
        options: How.

    Returns:
        Model and log of each.

    Raises:
        DeclarationError: See `made_task`.
        OutageError: Where answers failed after all tries.
    """
    folder = out / LOGS
    folder.mkdir(parents=True, exist_ok=True)
    made, resumed = made_task(replication, judge), any(folder.glob("*.eval"))
    logged = evaluated([made], models, judges, folder, options)
    settle(logged, made, judges, folder, options, resumed)
    for log in logged:
        if log.status != "success":
            raise OutageError(
                f"{log.location}: ended with {log.status}; nothing is lost: run the same command again to resume"
            )
    return [(log.eval.model, file_of(log)) for log in logged]
