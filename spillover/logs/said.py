"""The texts of a sample's messages, with the parts put back that a condensed log keeps apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spillover.common import answer_of

APART = "attachment://"
"""How a reference to a long text begins; Inspect puts it in the place of the whole text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message before the last answer.

    Attributes:
        role: `system`, `user`, `assistant` or `tool`.
        text: Its text; of an answer without thoughts, as judges are shown it.
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a model was shown, and its last answer.

    Attributes:
        turns: All messages before the last answer.
        answer: The answer without thoughts, as judges are shown it; empty where there is none.
    """

    turns: tuple[Turn, ...]
    answer: str

    def question(self, after_role: str = " ") -> str:
        """All turns as one text, each after its role in brackets.

        Args:
            after_role: What stands between the role and the text.
        """
        return "\n\n".join(f"[{turn.role}]{after_role}{turn.text}" for turn in self.turns)

    @property
    def plain_question(self) -> str:
        """The text of the only turn where a user asked one question, else `question()`."""
        only = self.turns[0].text if [turn.role for turn in self.turns] == ["user"] else None
        return self.question() if only is None else only


def content_text(content: Any, sample: Mapping[str, Any]) -> str:
    """The text of a message's content.

    Args:
        content: A text, or parts of which those of type `text` count.
        sample: The sample as its log holds it; its `attachments` hold long texts under their hash.
    """
    if isinstance(content, list):
        parts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text"]
        return "\n".join(content_text(part, sample) for part in parts)
    return str(attached(content, sample) or "")


def attached(value: Any, sample: Mapping[str, Any]) -> Any:
    """Plain data of a sample with every attachment in its place; a reference without its attachment stays.

    Inspect's `resolve_sample_attachments` does the same for samples that it has read itself.

    Args:
        value: Some of the sample, or all of it.
        sample: The sample as its log holds it; its `attachments` hold long texts under their hash.
    """
    if isinstance(value, str):
        held = sample.get("attachments") or {}
        return held.get(value.removeprefix(APART), value) if value.startswith(APART) else value
    if isinstance(value, list):
        return [attached(one, sample) for one in value]
    if isinstance(value, dict):
        return {name: attached(one, sample) for name, one in value.items()}
    return value


def exchange_of(sample: Mapping[str, Any]) -> Exchange:
    """What a sample's model was shown, and its last answer.

    Args:
        sample: A whole sample as plain data.
    """
    messages = [one for one in sample.get("messages") or [] if isinstance(one, dict)]
    last = max((at for at, one in enumerate(messages) if one.get("role") == "assistant"), default=len(messages))
    output = sample.get("output") or {}
    content = messages[last].get("content") if last < len(messages) else output.get("completion")
    return Exchange(tuple(_turn(one, sample) for one in messages[:last]), answer_of(content_text(content, sample)))


def _turn(message: Mapping[str, Any], sample: Mapping[str, Any]) -> Turn:
    role, text = str(message.get("role")), content_text(message.get("content"), sample)
    return Turn(role, answer_of(text) if role == "assistant" else text)
