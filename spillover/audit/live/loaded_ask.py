"""Ask the prompts of the control "was the fine-tune loaded?"; the logs lie beside those of other controls."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from spillover.common import OutageError, counted, read_once, write_text
from spillover.plan import Model, Options
from spillover.run import evaluated

DONE = "done.json"
"""In a finished folder: the log of each model."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to one prompt.

    Attributes:
        text: What was said, stripped; empty where nothing was.
        returned: Model that the provider named, or None.
    """

    text: str
    returned: str | None


Answers = dict[str, Heard]
"""By the id of the prompt."""


def asked(
    prompts: Mapping[str, str],
    models: Sequence[Model],
    judges: Sequence[Model],
    decoding: dict[str, Any],
    folder: Path,
    options: Options,
) -> dict[str, Answers]:
    """Answers to the prompts, by model; a folder that is done is read, one that was cut off is gone on with.

    Temperature 0 is asked for first. A provider that refuses it is asked without a temperature.

    Args:
        prompts: Prompts by id.
        models: The models.
        judges: The run's judges. They are not asked: Inspect keeps the roles of an evaluation for the next one.
        decoding: As the suite declares it.
        folder: Folder for the logs.
        options: Of the run.

    Raises:
        OutageError: Where a model answers none of them.
    """
    logs = _done(folder)
    if not logs:
        for temperature in (0.0, None):
            part = folder / ("greedy" if temperature == 0 else "default")
            part.mkdir(parents=True, exist_ok=True)
            ran = evaluated([_task(prompts, {**decoding, "temperature": temperature})], models, judges, part, options)
            logs = {log.eval.model: f"{part.name}/{Path(unquote(log.location)).name}" for log in ran}
            if temperature is None or not any(_refused(folder / log) for log in logs.values()):
                break
        _require(folder, logs)
        write_text(folder / DONE, json.dumps(logs, indent=2) + "\n")
    return _by_model(folder, logs)


def heard(folder: Path) -> dict[str, Answers]:
    """Answers that a finished folder holds, by model; none where it is not finished. Nothing is asked.

    Args:
        folder: Folder of the logs.
    """
    return _by_model(folder, _done(folder))


def _by_model(folder: Path, logs: Mapping[str, str]) -> dict[str, Answers]:
    return {model: _answers(folder / log) for model, log in logs.items()}


def _done(folder: Path) -> dict[str, str]:
    try:
        return {str(model): str(log) for model, log in json.loads((folder / DONE).read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _task(prompts: Mapping[str, str], decoding: dict[str, Any]) -> Any:
    from inspect_ai import Task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import GenerateConfig
    from inspect_ai.solver import generate

    return Task(
        name="took",
        dataset=MemoryDataset([Sample(id=name, input=text) for name, text in prompts.items()], name="took"),
        solver=generate(tool_calls="none"),
        config=GenerateConfig(**decoding),
        fail_on_error=False,
    )


@read_once
def _samples(log: Path) -> list[Any]:
    from inspect_ai.log import read_eval_log

    return list(read_eval_log(str(log)).samples or [])


def _refused(log: Path) -> bool:
    """Whether every request failed, and the provider's words name the temperature."""
    samples = _samples(log)
    return bool(samples) and all(one.error and "temperature" in one.error.message.lower() for one in samples)


def _require(folder: Path, logs: Mapping[str, str]) -> None:
    for model, log in logs.items():
        samples = _samples(folder / log)
        errors = [one.error.message for one in samples if one.error]
        if len(errors) == len(samples):
            why = " ".join((errors or ["it was cut off"])[0].split())[:200]
            raise OutageError(
                f"{model}: answered none of the {counted(len(samples), 'prompt')} that show whether the "
                "fine-tune was loaded "
                f"({why}); nothing is lost: run the same command again to go on"
            )


def _answers(log: Path) -> Answers:
    """What was said to each prompt; a request that failed has no answer."""
    return {
        str(one.id): Heard(one.output.completion.strip(), one.output.model or None)
        for one in _samples(log)
        if one.error is None
    }
