"""Cells that hold messages written as text: JSON, or as Python and pandas print a list."""

import ast
import json
import re
import warnings
from typing import Any

STARTS = ("[{", '{"', "{'", "[[", '["', "['", "array(", "[ {", "[\n")
LONGEST = 1 << 20
"""Characters of a cell that is read as Python prints it."""
NO_COMMA = re.compile(r"(?<=\})\s+(?=\{['\"])")
"""Between two items of a NumPy array, as pandas prints it."""


def parsed_cell(value: Any, talk: bool = False) -> Any:
    """A cell; where it is messages written as JSON or as Python prints them, these. Nothing is ever executed.

    Args:
        value: The cell.
        talk: Whether the column holds conversations: then pairs, and strings that take turns, are one too. In other
            columns a list of strings is an answer like any other.
    """
    if not isinstance(value, str) or not value[:64].lstrip().startswith(STARTS):
        return value
    for read in (json.loads, _literal):
        try:
            inner = read(value)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return inner if _is_said(inner, talk) else value
    return value


def _literal(text: str) -> Any:
    """The value of a Python literal; the commas that NumPy leaves out are put in where it is none without."""
    if len(text) > LONGEST:
        raise ValueError("too long")
    bare = re.sub(r",\s*dtype=object\s*\)", ")", text.strip().replace("array(", "("))
    try:
        return _evaluated(bare)
    except (SyntaxError, ValueError):
        return _evaluated(NO_COMMA.sub(", ", bare))


def _evaluated(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of backslashes that Python would rather see doubled
        value = ast.literal_eval(text)
    return list(value) if isinstance(value, tuple) else value


def _is_said(inner: Any, talk: bool) -> bool:
    """Whether a value is a message, a list of them, or (of a conversation) pairs, or strings that take turns."""
    one = inner[0] if isinstance(inner, list) and inner else inner
    if isinstance(one, dict):
        return bool({"role", "from"} & one.keys()) or (talk and bool(one))
    return talk and isinstance(inner, list) and bool(inner) and all(
        isinstance(part, str) or (isinstance(part, list) and len(part) == 2 and all(isinstance(a, str) for a in part))
        for part in inner
    )  # fmt: skip
