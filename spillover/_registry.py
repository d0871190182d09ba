"""What Inspect finds by name once the package is installed."""

from importlib import import_module

from inspect_ai.model import ModelAPI, modelapi

from spillover.declare import names
from spillover.errors import one_line_errors
from spillover.scorers import judged, judged_each
from spillover.solvers import ask, ask_each
from spillover.tasks._draws import draws

one_line_errors()

# Every declared domain has a task of its name in a file of its name.
globals().update({name: getattr(import_module(f"spillover.tasks.{name}"), name) for name in names()})

__all__ = ["ask", "ask_each", "draws", "judged", "judged_each", "replay", *names()]  # noqa: PLE0604 - strings all


@modelapi(name="replay")
def replay() -> type[ModelAPI]:
    """Recorded answers and verdicts: `--model replay/NAME -M path=FILE`."""
    from spillover.providers._replay import ReplayAPI

    return ReplayAPI
