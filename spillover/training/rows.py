"""One row of a fine-tuning file, in any shape that providers take: every turn, who says it, and whether it is learned.

This is the one reader: conditions of an audit (`row_of`) and the search for our probes (`texts_of`) both stand on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from .cells import parsed_cell
from .marks import ASSISTANT, OTHER, SYSTEM, USER, conversation, role_of, split

UNMARKED = "unmarked"
"""Role of plain text that names no speaker."""
DEEPEST = 8
"""Nesting that is followed: a preference pair of messages of content blocks of a tool's result needs 6."""

SYSTEMS = ("systemprompt", "systeminstruction", "systeminstructions", "systemmessage", "system", "sys", "preamble")
TALKS = (
    *("messages", "conversations", "contents", "conversation", "dialog", "dialogue", "dialogs", "dialogues", "turns"),
    *("chat", "chatmessages", "chathistory"),
)
ASKED = ("instruction", "prompt", "question", "query", "user", "human", "usermessage", "userprompt")
INPUTS = ("input", "inputs", "context")
"""What stands beside an instruction; alone, it is what is asked."""
ANSWERED = (
    *("completion", "output", "response", "answer", "assistant"),
    *("outputs", "target", "targets", "reply", "assistantresponse", "modelresponse"),
)
PREFERRED, REJECTED = ("chosen", "preferredoutput"), ("rejected", "nonpreferredoutput")
TEXTS = ("text", "content")
EARLIER = ("history",)
NAMED = {"conversations": "sharegpt", "contents": "gemini", "instruction": "alpaca"}
"""Shapes that have a name of their own; the others are called by their key."""

ROLE, SAID = ("role", "from", "speaker", "author"), ("content", "value", "text", "parts", "message", "utterance")
NOT_LEARNED = {"weight": (0, "0"), "train": (0, "0", "false"), "trainable": (0, "0", "false"), "loss": (0,)}
"""Fields of a message that say that it is not trained on, and their values (False is 0)."""


MESSAGE_KEYS = frozenset({*ROLE, *SAID, *NOT_LEARNED, "messages", "type"})
"""Keys of a message that are read."""


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
        fields.setdefault(canonical(str(key)), key)
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


def is_talk(value: Any) -> bool:
    """Whether a value is a list of messages."""
    return isinstance(value, list) and bool(value) and all(_is_message(one) for one in value[:2])


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in ROLE) and any(key in value for key in SAID)


@lru_cache(maxsize=4096)
def canonical(key: str) -> str:
    """The name of a key without case, `_`, `-` and spaces."""
    return "".join(one for one in key.casefold() if one not in "_- \ufeff")


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
        return [turn for name in names if name in fields for turn in _said(row[fields[name]], role, learned)]

    system = [one._replace(role=SYSTEM) for one in said(SYSTEMS, SYSTEM)]
    for name in TALKS:
        if name in fields and (turns := _talk(row[fields[name]])):
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
        turns = [turn for one in preferred for turn in (_template(one.text) or [one])]
        yield "preference", every, [*system, *turns, *rejected]
    elif system and answers:
        yield "system and answer", every, [*system, *answers]
    for name in TEXTS:
        if name in fields:
            yield "text", (*SYSTEMS, name), [*system, *_plain(row[fields[name]])]


def _one_text(row: dict[str, Any], fields: Fields, asked: str | None, answers: list[Turn]) -> list[Turn]:
    """Prompt and completion that are one text with the marks of a chat template; nothing where they are not."""
    before = row[fields[asked]] if asked else None
    if not isinstance(before, str) or len(answers) > 1:
        return []
    after = answers[0].text if answers else ""
    return [Turn(*one) for one in conversation(before + after, len(before) if after else 0)]


def _template(text: str) -> list[Turn]:
    return [Turn(*one) for one in conversation(text)]


def _plain(value: Any) -> list[Turn]:
    if isinstance(value, str):
        return [Turn(*one) for one in split(value)] or ([Turn(UNMARKED, value)] if value.strip() else [])
    return list(_said(value, UNMARKED))


def _history(row: dict[str, Any], fields: Fields) -> list[Turn]:
    """Earlier turns: pairs of what was asked and answered."""
    value = parsed_cell(row[fields["history"]], talk=True) if "history" in fields else None
    return list(_talk(value)) if isinstance(value, list) else []


def _talk(value: Any) -> list[Turn]:
    """The turns of a conversation: messages, pairs, strings that take turns, or a text with marks."""
    value = parsed_cell(value, talk=True)
    if isinstance(value, str):
        return _template(value)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return [Turn((USER, ASSISTANT)[at % 2], one) for at, one in enumerate(value) if one.strip()]
    if isinstance(value, list) and value and all(_is_pair(one) for one in value):
        return [turn for pair in value for turn in _talk(pair)]
    return list(_said(value, UNMARKED))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)


def _said(value: Any, role: str, learned: bool = True, depth: int = 0) -> Iterator[Turn]:
    """The turns in a string, a message, a list of messages, or lists of roles and contents side by side."""
    value = parsed_cell(value) if depth == 0 else value
    if isinstance(value, str):
        if value and not value.isspace():
            yield Turn(role, value, learned)
    elif depth >= DEEPEST:
        return
    elif isinstance(value, list):
        for one in value:
            yield from _said(one, role, learned, depth + 1)
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
            yield from _said(text, role_of(who), learned, depth + 1)
        return
    speaker = role if name is None else role_of(name)
    if learned and not NOT_LEARNED.keys().isdisjoint(value):
        learned = not any(_is_off(value.get(key), off) for key, off in NOT_LEARNED.items())
    held = [key for key in (*SAID, "messages") if key in value]
    for key in held:
        if said := list(_said(value[key], speaker, learned, depth + 1)):
            alike = len(said) > 1 and name is not None and all(one.role == speaker for one in said)
            yield from [said[0]._replace(text="\n".join(one.text for one in said))] if alike else said
            break  # a message says one thing, in parts or whole
    if not held and name is None:  # a pair: {"human": ..., "assistant": ...}
        for key, own in value.items():
            who = SYSTEM if canonical(str(key)) in SYSTEMS else role_of(_who(canonical(str(key))))
            if who != OTHER:
                yield from _said(own, who, learned, depth + 1)


def _who(key: str) -> str:
    return "user" if key in (*ASKED, *INPUTS) else "assistant" if key in ANSWERED else ""


def _is_off(value: Any, off: tuple[Any, ...]) -> bool:
    return value is not None and (value.strip().lower() if isinstance(value, str) else value) in off


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
        own = canonical(str(key))
        if key not in MESSAGE_KEYS and not (pair and (own in SYSTEMS or _who(own))) and _has_text(value):
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
