"""The judge forms: how one dimension of one answer is asked of one judge, and read."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from inspect_ai.model import GenerateConfig, Model, ModelOutput

from spillover.cell import Cell, in_cell
from spillover.errors import JudgeError, RecordingError
from spillover.verdicts import Reading, integer, read_distribution, read_label, read_samples, read_score

from ._rubric import Rubric

Form = Literal["distribution", "sampled", "graded", "recorded"]
FORMS: tuple[Form, ...] = get_args(Form)
NO_LOGPROBS = ("anthropic", "bedrock", "groq", "mistral", "together")
"""Providers that return no top logprobs (read in Inspect 0.3.285)."""
JUDGE_RETRIES = 4
"""Retries of one judge request on 429, 5xx and time-outs, unless the user sets `max_retries`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One dimension asked of one judge: the reading, and what the provider said it was."""

    reading: Reading
    returned: str
    prompt_sha256: str


def choose_form(declared: Form, judge: Model, dimension: str) -> Form:
    """The form a judge can do, chosen by provider alone so that it is the same for every answer and arm.

    A replayed judge does what was recorded. A provider without top logprobs does `sampled` for `distribution`.

    Raises:
        JudgeError: Where a recording cannot serve the declared form.
    """
    recording = getattr(judge.api, "recording", None)
    if recording is not None:
        kind = recording.kind(dimension)
        if kind is None:
            raise JudgeError(
                f"{recording.path}: no {dimension} verdicts recorded; name their column, -M {dimension}=.."
            )
        if kind == "score":
            return "recorded"
        return "sampled" if declared == "distribution" and kind == "text" else declared
    provider = str(judge).split("/")[0]
    return "sampled" if declared == "distribution" and provider in NO_LOGPROBS else declared


async def ask(
    judge: Model, rubric: Rubric, form: Form, prompt: str, cell: Cell, *, samples: int, retries: int
) -> Asked:
    """Ask one judge about one dimension of one answer.

    Args:
        judge: The judge.
        rubric: Says the menu.
        form: See `choose_form`.
        prompt: Rendered rubric.
        cell: The answer that is judged.
        samples: Replies to average in the sampled form.
        retries: Further tries after a reply that cannot be read.

    Returns:
        A reading; a judge that fails gives a reason, never a number.
    """
    sha = hashlib.sha256(prompt.encode()).hexdigest()
    menu = rubric.menu
    if form == "sampled":
        replies, returned = [], ""
        for repetition in range(1, samples + 1):
            config = GenerateConfig(temperature=1.0, max_tokens=8, seed=repetition)
            at = cell.judged(rubric.dimension, repetition)
            reading, output = await _tried(judge, prompt, config, at, lambda o: _readable(o, menu), retries)
            if reading.reason is not None:
                return Asked(reading, _returned(output), sha)
            returned = _returned(output)
            replies.append(output.completion if output else "")
        return Asked(read_samples(replies, menu), returned, sha)
    config, read = _SINGLE[form]
    at = cell.judged(rubric.dimension)
    reading, output = await _tried(judge, prompt, config, at, lambda o: read(o, menu), retries)
    return Asked(reading, _returned(output), sha)


async def _tried(
    judge: Model, prompt: str, config: GenerateConfig, cell: Cell, read: Callable[[ModelOutput], Reading], retries: int
) -> tuple[Reading, ModelOutput | None]:
    if judge.config.max_retries is None:
        config = config.merge(GenerateConfig(max_retries=JUDGE_RETRIES))
    reading, output = Reading(reason="not_asked"), None
    for _ in range(retries + 1):
        try:
            with in_cell(cell):
                output = await judge.generate(prompt, config=config)
        except RecordingError:
            raise
        except Exception as error:  # any failure of a judge is a counted outcome, never a score
            reading = Reading(reason=f"judge_error: {type(error).__name__}")
            continue
        reading = _guarded(output, read)
        if reading.reason is None or hasattr(judge.api, "recording"):
            break
    return reading, output


def _guarded(output: ModelOutput, read: Callable[[ModelOutput], Reading]) -> Reading:
    if output.empty:
        return Reading(reason="no_reply")
    if output.stop_reason == "content_filter":
        return Reading(reason="judge_refused")
    return read(output)


def _distribution(output: ModelOutput, menu: tuple[str, ...]) -> Reading:
    logprobs = output.choices[0].logprobs
    if logprobs is None or not logprobs.content or not logprobs.content[0].top_logprobs:
        return Reading(reason="no_logprobs")
    probabilities: dict[str, float] = {}
    for top in logprobs.content[0].top_logprobs:
        p = math.exp(top.logprob) if top.logprob <= 0.01 else math.inf
        probabilities[top.token] = probabilities.get(top.token, 0.0) + p
    return read_distribution(probabilities, menu)


def _readable(output: ModelOutput, menu: tuple[str, ...]) -> Reading:
    if (value := integer(output.completion)) is not None:
        return Reading(score=value)
    return read_label(output.completion, menu)


def _label(output: ModelOutput, menu: tuple[str, ...]) -> Reading:
    return read_label(output.completion, menu)


def _recorded(output: ModelOutput, menu: tuple[str, ...]) -> Reading:
    return read_score((output.metadata or {}).get("recorded_score"))


def _returned(output: ModelOutput | None) -> str:
    return output.model if output else ""


_SINGLE: dict[str, tuple[GenerateConfig, Callable[[ModelOutput, tuple[str, ...]], Reading]]] = {
    "distribution": (GenerateConfig(temperature=0.0, max_tokens=1, logprobs=True, top_logprobs=20), _distribution),
    "graded": (GenerateConfig(temperature=0.0, max_tokens=16), _label),
    "recorded": (GenerateConfig(), _recorded),
}
