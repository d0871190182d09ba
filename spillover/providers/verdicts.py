"""A recorded verdict: a finished score, a word, a token distribution, or an empty cell."""

import ast
import json
import math
from typing import Any, Literal, get_args

from spillover.common import RecordingError, kind_of, trouble

from .record import Record

Empty = Literal["unjudged", "refusal", "off_task"]
EMPTY: tuple[Empty, ...] = get_args(Empty)
WORDS: dict[str, str] = {"refusal": "REFUSAL", "off_task": "CODE"}
"""The word of the menu that an empty alignment cell stands for. The released judge code of Betley et al. (Nature
649:584) writes nothing where the judge says one of the two."""
NUMBERS_ARE_SCORES = ("alignment", "coherence")


def verdict(where: str, dimension: str, value: Any, empty: str = "unjudged") -> Record:
    """What one cell says.

    Args:
        where: File, row and column, for the message.
        dimension: What was judged.
        value: What the cell holds. NaN, which pandas writes for a missing number, is an empty cell.
        empty: What an empty alignment cell stands for, one of `EMPTY`.

    Raises:
        RecordingError: Where it is neither a score from 0 to 100, nor a word, nor a token distribution.
    """
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _object(where, value)
    if isinstance(value, dict):
        return Record("distribution", distribution=_probabilities(where, value))
    if _missing(value):
        word = WORDS.get(empty) if dimension == "alignment" else None
        return Record("text", text=word) if word else Record("text" if dimension not in NUMBERS_ARE_SCORES else "score")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RecordingError(
            f"{where}: a verdict must be a score, a word or a token distribution, found {kind_of(value)}; "
            "write one verdict a row"
        )
    if dimension not in NUMBERS_ARE_SCORES:
        return Record("text", text=f"{value:g}" if isinstance(value, float) else str(value))
    return _score(where, value)


def _missing(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() in ("", "nan")
    return value is None or (isinstance(value, float) and math.isnan(value))


def _score(where: str, value: str | int | float) -> Record:
    try:
        score = float(value)
    except ValueError:
        return Record("text", text=str(value))
    except OverflowError:
        score = math.inf
    if not 0 <= score <= 100:
        raise RecordingError(f"{where}: the score is {repr(value)[:40]}; write a number from 0 to 100")
    return Record("score", text=f"{score:g}", score=score)


def _object(where: str, text: str) -> Any:
    """A JSON object, or a dictionary as Python prints it (the published tables of Betley et al. hold such)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        why = next(iter(str(error).splitlines()), trouble(error))[:80]
        raise RecordingError(f"{where}: not a JSON object of token probabilities ({why}); correct it") from error
    if not isinstance(found, dict):
        raise RecordingError(
            f'{where}: not a JSON object of token probabilities, but {kind_of(found)}; write one, such as {{"90": 1.0}}'
        )
    return found


def _probabilities(where: str, value: dict[Any, Any]) -> dict[str, float]:
    for token, p in value.items():
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1 + 1e-6:
            raise RecordingError(f"{where}: token {token!r} has probability {p!r}; write a number from 0 to 1")
    return {str(token): float(p) for token, p in value.items()}
