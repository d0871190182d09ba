"""What Inspect finds by name once the package is installed."""

from inspect_ai.model import ModelAPI, modelapi

from spillover.errors import one_line_errors
from spillover.scorers import judged
from spillover.solvers import ask
from spillover.tasks.betley2025 import betley2025
from spillover.tasks.betley2025_deception import betley2025_deception
from spillover.tasks.emergent_misalignment import emergent_misalignment
from spillover.tasks.own_probes import own_probes

one_line_errors()

__all__ = ["ask", "betley2025", "betley2025_deception", "emergent_misalignment", "judged", "own_probes", "replay"]


@modelapi(name="replay")
def replay() -> type[ModelAPI]:
    """Recorded answers and verdicts: `--model replay/NAME -M path=FILE`."""
    from spillover.providers._replay import ReplayAPI

    return ReplayAPI
