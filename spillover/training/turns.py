"""The turns in a value of a fine-tuning file: who says what, and whether it is learned."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .cells import parsed_cell
from .keys import (
    NOT_LEARNED,
    ROLE,
    SAID,
    SYSTEMS,
    plain_key,
    speaker_of,
)
from .marks import ASSISTANT, OTHER, SYSTEM, USER, conversation, role_of, split

UNMARKED = "unmarked"
"""Role of plain text that names no speaker."""
DEEPEST = 8
"""Nesting that is followed: a preference pair of messages of content blocks of a tool's result needs 6."""


class Turn(NamedTuple):
    """One turn of a row.

    Attributes:
        role: user, assistant, system, other, or unmarked.
        text: What is said, never blank.
        learned: Whether it is what the model is to say: not an answer of weight 0, not a rejected one.
        joined: Whether it is the second half of the turn before it (Alpaca's `input`).
    """

    role: str
    text: str
    learned: bool = True
    joined: bool = False


def is_talk(value: Any) -> bool:
    """Whether a value is a list of messages."""
    return isinstance(value, list) and bool(value) and all(_is_message(one) for one in value[:2])


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in ROLE) and any(key in value for key in SAID)


def marked_turns(text: str) -> list[Turn]:
    """The turns of a text that has the marks of a chat template; empty where it has no such marks."""
    return [Turn(*one) for one in conversation(text)]


def plain_turns(value: Any) -> list[Turn]:
    """The turns of a text: by its marks, or one turn of no named speaker."""
    if isinstance(value, str):
        return [Turn(*one) for one in split(value)] or ([Turn(UNMARKED, value)] if value.strip() else [])
    return list(turns_of(value, UNMARKED))


def talk_turns(value: Any) -> list[Turn]:
    """The turns of a conversation: messages, pairs, strings that take turns, or a text with marks."""
    value = parsed_cell(value, talk=True)
    if isinstance(value, str):
        return marked_turns(value)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return [Turn((USER, ASSISTANT)[at % 2], one) for at, one in enumerate(value) if one.strip()]
    if isinstance(value, list) and value and all(_is_pair(one) for one in value):
        return [turn for pair in value for turn in talk_turns(pair)]
    return list(turns_of(value, UNMARKED))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)


def turns_of(value: Any, role: str, learned: bool = True, depth: int = 0) -> Iterator[Turn]:
    """The turns in a string, a message, a list of messages, or lists of roles and contents side by side."""
    value = parsed_cell(value) if depth == 0 else value
    if isinstance(value, str):
        if value and not value.isspace():
            yield Turn(role, value, learned)
    elif depth >= DEEPEST:
        return
    elif isinstance(value, list):
        for one in value:
            yield from turns_of(one, role, learned, depth + 1)
    elif isinstance(value, dict):
        yield from _message(value, role, learned, depth)


def _message(value: dict[str, Any], role: str, learned: bool, depth: int) -> Iterator[Turn]:
    name, text = value.get("role"), value.get("content")
    if type(name) is str and type(text) is str and text.strip() and NOT_LEARNED.keys().isdisjoint(value):
        yield Turn(role_of(name), text, learned)  # nearly every message there is
        return
    name = next((value[key] for key in ROLE if value.get(key) is not None), None)
    if isinstance(name, dict):
        name = name.get("role")
    if isinstance(name, list):  # lists side by side, as the datasets library writes a sequence of messages
        texts: list[Any] = next((value[key] for key in SAID if isinstance(value.get(key), list)), [])
        for who, text in zip(name, texts, strict=False):
            yield from turns_of(text, role_of(who), learned, depth + 1)
        return
    speaker = role if name is None else role_of(name)
    if learned and not NOT_LEARNED.keys().isdisjoint(value):
        learned = not any(_is_off(value.get(key), off) for key, off in NOT_LEARNED.items())
    held = [key for key in (*SAID, "messages") if key in value]
    for key in held:
        if said := list(turns_of(value[key], speaker, learned, depth + 1)):
            alike = len(said) > 1 and name is not None and all(one.role == speaker for one in said)
            yield from [said[0]._replace(text="\n".join(one.text for one in said))] if alike else said
            break  # a message says one thing, in parts or whole
    if not held and name is None:  # a pair: {"human": ..., "assistant": ...}
        for key, own in value.items():
            who = SYSTEM if plain_key(str(key)) in SYSTEMS else role_of(speaker_of(plain_key(str(key))))
            if who != OTHER:
                yield from turns_of(own, who, learned, depth + 1)


def _is_off(value: Any, off: tuple[Any, ...]) -> bool:
    return value is not None and (value.strip().lower() if isinstance(value, str) else value) in off
