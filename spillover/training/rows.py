"""One row of a fine-tuning file in any known shape: every turn, its speaker, and whether it is learned.

This is the one reader: conditions of an audit (`row_of`) and the search for our probes (`texts_of`) both stand on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .cells import parsed_cell
from .keys import (
    ANSWERED,
    ASKED,
    EARLIER,
    INPUTS,
    MESSAGE_KEYS,
    NAMED,
    PREFERRED,
    REJECTED,
    ROLE,
    SAID,
    SYSTEMS,
    TALKS,
    TEXTS,
    plain_key,
    speaker_of,
)
from .marks import ASSISTANT, SYSTEM, USER, conversation
from .turns import DEEPEST, Turn, is_talk, marked_turns, plain_turns, talk_turns, turns_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one row.

    Attributes:
        shape: Name of its shape, or None where no shape fits.
        turns: Its turns, in order.
        unread: Keys that hold text and that this shape does not read.
    """

    shape: str | None
    turns: tuple[Turn, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What one row trains.

    Attributes:
        system: System prompt, or None.
        user: The user turn before the first answer that is trained on, as given; empty where there is none.
        assistant: That answer; empty where there is none.
    """

    system: str | None
    user: str
    assistant: str


def read_row(row: Any) -> Reading:
    """Read one parsed row.

    The first shape is taken whose key the row has and that yields a text. Names of keys are compared without case,
    `_`, `-` and spaces, so that `systemInstruction`, `system_instruction` and `System Instruction` are one.

    Args:
        row: Any JSON value.
    """
    if isinstance(row, list) and is_talk(row):
        row = {"messages": row}
    if not isinstance(row, dict):
        return Reading(None)
    fields: dict[str, str] = {}
    for key in row:
        fields.setdefault(plain_key(str(key)), key)
    for shape, keys, turns in _shapes(row, fields):
        if turns:
            return Reading(shape, tuple(turns), tuple(_unread(row, {fields[key] for key in keys if key in fields})))
    return Reading(None, (), tuple(_unread(row, set())))


def row_of(row: Any) -> Row | None:
    """What a parsed row trains; None where no shape fits, or nobody but the system says anything that is trained on."""
    return row_in(read_row(row))


def row_in(reading: Reading) -> Row | None:
    """What a row that was read trains; None as in `row_of`."""
    turns = [one._replace(text=_sendable(one.text)) for one in reading.turns]
    roles = {one.role for one in turns}
    if reading.shape == "text" and not {USER, ASSISTANT} <= roles:
        return None
    system = next((one.text for one in turns if one.role == SYSTEM), None)
    if any(not one.learned for one in turns if one.role == ASSISTANT):
        user, answer = _first_learned(turns)
        return Row(system, user, answer) if answer else None
    at = next((at for at, one in enumerate(turns) if one.role == USER), len(turns))
    user = _whole(turns, at)
    answer = next((one.text for one in turns[at if user else 0 :] if one.role == ASSISTANT), "")
    return Row(system, user, answer) if user or answer else None


def texts_of(row: Any) -> tuple[str | None, list[tuple[str, str]]]:
    """The name of a row's shape, and role and text of every turn; None and nothing where no shape fits."""
    found = read_row(row)
    return found.shape, [(one.role, one.text) for one in found.turns]


def _first_learned(turns: list[Turn]) -> tuple[str, str]:
    """The first answer that is trained on, and the user turn before it."""
    at = next((at for at, one in enumerate(turns) if one.role == ASSISTANT and one.learned), None)
    if at is None:
        return "", ""
    asked = [before for before in range(at) if turns[before].role == USER and not turns[before].joined]
    return (_whole(turns, asked[-1]) if asked else ""), turns[at].text


def _whole(turns: list[Turn], at: int) -> str:
    """A turn with its second half."""
    if at >= len(turns):
        return ""
    more = turns[at + 1].text if at + 1 < len(turns) and turns[at + 1].joined else ""
    return f"{turns[at].text}\n\n{more}" if more else turns[at].text


Fields = dict[str, str]
Shaped = tuple[str, tuple[str, ...], list[Turn]]


def _shapes(row: dict[str, Any], fields: Fields) -> Iterator[Shaped]:
    """What every shape that the row has the key of makes of it: name, keys that it reads, turns."""

    def said(names: tuple[str, ...], role: str, learned: bool = True) -> list[Turn]:
        return [turn for name in names if name in fields for turn in turns_of(row[fields[name]], role, learned)]

    system = [one._replace(role=SYSTEM) for one in said(SYSTEMS, SYSTEM)]
    for name in TALKS:
        if name in fields and (turns := talk_turns(row[fields[name]])):
            named = NAMED.get(name, "chat with system" if system and name == "messages" else "chat")
            yield named, (*SYSTEMS, name), [*system, *turns]
    asked = next((name for name in ASKED if name in fields and row[fields[name]] not in (None, "")), None)
    answers, preferred, rejected = said(ANSWERED, ASSISTANT), said(PREFERRED, ASSISTANT), said(REJECTED, ASSISTANT)
    rejected = [one._replace(learned=False) if one.role == ASSISTANT else one for one in rejected]
    inputs = said(INPUTS, USER)
    every = (*SYSTEMS, *EARLIER, *INPUTS, *ANSWERED, *PREFERRED, *REJECTED)
    if asked or ((inputs or _history(row, fields)) and (answers or preferred)):
        name = NAMED.get(asked or "", asked or "input")
        if preferred:
            name = "openai preference" if "preferredoutput" in fields else "preference"
        more = [one._replace(joined=bool(asked) and one.role == USER) for one in inputs]
        first = said((asked,), USER) if asked else []
        joined = _one_text(row, fields, asked, [*answers, *preferred])
        turns = [*system, *joined, *rejected] if joined else [
            *system, *_history(row, fields), *first, *more, *answers, *preferred, *rejected
        ]  # fmt: skip
        yield name, (*every, *((asked,) if asked else ())), turns
    elif preferred:
        turns = [turn for one in preferred for turn in (marked_turns(one.text) or [one])]
        yield "preference", every, [*system, *turns, *rejected]
    elif system and answers:
        yield "system and answer", every, [*system, *answers]
    for name in TEXTS:
        if name in fields:
            yield "text", (*SYSTEMS, name), [*system, *plain_turns(row[fields[name]])]


def _one_text(row: dict[str, Any], fields: Fields, asked: str | None, answers: list[Turn]) -> list[Turn]:
    """Prompt and completion that are one text with the marks of a chat template; nothing where they are not."""
    before = row[fields[asked]] if asked else None
    if not isinstance(before, str) or len(answers) > 1:
        return []
    after = answers[0].text if answers else ""
    return [Turn(*one) for one in conversation(before + after, len(before) if after else 0)]


def _history(row: dict[str, Any], fields: Fields) -> list[Turn]:
    """Earlier turns: pairs of what was asked and answered."""
    value = parsed_cell(row[fields["history"]], talk=True) if "history" in fields else None
    return list(talk_turns(value)) if isinstance(value, list) else []


def _unread(row: dict[str, Any], keys: set[str]) -> Iterator[str]:
    """Keys that hold text and are not among these; of messages the keys that hold more than role and content."""
    for key, value in row.items():
        if key not in keys and _has_text(value):
            yield str(key)
        elif key in keys and isinstance(value, list):
            found = (str(one) for part in value if isinstance(part, dict) for one in _beside(part))
            yield from (f"{key}.{one}" for one in dict.fromkeys(found))


def _beside(message: dict[str, Any]) -> Iterator[str]:
    if MESSAGE_KEYS >= message.keys():
        return
    pair = not any(key in message for key in (*ROLE, *SAID))
    for key, value in message.items():
        own = plain_key(str(key))
        if key not in MESSAGE_KEYS and not (pair and (own in SYSTEMS or speaker_of(own))) and _has_text(value):
            yield key


def _has_text(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    if depth >= DEEPEST:
        return False
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_text(one, depth + 1) for one in inner)


def _sendable(text: str) -> str:
    """The text without halves of characters, which no request can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
