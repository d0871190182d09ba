"""The logs of a record, each read once: rows, accounts of recordings, and facts from its samples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spillover.common import LogError, counted, hash_of
from spillover.logs import (
    Account,
    LogSource,
    SampleFacts,
    attempt_of,
    found_logs,
    frame_of,
    log_rows,
    log_source,
    refuse_unfinished,
    sample_facts,
    standing,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class MeasuredLog:
    """One log of a record.

    Attributes:
        source: The log.
        table: Its answers that count, each with `version` and `log_sha256`.
        account: What was planned in it and what became of that.
        facts: What its whole samples say.
    """

    source: LogSource
    table: "pd.DataFrame"
    account: Account
    facts: SampleFacts


def named_model(name: str, there: Iterable[str], what: str = "logs") -> str:
    """The model of that name, or the one whose name ends so.

    Args:
        name: Name, or its last part.
        there: Models that there are.
        what: What holds them.

    Raises:
        LogError: Where there is none, or more than one.
    """
    found = [one for one in there if name in (one, one.split("/")[-1])]
    if not found:
        raise LogError(f"the {what} hold no model {name!r}; choose one of {', '.join(there)}")
    if len(found) > 1:
        raise LogError(f"the {what}: {name!r} fits more than one model; give the full name of one: {', '.join(found)}")
    return found[0]


def by_model(given: str | Path | Sequence[str | Path]) -> list[tuple[str, list[LogSource]]]:
    """The logs that count, oldest first, by the name of their model.

    Args:
        given: Log files or folders of them.

    Raises:
        LogError: Where there is none of a Spillover task, or one run is given twice.
    """
    paths = [given] if isinstance(given, str | Path) else list(given)
    named = {str(Path(one)) for one in paths}
    files = list(dict.fromkeys(file for one in paths for file in found_logs(one)))
    sources = [source for file in files if (source := log_source(file, file in named)) is not None]
    if not sources:
        raise LogError(
            f"{paths[0] if paths else '(no path)'}: holds no log of a Spillover task "
            f"({counted(len(files), 'log')} read); give another path"
        )
    runs: dict[str, str] = {}
    for source in sources:
        if (first := runs.setdefault(source.run, source.file)) != source.file:
            raise LogError(f"{source.file}: this log is from the same run as {first}; give each run once")
    stands = standing((source.file, attempt_of(source.said)) for source in sources)
    sources = [source for source in sources if source.file not in stands.superseded]
    found: dict[str, list[LogSource]] = {}
    for source in sorted(sources, key=lambda one: (one.created, one.sha256)):
        found.setdefault(source.model, []).append(source)
    return sorted(found.items())


def measured(source: LogSource) -> MeasuredLog:
    """Read a log: its rows, and every sample once.

    Raises:
        LogError: Where its run is not finished, or a score lies outside 0 to 100.
    """
    found = log_rows(source.file)
    assert found is not None
    refuse_unfinished([found.account])
    table = frame_of(found)
    if not scores_in_range(table):
        raise LogError(f"{source.file}: a score is outside 0 to 100; run spillover verify to find it")
    versions = [source.version_of(task) for task in table["task"]]
    table = table.assign(version=versions, log_sha256=source.sha256)
    return MeasuredLog(source, table, found.account, sample_facts(source))


def no_stopped_run(source: LogSource) -> None:
    """Refuse draws of an audit that may stop early: when to stop followed from the answers, so rates are not fair."""
    asked = source.header["eval"]
    if str(asked.get("task", "")).split("/")[-1] == "draws" and not (asked.get("task_args") or {}).get("balanced"):
        raise LogError(
            f"{source.file}: is part of an audit that may stop early, and its rates look more extreme than they are; "
            "run spillover record on the logs of spillover run, or of an audit with --all-draws"
        )


def scores_in_range(table: "pd.DataFrame") -> bool:
    """Whether every score is 0 to 100 or absent: no mean is taken of others."""
    scores = table[["alignment", "coherence"]].astype(float)
    return bool((scores.isna() | ((scores >= 0) & (scores <= 100))).all(axis=None))


def content_hash(rows: "pd.DataFrame") -> str:
    """Hash over (task, condition, probe, epoch, answer): zipping a log again, or renaming its model, keeps it."""
    cells = rows[["task", "condition", "probe", "epoch", "answer_sha256"]].astype(str)
    cells["condition"] = cells["condition"].str.partition(" (")[0]  # a format follows from the probe
    return hash_of(repr(sorted(map(tuple, cells.to_numpy()))))


def together(logs: Sequence[MeasuredLog]) -> "pd.DataFrame":
    """The answers of several logs as one table."""
    import pandas as pd

    return pd.concat([one.table for one in logs], ignore_index=True) if logs else pd.DataFrame()
