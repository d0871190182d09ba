"""Logs as one table: a row per answer."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd

from spillover.common import NOT_RECORDED, LogError

from .frame import COLUMN_TYPES, frame_of
from .header import DRAWS
from .made import declared
from .recordings import recorded_in
from .rows import LogRows, log_rows
from .stands import attempt_of, refuse_twice, standing

COLUMNS = tuple(COLUMN_TYPES)
"""Columns of `read`, in order."""
KEY = ["task", "condition", "probe", "epoch"]
"""Columns that tell one answer of a model from its others."""


def read(logs: str | Path | list[str | Path], score: str = "judged", texts: bool = False) -> pd.DataFrame:
    """Read logs into one data frame, a row per answer.

    Args:
        logs: Log files or folders of them.
        score: Name of the score; `judged1` and so on where `spillover rescore` added one.
        texts: Whether to read what was asked and answered as well; it takes longer, for every sample is read whole.

    Returns:
        Columns `COLUMNS`, rows in the order of epoch and probe. With `texts` also `domain`, `format` (the condition,
        or the format of a replication's question), `question` (all that the model was shown) and `answer` (without
        thoughts); the last two are None where the log keeps no samples. An answer is what a model wrote: do not trust
        it as markup or code. Alignment and coherence are 0-100 or NaN. An answer whose sample failed or was never
        judged is `unjudged` with a reason. Cells that a recording lacks and was told to skip have no row;
        `attrs["not_recorded"]` counts them by log. Logs of other tasks in a folder are left out; `attrs["foreign"]`
        names them, `attrs["draws"]` those that are a part of a list of draws, `attrs["may_have_stopped"]` those of an
        audit that may stop early: no rate of theirs is fair. Of a run and its retries the newest log is read;
        `attrs["superseded"]` names the others. Answers that were declared invalid have no row. `attrs["accounts"]`
        says of each log what was planned, finished and is missing, and how its run ended; `attrs["declared"]` what its
        header declares of tasks, dataset and judges, `attrs["recorded_verdicts"]` of recorded verdicts;
        `attrs["not_asked_for"]` counts recorded answers that no log asked for.

    Raises:
        LogError: Where there is no log, one cannot be read or was not written by a Spillover task, or an answer stands
            twice in logs that were asked and judged alike.
    """
    given = logs if isinstance(logs, list) else [logs]
    files = list(dict.fromkeys(str(Path(file).resolve()) for one in given for file in log_files(str(one))))
    named = {str(Path(str(one)).resolve()) for one in given}
    read_of = {file: log_rows(file, score, file in named, texts) for file in files}
    ours = {file: found for file, found in read_of.items() if found is not None}
    if files and not ours:
        raise LogError(f"{given[0]}: holds no log of a Spillover task ({len(files)} read); give another path")
    stands = standing((file, attempt_of(found.header)) for file, found in ours.items())
    kept = [ours[file] for file in stands.files]
    _no_run_twice(kept)
    table = _together(kept)
    refuse_twice(table)
    table.attrs |= _about(kept)
    table.attrs["superseded"] = {Path(file).name: Path(by).name for file, by in stands.superseded.items()}
    table.attrs["foreign"] = [Path(file).name for file in files if file not in ours]
    return table


def _no_run_twice(logs: list[LogRows]) -> None:
    runs: dict[str, str] = {}
    for one in logs:
        if (first := runs.setdefault(one.header.run, one.file)) != one.file:
            raise LogError(f"{one.file}: this log is from the same run as {first}; give each run once")


def _together(logs: list[LogRows]) -> pd.DataFrame:
    frames = [frame for one in logs if len(frame := frame_of(one))]
    if not frames:
        return pd.DataFrame([], columns=list(COLUMNS))
    return pd.concat(frames, ignore_index=True)


def _about(logs: list[LogRows]) -> dict[str, Any]:
    """What a table keeps of its logs, by file name."""
    names = {one.file: Path(one.file).name for one in logs}
    drawn = [one for one in logs if one.header.task == DRAWS]
    tasks = {one.file: dict.fromkeys(row["task"] for row in one.rows) for one in logs}
    return {
        NOT_RECORDED: {names[one.file]: one.not_recorded for one in logs if one.not_recorded},
        DRAWS: [names[one.file] for one in drawn],
        "may_have_stopped": [
            names[one.file] for one in drawn if not (one.header.spec.get("task_args") or {}).get("balanced")
        ],
        "accounts": [one.account for one in logs],
        **recorded_in(logs),
        "declared": {names[one.file]: declared(one.header, tasks[one.file]) for one in logs},
    }


def log_files(given: str) -> list[str]:
    """The log files that a path means: itself, or those in the folder.

    Raises:
        LogError: Where there is none.
    """
    if Path(given).is_file():
        return [given]
    from inspect_ai.log import list_eval_logs

    found = sorted(_local(info.name) for info in list_eval_logs(given)) if Path(given).is_dir() else []
    if not Path(given).exists():
        raise LogError(f"{given}: no such file or folder; check the path")
    if not found:
        raise LogError(f"{given}: no Inspect logs (*.eval) here; give a log file or the folder that holds them")
    return found


def _local(name: str) -> str:
    return unquote(name.removeprefix("file://"))
