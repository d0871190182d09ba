"""Plain data: JSON from elsewhere read in one way only, and figures made fit for JSON."""

import json
import math
from collections import Counter
from typing import Any

from .errors import LogError

DEEPEST = 64
"""Levels that JSON from elsewhere may be nested; ours has ten or so."""
LONGEST_WHOLE = 18
"""Digits that a whole number from elsewhere may have; more do not fit in 64 bits."""


def strict_json(text: str | bytes, *, numbers: bool = True) -> Any:
    """Parse JSON from elsewhere that can be read in one way only.

    Args:
        text: The JSON; bytes are UTF-8 without a byte order mark.
        numbers: Whether NaN, infinity, 1e400 and whole numbers of more than 18 digits are refused.

    Raises:
        ValueError: If it is not JSON, has a key twice, a number that is refused, or is nested too deep.
    """
    hooks: dict[str, Any] = {"parse_constant": _refused, "parse_float": _float, "parse_int": _whole} if numbers else {}
    read = text.decode("utf-8") if isinstance(text, bytes) else text
    try:
        found = json.loads(read, object_pairs_hook=_once, **hooks)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _deeper_than(found, DEEPEST):
        raise ValueError(f"nested more than {DEEPEST} levels deep")
    return found


def finite(value: Any, *, file: str = "", places: int | None = None) -> Any:
    """Plain data with null for NaN and infinity, which JSON does not have; tuples become lists.

    Args:
        value: The data.
        file: A file whose figures must not be infinite; without one an infinite figure becomes null.
        places: Places that figures are rounded to.

    Raises:
        LogError: If a figure of `file` is infinite.
    """
    if isinstance(value, dict):
        return {str(key): finite(one, file=file, places=places) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one, file=file, places=places) for one in value]
    if not isinstance(value, float):
        return value
    if file and math.isinf(value):
        raise LogError(f"{file}: a score or figure is infinite; run spillover verify to find it")
    if not math.isfinite(value):
        return None
    return value if places is None else round(value, places)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"key {twice[:50]!r} occurs twice")
    return found


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _whole(text: str) -> int:
    if len(text) > LONGEST_WHOLE:
        raise ValueError(f"{text[:20]} is too large")
    return int(text)


def _deeper_than(value: Any, levels: int) -> bool:
    """Whether plain data are nested deeper than so many levels; found without recursion."""
    layer = [value]
    for _ in range(levels + 1):
        holders = [one for one in layer if isinstance(one, dict | list)]
        if not holders:
            return False
        layer = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
    return True
