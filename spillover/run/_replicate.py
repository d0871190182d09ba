"""Another study's protocol as its own task, for several models, through the same `eval_set`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spillover.errors import DeclarationError, OutageError

from ._design import Model
from ._execute import Options, evaluated, settle
from ._failed import file_of
from ._loop import LOGS
from ._suite import Replication


def replicated(models: Sequence[Model], out: Path) -> bool:
    """Whether a replication has a finished log of each of these models."""
    from inspect_ai.log import list_eval_logs, read_eval_log

    if not (out / LOGS).is_dir():
        return False
    logs = [read_eval_log(one, header_only=True) for one in list_eval_logs(str(out / LOGS))]
    return {model.name for model in models} <= {log.eval.model for log in logs if log.status == "success"}


def protocol_name(task: str, args: Mapping[str, Any], judge: str) -> str:
    """The judge protocol that a replication is judged by: its arguments', the suite's, or its declaration's own."""
    from spillover.declare import load

    declared = load(task)
    return str(args.get("judge") or (judge if judge in declared.judges else declared.judge))


def made_task(replication: Replication, judge: str) -> Any:
    """The task of a replication, with as many answers to each question as it says.

    Raises:
        DeclarationError: Where it asks another number of questions than the suite says, which is what is planned.
    """
    from importlib import import_module

    from inspect_ai import Epochs, task_with

    from spillover.declare import load

    name, args = replication.task, dict(replication.args)
    if (protocol := protocol_name(name, args, judge)) != load(name).judge:
        args["judge"] = protocol
    made = getattr(import_module(f"spillover.tasks.{name}"), name)(**args)
    if len(made.dataset) != replication.questions:
        raise DeclarationError(
            f"replication: questions: {replication.questions}, but {name} asks {len(made.dataset)} with these "
            f"arguments; write questions: {len(made.dataset)}"
        )
    return task_with(made, epochs=Epochs(replication.epochs, []))


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
                f"{log.location}: ended with {log.status}; nothing is lost: run the same command to go on"
            )
    return [(log.eval.model, file_of(log)) for log in logged]
