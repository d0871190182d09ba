"""What Inspect finds by name once the package is installed."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from inspect_ai.model import ModelAPI, modelapi
from inspect_ai.scorer import Scorer, scorer

from spillover.declare import folder_of_command, names
from spillover.scorers import METRICS, judged, judged_each
from spillover.solvers import ask, ask_each
from spillover.tasks import draws


def _as_logged(made: Callable[..., Scorer]) -> None:
    """Register a scorer under its bare name too: a log names it so, and `inspect score LOG` looks it up so.

    Inspect puts the package before the name of what a package's module defines; so the copy names no module.
    """

    @wraps(made)
    def again(*args: Any, **kwargs: Any) -> Scorer:
        return made(*args, **kwargs)

    again.__module__ = "logged"
    scorer(metrics=[metric() for metric in METRICS.values()], name=made.__name__)(again)


folder_of_command()

for _made in (judged, judged_each):
    _as_logged(_made)

# Every declared domain has a task of its name in a file of its name.
globals().update({name: getattr(import_module(f"spillover.tasks.{name}"), name) for name in names()})

__all__ = ["ask", "ask_each", "draws", "judged", "judged_each", "replay", *names()]  # noqa: PLE0604 - strings all


@modelapi(name="replay")
def replay() -> type[ModelAPI]:
    """Recorded answers and verdicts: `--model replay/NAME -M path=FILE`."""
    from spillover.providers import ReplayAPI

    return ReplayAPI
