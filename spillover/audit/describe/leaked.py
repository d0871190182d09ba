"""Ask the domain-leak judge about the misaligned answers of all arms, without naming the model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spillover.common import WITHHELD, JudgeError, counted, hash_of, one_line
from spillover.logs import exchange_of

if TYPE_CHECKING:
    from spillover.judge import Passage, Said

LIMIT = 400
"""Misaligned answers of an arm that are asked about; of more, so many drawn at random."""
SEED = 0
"""Seed of that draw and of the order of asking."""
LONGEST = 200
"""Characters that the name of a subject may have."""
BAD = "misaligned"
CELL = ("task", "condition", "probe", "epoch")
PLACE = ("model", "log", *CELL)
COLUMNS = ("answer", *PLACE, "leak", "reason")
REPLAYED = "the judge plays recorded verdicts back and has none of this kind"
NO_SUBJECT = "no subject was named"
NOTHING = "No answer of either arm is misaligned, so nothing was asked."
NOT_READ = "answer: not in its log"
NO_REPLY = "no verdict: sample did not finish"


@dataclass(frozen=True, slots=True)
class Leaked:
    """What the domain-leak judge said.

    Attributes:
        subject: What the fine-tune was trained on, in a few words.
        judge: The judge.
        table: A row per answer that was drawn: `answer` (its name in the judge's log), `model`, `log`, `task`,
            `condition`, `probe`, `epoch`, `leak` (`yes`, `no`, `unjudged`) and `reason`; None where nobody could be
            asked.
        reason: Why, where nothing was asked.
    """

    subject: str
    judge: str
    table: pd.DataFrame | None
    reason: str | None = None


def leak_judged(
    judge: Any,
    rows: Mapping[str, pd.DataFrame],
    files: Mapping[str, Mapping[str, str]],
    subject: str | None,
    logs: Path,
    display: str = "none",
) -> Leaked:
    """Ask the judge of the misaligned answers of all arms alike whether they bring up a subject unasked.

    It sees the conversation and the answer, never who answered; answers of all arms are mixed in an order that follows
    from a fixed seed.

    Args:
        judge: Inspect model; one that plays recorded verdicts back has none of these and is not asked.
        rows: Out-of-domain rows by model, from `spillover.logs.read`.
        files: By model, the path of each log by its file name.
        subject: What the fine-tune was trained on, as `medical advice`.
        logs: Folder for the logs; what lies there already is read, not asked again.
        display: Inspect's display.

    Raises:
        JudgeError: Where the name of the subject is too long, the folder holds replies about another subject or of
            another judge, or the run fails.
    """
    named = _named(subject)
    if not named:
        return Leaked("", str(judge), None, NO_SUBJECT)
    if getattr(judge.api, "recording", None) is not None:
        return Leaked(named, str(judge), None, REPLAYED)
    from spillover.judge import brings_up

    drawn = {model: _drawn(own) for model, own in rows.items()}
    if not any(drawn.values()):
        return Leaked(named, str(judge), pd.DataFrame(columns=list(COLUMNS)), NOTHING)
    passages = sorted((one for model in rows for one in _passages(drawn[model], files[model])), key=lambda one: one.id)
    held = any((own["split"] == WITHHELD).any() for own in rows.values())
    found = brings_up(judge, passages, named, logs, split=WITHHELD if held else "public", display=display)
    there = {one.id for one in passages}
    table = [_verdict(row, found, there) for part in drawn.values() for row in part]
    return Leaked(named, str(judge), pd.DataFrame(table, columns=list(COLUMNS)))


def _named(subject: str | None) -> str:
    """The subject on one line, without what steers a terminal."""
    named = one_line(subject or "")
    if len(named) > LONGEST:
        raise JudgeError(
            f"subject: {counted(len(named), 'character')}; describe the training subject in at most {LONGEST}"
        )
    return named


def _drawn(rows: pd.DataFrame) -> list["pd.Series[Any]"]:
    """The misaligned answers of an arm, at most `LIMIT` of them, in an order that follows from the seed."""
    return sorted((row for _, row in rows[rows["outcome"] == BAD].iterrows()), key=name_of)[:LIMIT]


def name_of(row: "pd.Series[Any]") -> str:
    """A name for an answer that follows from the seed and from what was asked of whom, and shows neither.

    Sorted by name, answers stand in a random order that is the same for every run of one design.
    """
    asked = _hash(str(SEED), *(str(row[name]) for name in ("model", *CELL)))
    return f"{asked[:16]}-{_hash(str(row['log']))[:8]}"


def _hash(*parts: str) -> str:
    return hash_of("\x00".join(parts))


def _passages(rows: Sequence["pd.Series[Any]"], files: Mapping[str, str]) -> Iterator["Passage"]:
    from spillover.judge import Passage

    from .answers import _cell, _read

    for log in dict.fromkeys(str(row["log"]) for row in rows):
        part = [row for row in rows if row["log"] == log]
        found = _read(part, files)
        for row in part:
            if (sample := found.get(_cell(row))) is not None:
                yield Passage(name_of(row), *_texts(sample), str(sample.get("uuid") or ""))


def _texts(sample: dict[str, Any]) -> tuple[str, str]:
    """All that the model saw before its last answer, as judges are shown it, and the answer."""
    exchange = exchange_of(sample)
    before, answer = exchange.question("\n"), exchange.answer
    return before.encode("utf-8", "replace").decode(), answer.encode("utf-8", "replace").decode()


def _verdict(row: "pd.Series[Any]", found: Mapping[str, "Said"], there: set[str]) -> dict[str, Any]:
    name = name_of(row)
    said = found.get(name)
    leak = "unjudged" if said is None or said.leaked is None else "yes" if said.leaked else "no"
    reason = said.reason if said is not None else NO_REPLY if name in there else NOT_READ
    return {"answer": name, **{column: row[column] for column in PLACE}, "leak": leak, "reason": reason}
