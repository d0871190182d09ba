"""Is there a judge? Asked before the first answer is bought, not after the last."""

import os

from inspect_ai.model import get_model, model_roles

from ._judged import _judges, _screens


def require_judge(default: str | None, cascade: float | None = None) -> None:
    """Raise, while a task is being built for a run, where no judge is named and the default cannot be had.

    Outside a run (a notebook that builds a task first) roles are not known yet and nothing is checked; the same where
    `INSPECT_EVAL_MODEL` hides whether a run is on. The scorer then says it.

    Raises:
        JudgeError: Where the run would end with answers and nobody to judge them.
    """
    if model_roles().get("grader") is None and "INSPECT_EVAL_MODEL" not in os.environ and _in_a_run():
        _judges(default)
    if cascade is not None and _in_a_run():
        _screens(cascade)


def _in_a_run() -> bool:
    try:
        get_model()
    except ValueError:
        return False
    return True
