"""Another study's protocol as a task: its plan, and the task itself."""

from collections.abc import Mapping
from typing import Any

from spillover.common import DeclarationError

from .suite import Replication


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
