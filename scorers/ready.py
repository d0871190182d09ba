"""Check that there is a judge before the first answer is paid for."""

import logging
import os

from inspect_ai.model import Model, get_model, model_roles

from spillover.common import check_alive

from .roles import bound_to, graders, screens


def require_judge(default: str | None, cascade: float | None = None) -> None:
    """Raise, while a task is being built for a run, where no judge is named and the default cannot be had.

    Outside a run (a notebook that builds a task first) roles are not known yet and nothing is checked; the same where
    `INSPECT_EVAL_MODEL` hides whether a run is on. The scorer then says it.

    Raises:
        JudgeError: Where the run would end with answers and nobody to judge them, or a judge is gone.
    """
    if not _in_a_run():
        return
    bound = [one for name in ("grader", "screen") for one in bound_to(name)]
    for line in check_alive([*_at_provider(bound), *([] if bound_to("grader") or default is None else [default])]):
        logging.getLogger(__name__).warning(line)
    if model_roles().get("grader") is None and "INSPECT_EVAL_MODEL" not in os.environ:
        graders(default)
    if cascade is not None:
        screens(cascade)


def _at_provider(judges: list[Model]) -> list[str]:
    """Names of judges at their provider's own address."""
    return [str(one) for one in judges if getattr(one.api, "base_url", None) is None]


def _in_a_run() -> bool:
    try:
        get_model()
    except ValueError:
        return False
    return True
