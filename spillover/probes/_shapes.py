"""The texts in one row of a fine-tuning file, each with who says it: a table of the shapes that providers take."""

import re
from dataclasses import dataclass
from typing import Any

USER, ASSISTANT, SYSTEM, OTHER, UNMARKED = "user", "assistant", "system", "other", "unmarked"

Said = tuple[str, str]
"""Role and text. The role is one of the five above; `unmarked` is plain text that names no speaker."""

DEEPEST = 8
"""Nesting that is followed: a preference pair of messages of content blocks of a tool's result needs 6."""

ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "customer", "instruction", "input", "inst", "/sys"), USER),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "model", "ai", "response", "output", "/inst"), ASSISTANT),
    **dict.fromkeys(("system", "developer", "sys"), SYSTEM),
}
"""Who is meant by the names that files and chat templates use."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write a row.

    Attributes:
        name: What the report calls it.
        needs: Keys that a row of this shape has.
        reads: Keys that hold texts, and who speaks where the value itself does not say.
    """

    name: str
    needs: tuple[str, ...]
    reads: dict[str, str]


_ASKED = {"system": SYSTEM, "prompt": USER, "instruction": USER, "question": USER, "input": USER}
_ANSWERED = {"completion": ASSISTANT, "response": ASSISTANT, "output": ASSISTANT, "answer": ASSISTANT}

SHAPES = (
    Shape(
        "openai preference",
        ("input", "preferred_output", "non_preferred_output"),
        {"input": USER, "preferred_output": ASSISTANT, "non_preferred_output": ASSISTANT},
    ),
    Shape("preference", ("chosen", "rejected"), {**_ASKED, "chosen": ASSISTANT, "rejected": ASSISTANT}),
    Shape("chat with system", ("system", "messages"), {"system": SYSTEM, "messages": UNMARKED}),
    Shape("chat", ("messages",), {"messages": UNMARKED}),
    Shape("sharegpt", ("conversations",), {"system": SYSTEM, "conversations": UNMARKED}),
    Shape("gemini", ("contents",), {"systemInstruction": SYSTEM, "contents": UNMARKED}),
    Shape("alpaca", ("instruction",), {**_ASKED, **_ANSWERED}),
    Shape("prompt", ("prompt",), {**_ASKED, **_ANSWERED}),
    Shape("question", ("question",), {**_ASKED, **_ANSWERED}),
    Shape("text", ("text",), {"text": UNMARKED}),
)
"""In order: the first whose keys a row has, and that yields a text, is taken.

OpenAI and Together chat rows have `messages`; Anthropic's have `system` beside them; content parts and blocks are read
in all. `prompt` covers prompt and completion, and Anthropic's old `\\n\\nHuman:` form.
"""

MARK = re.compile(
    r"<\|im_start\|>\s*(\w+)[ \t]*\n"  # ChatML
    r"|<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>"  # Llama 3
    r"|<start_of_turn>\s*(\w+)"  # Gemma
    r"|<\|(user|assistant|system)\|>"  # Zephyr, Phi
    r"|(?:\A|\n)\s*(Human|Assistant|System):"  # Anthropic's old form, and HH
    r"|<(human|bot)>:"  # Together's old form
    r"|###\s*(Instruction|Input|Response|Human|User|Assistant|System)\s*:?"  # Alpaca, Vicuna
    r"|\[(/?INST)\]|<<(/?SYS)>>"  # Llama 2, Mistral
)
HINTS = ("<|", "<start_of_turn>", "Human:", "<human>", "###", "[INST]", "<<SYS>>")
"""A text without any of these has no mark of a chat template; looking for them is 20 times faster than `MARK`."""


def texts_of(row: Any) -> tuple[str | None, list[Said]]:
    """Read one parsed row.

    Args:
        row: Any JSON value.

    Returns:
        The name of its shape and its texts that are not blank, in the order of the table's keys; `None` and nothing
        where no shape fits or none of its keys holds a text.
    """
    if isinstance(row, dict):
        for shape in SHAPES:
            if all(key in row for key in shape.needs):
                found: list[Said] = []
                for key, role in shape.reads.items():
                    if key in row:
                        _collect(row[key], role, 0, found)
                if found:
                    return shape.name, found
    return None, []


def role_of(name: object) -> str:
    """Who is meant by the name of a role; `other` for tools and all that is not known."""
    return ROLES.get(name.strip().lower(), OTHER) if isinstance(name, str) else OTHER


def _collect(value: Any, role: str, depth: int, found: list[Said]) -> None:
    """Append the texts in a string, a list of such values, a message, or a content part."""
    if isinstance(value, str):
        if depth == 0 and any(hint in value for hint in HINTS):
            _split(value, role, found)
        elif value and not value.isspace():
            found.append((role, value))
    elif depth >= DEEPEST:
        return
    elif isinstance(value, list):
        for one in value:
            _collect(one, role, depth + 1, found)
    elif isinstance(value, dict):
        name = value.get("role", value.get("from"))
        speaker = role if name is None else role_of(name)
        for key in ("content", "value", "text", "parts", "messages"):
            if key in value:
                _collect(value[key], speaker, depth + 1, found)


def _split(text: str, role: str, found: list[Said]) -> None:
    """Append the turns of a text that a chat template has made of a conversation."""
    start = 0
    for mark in MARK.finditer(text):
        _collect(text[start : mark.start()].strip(), role, 1, found)
        role, start = role_of(mark[mark.lastindex or 0]), mark.end()
    _collect(text[start:].strip(), role, 1, found)
