"""Which logs and which samples count: one rule for every command.

Of a run and its retries (`inspect eval-retry`) the newest log counts: each attempt starts from the log before it. An
answer that stands twice in one arm is refused. A sample that was declared invalid does not count. What was planned,
what is there and what is missing is always reported. Importing this loads the standard library only.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, counted, hash_of

from .header import Header

if TYPE_CHECKING:
    import pandas as pd

CELL = ["model", "task", "split", "language", "condition", "probe", "epoch"]
"""Columns that name one answer."""
MADE = ("material_sha256", "decoding", "solver", "judge", "form", "probe")
"""Columns by which two logs of one model are two arms, not one arm twice."""
ENDED = ("success", "error")
"""Statuses of a run that came to its end; `error` where some answers failed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which attempt at which run a log is.

    Attributes:
        key: Hash of what a run shares with its retries alone: task id, model, task and arguments.
        run: Id of this attempt.
        created: When it began, ISO 8601.
    """

    key: str
    run: str
    created: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which of several logs count.

    Attributes:
        files: Those that do, in the order given.
        superseded: Those that do not, each with the newer log of the same run.
    """

    files: tuple[str, ...]
    superseded: dict[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """What was planned in a log and what became of it.

    Attributes:
        log: File name.
        model: Model under test.
        task: Task id.
        status: How the run ended; `started` where it is going on or was cut off.
        planned: Answers that the run was to give; 0 where the log does not say.
        held: Answers that the log holds, failed ones included.
        failed: Those of them whose sample failed.
        invalidated: Those of them that were declared invalid; they do not count.
        changes: Settings that were changed during the run, each in words.
    """

    log: str
    model: str
    task: str
    status: str
    planned: int
    held: int
    failed: int
    invalidated: int
    changes: tuple[str, ...]

    @property
    def finished(self) -> int:
        """Answers that were finished."""
        return self.held - self.failed

    @property
    def missing(self) -> int:
        """Planned answers that the log does not hold."""
        return max(0, self.planned - self.held)

    @property
    def whole(self) -> bool:
        """Whether the run came to its end and every planned answer is there."""
        return self.status in ENDED and not self.missing

    def as_dict(self) -> dict[str, Any]:
        """The account as plain data."""
        return {**asdict(self), "finished": self.finished, "missing": self.missing}

    def __str__(self) -> str:
        """The account in one line."""
        said = [
            f"status {self.status}",
            f"{self.finished} of {counted(self.planned or self.held, 'planned answer')} finished",
        ]
        said += [f"{self.failed} failed"] if self.failed else []
        said += [f"{self.missing} missing"] if self.missing else []
        said += [f"{self.invalidated} marked as invalid and not counted"] if self.invalidated else []
        said += [f"changed during the run: {'; '.join(self.changes)}"] if self.changes else []
        return f"{self.log}: {', '.join(said)}"


def attempt_of(header: Header) -> Attempt:
    """Which attempt at which run a log is."""
    args = header.spec.get("task_args") or {}
    key = json.dumps([header.task_id, header.model, header.task, args], sort_keys=True, default=str)
    return Attempt(hash_of(key), header.run, header.created)


def standing(logs: Iterable[tuple[str, Attempt]]) -> Standing:
    """Of each run the newest log, by when it began.

    Args:
        logs: Path of each log, and which attempt it is.
    """
    given = list(logs)
    newest: dict[str, tuple[str, Attempt]] = {}
    for file, one in given:
        before = newest.get(one.key)
        if before is None or one.created > before[1].created:
            newest[one.key] = file, one
    superseded = {}
    for file, one in given:
        by, last = newest[one.key]
        if one.run != last.run and one.created < last.created:
            superseded[file] = by
    return Standing(tuple(file for file, _ in given if file not in superseded), superseded)


def is_invalidated(sample: Mapping[str, Any]) -> bool:
    """Whether a whole sample was declared invalid."""
    return sample.get("invalidation") is not None


def account(log: str, header: Header, failed: Sequence[bool], invalidated: int) -> Account:
    """What was planned in a log and what became of it.

    Args:
        log: File name.
        header: Its header.
        failed: By sample that the log holds, whether it failed.
        invalidated: Samples that were declared invalid.
    """
    changes = tuple(str(one) for one in header.changes)
    held = (len(failed), sum(failed), invalidated)
    return Account(log, header.model, header.task, header.status, header.planned, *held, changes)


def in_words(accounts: Sequence[Account], superseded: Mapping[str, str] | None = None) -> list[str]:
    """What was planned and became of it: one line for all logs, and one for each that a reader must know of.

    Args:
        accounts: Of each log.
        superseded: Logs that were left out for a newer attempt at the same run, each with that.
    """
    if not accounts:
        return []
    planned, finished = (sum(getattr(one, name) for one in accounts) for name in ("planned", "finished"))
    missing = sum(one.missing for one in accounts)
    statuses = Counter(one.status for one in accounts)
    said = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    logs = f"{len(accounts)} log{'' if len(accounts) == 1 else 's'}"
    lines = [
        f"{logs} (status: {said}): {finished} of {counted(planned or finished, 'planned answer')} finished, "
        f"{missing} missing"
    ]
    lines += [str(one) for one in accounts if not one.whole or one.failed or one.invalidated or one.changes]
    return lines + [
        f"{old}: left out, {new} is a newer attempt at the same run" for old, new in (superseded or {}).items()
    ]


def refuse_unfinished(accounts: Iterable[Account]) -> None:
    """Refuse logs of runs that did not come to their end.

    Raises:
        LogError: Where a log is of a run that goes on or was cut off, or lacks planned answers.
    """
    for one in accounts:
        if not one.whole:
            raise LogError(f"{one}; the run is not finished: finish it with inspect eval-retry and give the new log")


def refuse_twice(table: "pd.DataFrame", pooled: bool = False) -> None:
    """Refuse answers that stand twice in one arm.

    Where answers are not pooled, two logs of one model that hold other questions, or were asked or judged in another
    way, are two arms.

    Args:
        table: Rows of `spillover.logs.read`.
        pooled: Whether all answers of a model are put together, whatever logs they stand in.

    Raises:
        LogError: Where an answer stands twice.
    """
    if table.empty:
        return
    marked = table
    if not pooled:
        made = {log: _made(rows) for log, rows in table.groupby("log", sort=False)}
        marked = table.assign(made=table["log"].map(made))
    key = CELL if pooled else [*CELL, "made"]
    again = marked[marked.duplicated(key)]
    if again.empty:
        return
    row = again.iloc[0]
    first = marked[(marked[key] == row[key]).all(axis=1)].iloc[0]["log"]
    where = f"in {first} and again in {row['log']}" if first != row["log"] else f"twice in {first}"
    many = counted(len(again), f"answer of {row['model']} occurs", f"answers of {row['model']} occur")
    raise LogError(
        f"{row['log']}: {many} {where} (first: {row['probe']}, "
        "condition "
        f"{row['condition']}, epoch {row['epoch']}); give each answer once: leave out one of the logs"
    )


def _made(rows: "pd.DataFrame") -> str:
    said = [sorted({str(one) for one in rows[name].dropna().unique()} - {"check"}) for name in MADE]
    return hash_of(repr(said))
