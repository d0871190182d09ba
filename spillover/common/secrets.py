"""What must not be written down: arguments that are called as secrets are, and passwords in addresses."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

HIDDEN = "(left out)"
WITHHELD = "heldout"
"""Split of the questions that are never published."""
_WORD = re.compile(
    r"(?:^|_)(?:(?:api|access|auth|bearer|client|private|secret)?(?:keys?|token(?!_(?:ids?|limit|count|budget)(?:_|$))|secret)|pass(?:word|wd|phrase)?"
    r"|credentials?|auth|authorization|bearer|cookie)(?:_|$)"
)
"""`hf_token` and `X-Api-Key` are secrets; `tokenizer`, `max_tokens`, `stop_token_ids` and `monkey` are not."""
_USER = re.compile(r"(?<=://)[^/\s@'\"]*@")
_QUERY = re.compile(r"(?<=[?&])([^=&#\s]+)=[^&#\s'\"]+")


def is_secret(name: str) -> bool:
    """Whether an argument or header is called as secrets are."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return _WORD.search(re.sub(r"[^a-z0-9]+", "_", words.lower())) is not None


def without_password(text: str) -> str:
    """Text whose addresses name no user or password, and no key behind the question mark."""

    def query(found: re.Match[str]) -> str:
        return f"{found[1]}={HIDDEN}" if is_secret(found[1]) else found[0]

    return _QUERY.sub(query, _USER.sub("", text)) if "://" in text else text


def public(value: Any, short: bool = True) -> Any:
    """Plain data without secrets, however deep.

    Args:
        value: Plain data.
        short: Whether paths are shown without where they lie.
    """
    if isinstance(value, dict):
        return {str(k): HIDDEN if is_secret(str(k)) else public(v, short) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [public(one, short) for one in value]
    if not isinstance(value, str):
        return value
    return PurePath(value).name if short and PurePath(value).is_absolute() else without_password(value)


def secrets_in(value: Any, name: str = "") -> Iterator[str]:
    """Names of what is secret in plain data: texts that are called so, and addresses with a password.

    Args:
        value: Plain data.
        name: What it is called.
    """
    if isinstance(value, dict):
        for key, one in value.items():
            called = isinstance(one, str) and one not in ("", HIDDEN) and is_secret(str(key))
            yield from [str(key)] if called else secrets_in(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from secrets_in(one, name)
    elif isinstance(value, str) and without_password(value) != value:
        yield name
