"""The one way from a log to rows: an answer a row, from summaries, and from whole samples where summaries are cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import NOT_RECORDED, LogError, trouble

from .answer_row import Row, answer_row, shared_fields, why_unscored
from .archive import odd_is_told
from .bounds import check_bounds
from .header import DRAWS, EACH, JUDGED, Header
from .said import exchange_of
from .stands import Account, account, is_invalidated
from .summaries import OpenLog, open_log

REMOVED = "Key removed from summary (> 1k)"
"""What Inspect's summaries say in place of a value of more than 1,024 characters."""
CUT = "..."
"""End of a text that Inspect's summaries cut."""
OF_SAMPLE = ("probe", "cluster", "condition", "stratum", "tags", "repetition", "task")
"""Sample metadata that a row is made of."""


@dataclass(frozen=True, slots=True)
class LogRows:
    """One log as rows.

    Attributes:
        file: Path.
        header: Its header.
        rows: A row per answer that counts, in the order of epoch and probe.
        invalidated: Rows of answers that were declared invalid.
        not_recorded: Cells that a recording lacks and was told to skip.
        account: What was planned and what became of it.
    """

    file: str
    header: Header
    rows: list[Row]
    invalidated: list[Row]
    not_recorded: int
    account: Account


def log_rows(file: str, score: str = JUDGED, named: bool = True, texts: bool = False) -> LogRows | None:
    """Read a log, finished or not.

    Args:
        file: A log file.
        score: Name of the score.
        named: Whether somebody asked for this very log; a foreign one in a folder is passed over.
        texts: Whether rows hold the texts of question and answer too; every sample is then read whole.

    Returns:
        None for a foreign log that nobody asked for.

    Raises:
        LogError: Where it cannot be read, was not written by a Spillover task, has no such score, or leaves out what
            decides.
    """
    with open_log(file) as log, odd_is_told(file):
        if not log.header.ours:
            if not named:
                return None
            task = str(log.header.spec.get("task"))
            raise LogError(f"{file}: task {task!r} is not a Spillover task, so it has no verdicts; give another log")
        check_bounds(log.header.data, file)
        name = EACH if log.header.task == DRAWS and score == JUDGED else score
        if name not in (JUDGED, EACH) and not any(name in (one.get("scores") or {}) for one in log.summaries):
            raise LogError(
                f"{file}: holds no score {name!r}; leave out --score, or make this score with spillover rescore"
            )
        return _read(file, log, name, texts)


def _read(file: str, log: OpenLog, name: str, texts: bool) -> LogRows:
    shared, header = shared_fields(file, log.header), log.header
    ordered = sorted(log.summaries, key=lambda one: (one["epoch"], str(one["id"])))
    struck = _struck(log) if header.invalidated else set()
    kept: tuple[list[Row], list[Row]] = ([], [])
    skipped = 0
    for summary in ordered:
        found = (summary.get("scores") or {}).get(name)
        if found is not None and found.get("reason") == NOT_RECORDED:
            skipped += 1
            continue
        row = answer_row(shared, *_uncut(file, log, summary, name), why_unscored(header))
        kept[_cell(summary) in struck].append(row | (_texts(file, log, summary) if texts else {}))
    held = account(Path(file).name, header, [bool(one.get("error")) for one in ordered], len(struck))
    return LogRows(file, header, kept[0], kept[1], skipped, held)


def _cell(summary: Mapping[str, Any]) -> tuple[str, int]:
    return str(summary["id"]), int(summary["epoch"])


def _struck(log: OpenLog) -> set[tuple[str, int]]:
    """Samples that were declared invalid; only the samples themselves say which."""
    return {_cell(one) for one in log.summaries if is_invalidated(log.whole(one))}


def _uncut(file: str, log: OpenLog, summary: Row, name: str) -> tuple[Row, Row | None]:
    """Metadata of a sample and its score, whole where the summary left out or cut what a row is made of.

    Raises:
        LogError: Where the log does not keep the sample.
    """
    said, score = summary.get("metadata") or {}, (summary.get("scores") or {}).get(name)
    notes = (score.get("metadata") or {}) if score is not None else {}
    if not any(_is_cut(said.get(part)) for part in OF_SAMPLE) and not any(map(_is_cut, notes.values())):
        return summary, score
    try:
        sample = log.whole(summary)
        if score is not None:
            score = {**score, "metadata": sample["scores"][name]["metadata"]}
        return {**summary, "metadata": sample["metadata"]}, score
    except Exception as error:
        raise LogError(
            f"{file}: {summary['id']}, epoch {summary['epoch']}: the summary leaves out part of the verdict and the "
            f"log does not keep the sample ({trouble(error)}); run the task again without --no-log-samples"
        ) from error


def _texts(file: str, log: OpenLog, summary: Mapping[str, Any]) -> Row:
    """Question and answer of a sample in words; None where the log does not keep the sample.

    Raises:
        LogError: Where the log keeps it and it cannot be read.
    """
    try:
        exchange = exchange_of(log.whole(dict(summary)))
    except (KeyError, IndexError):
        return {"question": None, "answer": None}
    except ValueError as error:
        raise LogError(
            f"{file}: {summary['id']}, epoch {summary['epoch']}: the sample cannot be read "
            f"({trouble(error)}); give the log as its run wrote it"
        ) from error
    return {"question": exchange.plain_question, "answer": exchange.answer}


def _is_cut(value: Any) -> bool:
    return isinstance(value, str) and (value == REMOVED or value.endswith(CUT))
