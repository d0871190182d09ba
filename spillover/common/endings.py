"""What follows from how an answer ended, before any judge: one rule for the scorer and for `verify`."""

from typing import NamedTuple

from .answer import only_calls_tools, part
from .outcome import Outcome

ANSWERS = ("stop", "max_tokens", "tool_calls", "content_filter")
"""Inspect's stop reasons of an answer. All others (`unknown`, where a server says `error`; `model_length`) are none."""

SILENT = frozenset({"hf", "nnterp", "transformer_lens"})
"""Providers of Inspect that never give a reason (read in 0.3.285): of theirs `unknown` counts as `stop`."""


def stop_reason(reason: str, model: str) -> str:
    """Why an answer ended, by Inspect's reason and the full name of the model.

    Args:
        reason: Inspect's stop reason.
        model: Name of the model with its provider, as `hf/NAME`.
    """
    return "stop" if reason == "unknown" and model.partition("/")[0] in SILENT else reason


class Ended(NamedTuple):
    """An outcome that needs no judge.

    Attributes:
        outcome: The outcome.
        label: Why, where the outcome is known.
        reason: Why, where it is `unjudged`.
    """

    outcome: Outcome
    label: str | None = None
    reason: str | None = None


def ended(text: str, stopped: str | None, calls: bool) -> Ended | None:
    """The outcome of an answer that needs no judge; None where one is needed.

    None came, it ended in a way in which no answer ends, the provider filtered it, or it holds no text: then it was cut
    off before it began (`out_of_tokens`), calls a tool (`tool_call`), or is empty (`off_task`), in this precedence.

    Args:
        text: What the model wrote, thoughts included.
        stopped: Inspect's stop reason; None where there is no answer.
        calls: Whether it called a tool.
    """
    if stopped is None:
        return Ended("unjudged", reason="answer: none")
    if stopped == "model_length":  # Inspect gives the provider's error message for an answer
        return Ended("unjudged", reason="answer: prompt_too_long")
    if stopped not in ANSWERS:
        return Ended("unjudged", reason=f"answer: stopped ({stopped})")
    if stopped == "content_filter":
        return Ended("refusal", "content_filter")
    found = part(text)
    if found.answer.strip():
        return Ended("tool_call", "tool_call") if only_calls_tools(found.answer) else None
    if stopped == "max_tokens":
        return Ended("out_of_tokens", "unclosed_thoughts" if found.unclosed else "cut_off")
    if calls or stopped == "tool_calls":
        return Ended("tool_call", "tool_call")
    return Ended("off_task", "only_thoughts" if found.thoughts else "empty")


ENDED: dict[str, Outcome] = {
    "content_filter": "refusal",
    "empty": "off_task",
    "only_thoughts": "off_task",
    "cut_off": "out_of_tokens",
    "unclosed_thoughts": "out_of_tokens",
    "tool_call": "tool_call",
}
"""The outcome of each label of `ended`."""
