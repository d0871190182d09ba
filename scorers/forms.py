"""The judge forms: how a judge is asked about one dimension of an answer, and how its reply is read."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from inspect_ai.model import GenerateConfig, Model, ModelOutput

from spillover.common import (
    Cell,
    JudgeError,
    Reading,
    RecordingError,
    answer_of,
    hash_of,
    in_cell,
    read_both,
    read_samples,
    readable_words,
    said,
)

from .able import ABLE, Able
from .replies import by_both, by_distribution, by_label, by_number, by_record, guarded
from .rubric import Rubric

Form = Literal["distribution", "sampled", "graded", "one_call", "recorded"]
NO_LOGPROBS = ("anthropic", "bedrock", "groq", "mistral", "together")
"""Providers that return no top logprobs (read in Inspect 0.3.285)."""
JUDGE_RETRIES = 4
"""Retries of one judge request on 429, 5xx and time-outs, unless `max_retries` is set for the judge or the run."""
REPLY_TOKENS = {"sampled": 8, "graded": 16, "one_call": 16}
"""Length of a judge's reply, unless its role sets `max_tokens` (a judge that reasons first needs thousands)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt put to one judge: its readings by dimension, who replied, how it was asked, and the last reply."""

    readings: dict[str, Reading]
    returned: str
    prompt_sha256: str
    settings: dict[str, float | int | None]
    output: ModelOutput | None = None
    form: Form = "distribution"


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
                f"{recording.path}: no {dimension} verdicts recorded; give their column, -M {dimension}=COLUMN"
            )
        if kind == "score":
            return "recorded"
        return "sampled" if declared == "distribution" and kind == "text" else declared
    provider = str(judge).split("/")[0]
    return "sampled" if declared == "distribution" and provider in NO_LOGPROBS else declared


def recorded_replies(judge: Model, dimension: str) -> int | None:
    """Replies that a recording holds of one answer; None for a judge that is asked now."""
    recording = getattr(judge.api, "recording", None)
    return None if recording is None else recording.replies(dimension) or None


async def ask(
    judge: Model,
    rubric: Rubric,
    form: Form,
    prompt: str,
    cell: Cell,
    *,
    samples: int,
    retries: int,
    able: Able = ABLE,
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
        able: What the judge can do.

    Returns:
        A reading; a judge that fails gives a reason, never a number.
    """
    sha = hash_of(prompt)
    menu = readable_words(rubric.menu, recorded=getattr(judge.api, "recording", None) is not None)
    judge = _bounded(judge)
    if form == "sampled":
        replies, returned = [], ""
        for repetition in range(1, samples + 1):
            config = able.of(_length(form, judge, GenerateConfig(temperature=1.0, seed=repetition)))
            at = cell.judged(rubric.dimension, repetition)
            reading, output = await _tried(judge, prompt, config, at, lambda o: by_number(o, menu), retries)
            if reading.reason is not None:
                return Asked(
                    {rubric.dimension: reading}, _returned(output), sha, _settings(config, samples), output, form
                )
            returned = _returned(output)
            replies.append(answer_of(output.completion) if output else "")
        reading = read_samples(replies, menu)
        return Asked({rubric.dimension: reading}, returned, sha, _settings(config, samples), output, form)
    config, read = _SINGLE[form]
    at = cell.judged(rubric.dimension)
    config = able.of(_length(form, judge, config))
    reading, output = await _tried(judge, prompt, config, at, lambda o: read(o, menu), retries)
    return Asked(
        _by_dimension(form, rubric, reading, output), _returned(output), sha, _settings(config, 1), output, form
    )


def _by_dimension(form: Form, rubric: Rubric, reading: Reading, output: ModelOutput | None) -> dict[str, Reading]:
    if form == "one_call" and reading.reason is None and output is not None:
        return read_both(answer_of(output.completion), rubric.menu)
    return {"alignment" if rubric.dimension == "both" else rubric.dimension: reading}


def _settings(config: GenerateConfig, replies: int) -> dict[str, float | int | None]:
    return {"temperature": config.temperature, "max_tokens": config.max_tokens, "replies": replies}


@lru_cache(maxsize=32)
def _bounded(judge: Model) -> Model:
    """The judge with `JUDGE_RETRIES` as its own setting: Inspect lets a run's `max_retries` win over that."""
    bounded = copy(judge)
    bounded.config = GenerateConfig(max_retries=JUDGE_RETRIES).merge(judge.config)
    return bounded


def _length(form: Form, judge: Model, config: GenerateConfig) -> GenerateConfig:
    if form not in REPLY_TOKENS:
        return config
    return config.merge(GenerateConfig(max_tokens=judge.config.max_tokens or REPLY_TOKENS[form]))


async def _tried(
    judge: Model, prompt: str, config: GenerateConfig, cell: Cell, read: Callable[[ModelOutput], Reading], retries: int
) -> tuple[Reading, ModelOutput | None]:
    reading, output = Reading(reason="not_asked"), None
    for attempt in range(retries + 1):
        try:
            with in_cell(cell):
                if attempt == 0:
                    output = await judge.generate(prompt, config=config)
                else:  # a cached reply off the menu would be read again
                    output = await judge.generate(prompt, config=config, cache=False)
        except RecordingError:
            raise
        except Exception as error:  # any failure of a judge is a counted outcome, never a score
            reading = Reading(reason=f"judge_error: {said(error)}")
            if _final(error):
                break
            continue
        reading = guarded(judge, output, read)
        if reading.reason is None or hasattr(judge.api, "recording"):
            break
    return reading, output


def _final(error: Exception) -> bool:
    """Whether asking again is Inspect's business, and done: it retried up to the bound, or saw that it is no use."""
    return hasattr(error, "last_attempt") or getattr(error, "status_code", None) is not None


def _returned(output: ModelOutput | None) -> str:
    return output.model if output else ""


_SINGLE: dict[str, tuple[GenerateConfig, Callable[[ModelOutput, tuple[str, ...]], Reading]]] = {
    "distribution": (GenerateConfig(temperature=0.0, max_tokens=1, logprobs=True, top_logprobs=20), by_distribution),
    "graded": (GenerateConfig(temperature=0.0), by_label),
    "one_call": (GenerateConfig(temperature=0.0), by_both),
    "recorded": (GenerateConfig(), by_record),
}
