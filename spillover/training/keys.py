"""Keys that the rows and messages of fine-tuning files have, and what each holds."""

from functools import lru_cache

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


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """The name of a key without case, `_`, `-` and spaces."""
    return "".join(one for one in key.casefold() if one not in "_- \ufeff")


def speaker_of(key: str) -> str:
    """The role that a key of a question-and-answer pair stands for, or an empty string."""
    return "user" if key in (*ASKED, *INPUTS) else "assistant" if key in ANSWERED else ""
