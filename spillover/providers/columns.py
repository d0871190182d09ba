"""The columns of a recording, and which of its rows count: the `-M` options of a replay."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from spillover.common import RecordingError

from .verdicts import EMPTY, Empty

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file keeps what: column names, how it counts, and which rows of it are meant.

    Attributes:
        probe: Column of the probe id.
        epoch: Column of the repetition; without such a column, rows count in order of appearance.
        first_epoch: What the file calls the first repetition (0 or 1).
        condition: Column of the condition; without it, one condition is recorded and may be replayed under one.
        answer: Column of the answer text. Beside a verdict it says which answer the verdict is about.
        answer_sha256: Column of the SHA-256 of the answer's text, which says the same.
        repetition: Column of a judge call's repetition, 1 where absent.
        alignment: Column of the alignment reply: text, a token distribution, or a finished score.
        coherence: The same for coherence.
        category: Column of a graded label.
        both: Column of a reply that holds alignment and coherence.
        turn: Column of the turn of a conversation, 1 where absent; verdicts stand in the row of the last turn.
        origin: Column that says where the replies come from ("scripted"), carried into every table.
        model_column: Column of the model that answered, a part of the key of a verdict.
        where: Rows to use, as `COLUMN=VALUE`, several in a list or as a mapping; all where empty.
        empty: What an empty alignment cell stands for: `unjudged`, `refusal` or `off_task`.
    """

    probe: str = "probe"
    epoch: str = "epoch"
    first_epoch: int = 1
    condition: str = "condition"
    answer: str = "answer"
    answer_sha256: str = "answer_sha256"
    repetition: str = "repetition"
    alignment: str = "alignment"
    coherence: str = "coherence"
    category: str = "category"
    both: str = "both"
    turn: str = "turn"
    origin: str = "origin"
    model_column: str = "model"
    where: Where = ()
    empty: Empty = "unjudged"


def columns_of(name: str, given: Mapping[str, Any]) -> Columns:
    """The columns that `-M` options name.

    Args:
        name: The replay, for messages.
        given: The options but for `path` and `missing`.

    Raises:
        RecordingError: Where an option is unknown, or is not what it must be.
    """
    known = {one.name: one for one in fields(Columns)}
    said = dict(given)
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise RecordingError(f"{name}: unknown -M {unknown[0]}; use {', '.join(known)}")
    if "where" in said:
        said["where"] = _where(name, said["where"])
    if said.get("empty", "unjudged") not in EMPTY:
        raise RecordingError(f"{name}: -M empty={said['empty']}: give one of {', '.join(EMPTY)}")
    first = said.get("first_epoch", 1)
    if isinstance(first, bool) or not isinstance(first, int):
        raise RecordingError(f"{name}: -M first_epoch={first}: give 0 or 1")
    for option in set(said) - {"where", "empty", "first_epoch"}:
        said[option] = _column(name, option, said[option])
    return Columns(**said)


def _column(name: str, option: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordingError(f"{name}: -M {option}={value}: give the name of one column")
    return str(value)


def _where(name: str, given: Any) -> Where:
    """Conditions on rows, as the command line or a YAML file says them."""
    if isinstance(given, Mapping):
        return tuple(sorted((str(column), str(value)) for column, value in given.items()))
    parts = given if isinstance(given, list | tuple) else [given]
    found = []
    for part in parts:
        column, equals, value = str(part).partition("=")
        if not equals or not column:
            raise RecordingError(f"{name}: -M where={part}: write COLUMN=VALUE, as where=model=base")
        found.append((column, value))
    return tuple(found)
