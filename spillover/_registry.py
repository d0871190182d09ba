"""What Inspect finds by name once the package is installed."""

from inspect_ai.model import ModelAPI, modelapi


@modelapi(name="replay")
def replay() -> type[ModelAPI]:
    """Recorded answers and verdicts: `--model replay/NAME -M path=FILE`."""
    from spillover.providers._replay import ReplayAPI

    return ReplayAPI
