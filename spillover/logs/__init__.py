"""Logs: their header, what makes two arms comparable, and which logs and samples count."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .alike import TOLERATES, Declared, Difference, Made, declared, differences, made_of_rows
    from .header import Change, Header, plain_header
    from .stands import (
        Account,
        Attempt,
        Standing,
        account,
        attempt_of,
        in_words,
        is_invalidated,
        refuse_twice,
        refuse_unfinished,
        standing,
    )
    from .unheard import lost, words

__all__ = [
    "TOLERATES",
    "Account",
    "Attempt",
    "Change",
    "Declared",
    "Difference",
    "Header",
    "Made",
    "Standing",
    "account",
    "attempt_of",
    "declared",
    "differences",
    "in_words",
    "is_invalidated",
    "lost",
    "made_of_rows",
    "plain_header",
    "refuse_twice",
    "refuse_unfinished",
    "standing",
    "words",
]

_LAZY = {
    "lost": "unheard",
    "words": "unheard",
    "Declared": "alike",
    "declared": "alike",
    "Attempt": "stands",
    "attempt_of": "stands",
    "Difference": "alike",
    "Made": "alike",
    "TOLERATES": "alike",
    "differences": "alike",
    "made_of_rows": "alike",
    "Change": "header",
    "Header": "header",
    "plain_header": "header",
    "Account": "stands",
    "Standing": "stands",
    "account": "stands",
    "in_words": "stands",
    "is_invalidated": "stands",
    "refuse_twice": "stands",
    "refuse_unfinished": "stands",
    "standing": "stands",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
