"""Logs as one table: a row per answer."""

from pathlib import Path
from typing import Any

import pandas as pd
from inspect_ai.log import (
    EvalLog,
    EvalSampleSummary,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)

from spillover.errors import LogError

from ._verdict import OUTCOMES

COLUMNS = (
    "log", "task", "model", "probe", "cluster", "condition", "epoch", "outcome", "alignment", "coherence",
    "category", "reason", "form", "judge",
)  # fmt: skip


def read(logs: str | Path | list[str | Path]) -> pd.DataFrame:
    """Read logs into one data frame, a row per answer.

    Args:
        logs: Log files or folders of them.

    Returns:
        Columns `COLUMNS`: alignment and coherence are 0-100 or NaN; an answer whose sample failed or was never
        judged is `unjudged` with a reason. `not recorded` cells, skipped on purpose, have no row.

    Raises:
        LogError: Where there is no log, or one cannot be read or was not written by a Spillover task.
    """
    files = [file for given in (logs if isinstance(logs, list) else [logs]) for file in _files(str(given))]
    rows = [row for file in files for row in _rows(file)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _files(given: str) -> list[str]:
    if Path(given).is_file():
        return [given]
    found = sorted(info.name for info in list_eval_logs(given)) if Path(given).is_dir() else []
    if not found:
        raise LogError(f"{given}: no Inspect logs (*.eval) here; give a log file or the folder that holds them")
    return found


def _rows(file: str) -> list[dict[str, Any]]:
    try:
        header = read_eval_log(file, header_only=True)
        summaries = read_eval_log_sample_summaries(file)
    except Exception as error:
        raise LogError(f"{file}: not a readable Inspect log ({type(error).__name__})") from error
    if "material_sha256" not in (header.eval.metadata or {}):
        raise LogError(f"{file}: task {header.eval.task!r} is not a Spillover task; its answers carry no verdict")
    return [_row(file, header, summary) for summary in summaries]


def _row(file: str, header: EvalLog, summary: EvalSampleSummary) -> dict[str, Any]:
    score = (summary.scores or {}).get("judged")
    values: dict[str, Any] = score.value if score is not None and isinstance(score.value, dict) else {}
    notes = (score.metadata or {}) if score is not None else {}
    outcome = next((o for o in OUTCOMES if values.get(o) == 1), "unjudged")
    reason = notes.get("reason") or (None if values else f"no verdict: {summary.error or 'sample did not finish'}")
    return {
        "log": Path(file).name,
        "task": header.eval.task.split("/")[-1],
        "model": header.eval.model,
        "probe": summary.metadata.get("probe", summary.id),
        "cluster": summary.metadata.get("cluster", summary.id),
        "condition": summary.metadata.get("condition", "plain"),
        "epoch": summary.epoch,
        "outcome": outcome,
        "alignment": values.get("alignment"),
        "coherence": values.get("coherence"),
        "category": notes.get("category"),
        "reason": reason if outcome == "unjudged" else None,
        "form": notes.get("form"),
        "judge": notes.get("judge"),
    }
