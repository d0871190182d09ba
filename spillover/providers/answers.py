"""Read an answer as a text: the shapes in which other tools keep one, and the refused ones.

| shape | who writes it |
| --- | --- |
| a text | everybody |
| a list of one, `["..."]`, `[["..."]]` | lm-evaluation-harness: `filtered_resps`, `resps` |
| a message, `{"role": "assistant", "content": ...}`; a list of messages that holds one answer | chat files |
| `{"choices": [one]}`, `{"output": [...]}`, alone or under `response`, `body` | OpenAI and its batches |
| `{"type": "message", "content": [...]}`, alone or under `result`, `message` | Anthropic and its batches |
| `{"generated_text": ...}`, `{"text": ...}` | vLLM, transformers |
"""

import math
from collections.abc import Callable
from typing import Any

from spillover.common import RecordingError, counted, kind_of

WRAPPED = ("response", "body", "result", "message")
"""Fields around what holds an answer, the outermost first."""
LISTS = ("choices", "output")
"""Fields that list what a model gave back."""
TEXTS = ("content", "text", "generated_text")
"""Fields that hold the text of a message or of one of its parts."""
SPOKEN = ("text", "output_text")
"""Types of the parts of a message that are said; reasoning is not."""
DEEPEST = 12
"""Shapes inside one another, from which a value is refused."""


def answer_text(value: Any, where: str) -> str | None:
    """The text of a recorded answer; None for an empty cell.

    Args:
        value: What the cell holds.
        where: File, row and column, for the message.

    Raises:
        RecordingError: Where the cell holds several answers, none, or something that is no text.
    """
    return None if value is None else _text(value, where, DEEPEST)


def _text(value: Any, where: str, left: int) -> str:
    if isinstance(value, str):
        return value
    if left and isinstance(value, list):
        return _of_list(value, where, left)
    if left and isinstance(value, dict):
        return _of_object(value, where, left)
    raise RecordingError(f"{where}: an answer must be a text, found {_said(value)}; write the text itself in quotes")


def _of_list(value: list[Any], where: str, left: int) -> str:
    if value and all(isinstance(one, dict) and "role" in one for one in value):
        value = [one for one in value if one["role"] == "assistant"]
        if len(value) > 1:
            raise RecordingError(
                f"{where}: holds {counted(len(value), 'answer')} of one conversation; write one row a turn, with "
                "a column `turn`"
            )
    if len(value) != 1:
        many = f"holds {counted(len(value), 'answer')}; write one answer a row, with a column `epoch`"
        raise RecordingError(f"{where}: {many if value else 'the list is empty; remove the row'}")
    return _text(value[0], where, left - 1)


def _of_object(value: dict[str, Any], where: str, left: int) -> str:
    status = value.get("status_code")
    if (isinstance(status, int) and status >= 400) or value.get("error"):
        raise RecordingError(
            f"{where}: holds a failed request ({_short(value.get('error') or status)}) instead of an answer; remove it"
        )
    for name in (*LISTS, *WRAPPED):
        if value.get(name) is not None:
            inner = value[name]
            return _text(_messages(inner) if name == "output" else inner, where, left - 1)
    for name in TEXTS:
        if value.get(name) is not None:
            return _content(value[name], where, left - 1)
    if isinstance(value.get("refusal"), str):
        return str(value["refusal"])
    raise RecordingError(
        f"{where}: an answer must be a text, found an object with {_short(', '.join(map(str, value)) or 'nothing')}; "
        "name the column that holds the text, -M answer=COLUMN"
    )


def _messages(value: Any) -> Any:
    """What a model said among the items of a response: its reasoning and its tool calls are items of their own."""
    return [one for one in value if _type(one) in (None, "message")] if isinstance(value, list) else value


def _content(value: Any, where: str, left: int) -> str:
    """A message's content: a text, or parts of which those that are said are put together."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) and "type" in one for one in value):
        return _text(value, where, left)
    said = [one.get("text") for one in value if one["type"] in SPOKEN]
    if not said or not all(isinstance(one, str) for one in said):
        kinds = _short(", ".join(dict.fromkeys(str(one["type"]) for one in value)))
        raise RecordingError(f"{where}: the message has no text (parts: {kinds}); remove the row")
    return "".join(map(str, said))


def _type(value: Any) -> Any:
    return value.get("type") if isinstance(value, dict) else None


def _said(value: Any) -> str:
    """The type of a value in words, and a number itself."""
    names: dict[type, Callable[[Any], str]] = {bool: str, int: str, float: str}
    if isinstance(value, float) and math.isnan(value):
        return "NaN (no text)"
    shown = names.get(type(value))
    return kind_of(value) + (f" ({shown(value)[:40]})" if shown else "")


def _short(text: Any) -> str:
    return " ".join(str(text).split())[:80]
