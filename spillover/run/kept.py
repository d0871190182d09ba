"""Answers of an earlier run, played back as the model's own: judges judge them again, no model is asked."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from spillover.common import Cell, current_cell

FROM = "reused_from"
"""Where an output names the log that its answer comes from."""
GRADER = "grader"


def playing(model: Any, log: Path) -> Any:
    """Have a loaded model give the answers of a log; what the log does not hold is asked for.

    Name, arguments and address of the model stay, so that the new log is one of the same arm.

    Args:
        model: Inspect model.
        log: Log of the same draws.
    """
    kept, ask = kept_answers(log), model.api.generate

    async def generate(*said: Any, **named: Any) -> Any:
        cell = current_cell.get()
        found = kept.get(cell) if cell is not None and cell.dimension is None else None
        return await _asked(ask, *said, **named) if found is None else found.model_copy(deep=True)

    model.api.generate = generate
    return model


async def _asked(ask: Callable[..., Awaitable[Any]], *said: Any, **named: Any) -> Any:
    return await ask(*said, **named)


def kept_answers(log: Path) -> dict[Cell, Any]:
    """The outputs of a log by cell and turn, without their usage: nothing is bought again."""
    from inspect_ai.log import read_eval_log, resolve_sample_attachments
    from inspect_ai.model import ModelUsage

    found: dict[Cell, Any] = {}
    for sample in read_eval_log(str(log)).samples or []:
        if sample.error is not None:
            continue
        said = sample.metadata
        outputs = [
            event.output
            for event in resolve_sample_attachments(sample).events
            if event.event == "model" and event.role != GRADER and event.error is None and event.output.choices
        ]
        for turn, output in enumerate(outputs, start=1):
            repetition = int(said.get("repetition", sample.epoch))
            cell = Cell(str(said["probe"]), str(said["condition"]), repetition, turn=turn)
            own = {"usage": ModelUsage(), "metadata": {**(output.metadata or {}), FROM: log.name}, "time": None}
            found[cell] = output.model_copy(update=own)
    return found


REUSED = "reused"
"""Folder of a run with the logs of earlier runs whose answers are judged again."""


def kept_for(chunk: Path) -> dict[str, Path]:
    """By model, the log of an earlier run whose answers a chunk of this run plays back.

    Args:
        chunk: Folder of the chunk.
    """
    from inspect_ai.log import read_eval_log

    files = sorted((chunk.parent.parent / REUSED / chunk.name).glob("*.eval"))
    return {read_eval_log(str(file), header_only=True).eval.model: file for file in files}
