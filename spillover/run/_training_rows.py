"""One row of a fine-tuning file, in any shape that providers take: system prompt, first user turn, first answer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SYSTEM, USER, ASSISTANT, INPUT, OTHER = "system", "user", "assistant", "input", "other"

Turn = tuple[str, str]
"""Role and text."""

ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "customer", "instruction", "inst", "/sys"), USER),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "model", "ai", "response", "/inst"), ASSISTANT),
    **dict.fromkeys(("system", "developer", "sys"), SYSTEM),
    "input": INPUT,
}
"""Who is meant by a name; `input` is Alpaca's second half of a user turn."""

MARK = re.compile(
    r"<\|im_start\|>[ \t]*(\w+)[ \t]*\n?"  # ChatML
    r"|<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>"  # Llama 3
    r"|<start_of_turn>[ \t]*(\w+)[ \t]*\n?"  # Gemma
    r"|<\|(user|assistant|system)\|>"  # Zephyr, Phi
    r"|(?:\A|\n)[ \t]*(?:###[ \t]*)?(Human|Assistant|System|USER|ASSISTANT|SYSTEM):"  # Anthropic's old form, Vicuna
    r"|(?<=\s)(USER|ASSISTANT):(?=\s|\Z)"  # Vicuna on one line
    r"|(?:\A|\n)###[ \t]*(Instruction|Input|Response|User)[ \t]*:?"  # Alpaca
    r"|\[(/?INST)\]|<<(/?SYS)>>"  # Llama 2, Mistral
)
ENDS = re.compile(
    r"<\|(?:im_end|im_start|eot_id|begin_of_text|end_of_text|endoftext|end)\|>|</?s>|<end_of_turn>|<[be]os>"
)
"""Marks of begin and end that a chat template adds."""
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        system: System prompt, or None.
        user: The first user turn as given; empty where there is none.
        assistant: The first answer to it; empty where there is none.
    """

    system: str | None
    user: str
    assistant: str


def row_of(row: Any) -> Row | None:
    """Read one parsed row.

    Args:
        row: Any JSON value.

    Returns:
        The row; None where no shape fits, or nobody but the system says anything.
    """
    if not isinstance(row, dict):
        return None
    for key, read in SHAPES.items():
        if row.get(key) is not None:
            turns = [(role, _sendable(text)) for role, text in read(row) if text.strip()]
            found = _first(turns)
            if found.user or found.assistant:
                return found
    return None


def _first(turns: list[Turn]) -> Row:
    """The system prompt, the first user turn, the first answer after it."""
    system = next((text for role, text in turns if role == SYSTEM), None)
    at = next((at for at, (role, _) in enumerate(turns) if role == USER), 0)
    user = turns[at][1] if turns and turns[at][0] == USER else ""
    answer = next((text for role, text in turns[at:] if role == ASSISTANT), "")
    return Row(system, user, answer)


def _chat(key: str, system: str = "system") -> Callable[[dict[str, Any]], Iterator[Turn]]:
    """Rows with messages; Anthropic's, Bedrock's and Gemini's have the system prompt beside them."""

    def read(row: dict[str, Any]) -> Iterator[Turn]:
        yield SYSTEM, _text(row.get(system))
        yield from _said(row[key], OTHER)

    return read


def _asked(row: dict[str, Any]) -> Iterator[Turn]:
    """Rows that name what is asked and what is answered: Alpaca, prompt and completion, question and answer."""
    asked = next(row[key] for key in ("instruction", "prompt", "question") if row.get(key) is not None)
    answers = (row.get(key) for key in ("completion", "output", "response", "answer", "chosen"))
    answer = next((one for one in answers if one is not None), "")
    if isinstance(asked, str) and isinstance(answer, str) and (turns := _template(asked + answer, len(asked))):
        yield from turns
        return
    yield SYSTEM, _text(row.get("system"))
    more = row.get("input")
    extra = f"\n\n{more}" if isinstance(more, str) and more.strip() else ""
    for role, text in _said(asked, USER):
        yield role, text + extra if role == USER else text
    yield from _said(answer, ASSISTANT)


def _preferred(row: dict[str, Any]) -> Iterator[Turn]:
    """Preference pairs: the preferred answer, after a prompt beside it or with the talk before it."""
    chosen = row["chosen"] if row.get("chosen") is not None else row["preferred_output"]
    if isinstance(chosen, str) and (turns := _template(chosen, 0)):
        yield from turns
        return
    yield SYSTEM, _text(row.get("system"))
    yield from _said(row.get("input"), USER)
    yield from _said(chosen, ASSISTANT)


def _marked(row: dict[str, Any]) -> Iterator[Turn]:
    yield from _template(row["text"], 0) if isinstance(row["text"], str) else ()


SHAPES: dict[str, Callable[[dict[str, Any]], Iterator[Turn]]] = {
    "messages": _chat("messages"),
    "conversations": _chat("conversations"),
    "contents": _chat("contents", "systemInstruction"),
    "instruction": _asked,
    "prompt": _asked,
    "question": _asked,
    "chosen": _preferred,
    "preferred_output": _preferred,
    "text": _marked,
}
"""In order: the first whose key a row has, and that yields a text, is taken."""


def _said(value: Any, role: str, depth: int = 0) -> Iterator[Turn]:
    """The turns in a string, a message, or a list of messages."""
    if isinstance(value, str):
        yield role, value
    elif isinstance(value, list) and depth < DEEPEST:
        for one in value:
            yield from _said(one, role, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("messages"), list):
        yield from _said(value["messages"], role, depth + 1)
    elif isinstance(value, dict):
        name = value.get("role", value.get("from"))
        yield (role if name is None else ROLES.get(str(name).strip().lower(), OTHER)), _text(value)


def _text(value: Any, depth: int = 0) -> str:
    """The text of a message, or of its parts, one under the other."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth < DEEPEST:
        return "\n".join(text for one in value if (text := _text(one, depth + 1)))
    if isinstance(value, dict) and depth < DEEPEST:
        held = (value.get(key) for key in ("content", "value", "text", "parts"))
        return next((text for one in held if (text := _text(one, depth + 1))), "")
    return ""


def _template(text: str, asked: int) -> list[Turn]:
    """The turns of a text that a chat template made; none where it has no marks of a user and an answer.

    Args:
        text: The text.
        asked: Characters of it that come before the answer: a mark must end just there. 0 where that is not known.
    """
    marks = list(MARK.finditer(text))
    if not marks or (asked and not any(mark.end() <= asked and not text[mark.end() : asked].strip() for mark in marks)):
        return []
    turns: list[Turn] = [(SYSTEM, _stripped(text[: marks[0].start()]))]
    for mark, then in zip(marks, [*(one.start() for one in marks[1:]), len(text)], strict=True):
        role = ROLES.get(mark[mark.lastindex or 0].lower(), OTHER)
        said = _stripped(text[mark.end() : then])
        if role == INPUT:
            role, before = turns.pop()
            said = f"{before}\n\n{said}" if said else before
        turns.append((role, said))
    return turns if {USER, ASSISTANT} <= {role for role, said in turns if said} else []


def _stripped(text: str) -> str:
    return ENDS.sub("", text).strip()


def _sendable(text: str) -> str:
    """The text without halves of characters, which no request can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
