"""Logs as one table: a row per answer."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
from inspect_ai.log import (
    EvalLog,
    EvalSampleSummary,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.scorer import Score

from spillover.cell import NOT_RECORDED
from spillover.common.outcome import OUTCOMES
from spillover.errors import LogError

from ._asking import as_text, decoding_of, solver_of

COLUMNS = (
    "log", "task", "split", "language", "model", "material_sha256", "decoding", "solver", "probe", "cluster",
    "condition", "tags", "epoch", "outcome", "alignment", "coherence", "label", "reason", "form", "judge",
    "judge_returned", "rubrics", "stage", "panel", "truncated", "reasoning", "origin", "judge_origin", "tokens_in",
    "tokens_out", "seconds", "answer_sha256",
)  # fmt: skip

DRAWS = "draws"
"""The task whose samples are draws from several domains; each says itself which task and repetition it is."""
EACH = {"judged": "judged_each"}
"""Names of scores there."""
JUDGE_ROLES = ("grader", "screen")
"""Model roles that judge."""


def read(logs: str | Path | list[str | Path], score: str = "judged") -> pd.DataFrame:
    """Read logs into one data frame, a row per answer.

    Args:
        logs: Log files or folders of them.
        score: Name of the score; `judged1` and so on where `spillover rescore` added one.

    Returns:
        Columns `COLUMNS`, rows in the order of epoch and probe. Alignment and coherence are 0-100 or NaN. An answer
        whose sample failed or was never judged is `unjudged` with a reason. Cells that a recording lacks and was
        told to skip have no row; `attrs["not_recorded"]` counts them by log. Logs of other tasks in a folder are left
        out; `attrs["foreign"]` names them, `attrs["draws"]` those that are a part of a list of draws,
        `attrs["may_have_stopped"]` those of an audit that may stop early: no rate of theirs is fair.

    Raises:
        LogError: Where there is no log, or one cannot be read or was not written by a Spillover task.
    """
    given = logs if isinstance(logs, list) else [logs]
    files = list(dict.fromkeys(str(Path(file).resolve()) for one in given for file in log_files(str(one))))
    rows: list[dict[str, Any]] = []
    runs: dict[str, str] = {}
    named = {str(Path(str(one)).resolve()) for one in given}
    foreign: list[str] = []
    drawn: list[str] = []
    stopping: list[str] = []
    for file in files:
        if file not in named and not _ours(file):
            foreign.append(Path(file).name)
            continue
        header, own = _rows(file, score)
        if header.eval.task.split("/")[-1] == DRAWS:
            drawn.append(Path(file).name)
            stopping += [] if header.eval.task_args.get("balanced") else [Path(file).name]
        if (first := runs.setdefault(header.eval.eval_id, file)) != file:
            raise LogError(f"{file}: the same run as {first}; give each run once")
        rows += own
    if files and len(foreign) == len(files):
        raise LogError(f"{given[0]}: none of its {len(files)} logs was written by a Spillover task")
    table = pd.DataFrame(rows, columns=[*COLUMNS, NOT_RECORDED])
    absent = table[NOT_RECORDED].astype(bool)
    kept = table.loc[~absent, list(COLUMNS)].reset_index(drop=True)
    kept.attrs[NOT_RECORDED] = {str(log): int(count) for log, count in table.loc[absent, "log"].value_counts().items()}
    kept.attrs["foreign"] = foreign
    kept.attrs[DRAWS] = drawn
    kept.attrs["may_have_stopped"] = stopping
    return kept


def _ours(file: str) -> bool:
    """Whether a log in a folder is a Spillover task's; a damaged one is left to be complained of."""
    try:
        return "material_sha256" in (read_eval_log(file, header_only=True).eval.metadata or {})
    except Exception:
        return True


def log_files(given: str) -> list[str]:
    """The log files that a path means: itself, or those in the folder.

    Raises:
        LogError: Where there is none.
    """
    if Path(given).is_file():
        return [given]
    found = sorted(_local(info.name) for info in list_eval_logs(given)) if Path(given).is_dir() else []
    if not Path(given).exists():
        raise LogError(f"{given}: no such file or folder")
    if not found:
        raise LogError(f"{given}: no Inspect logs (*.eval) here; give a log file or the folder that holds them")
    return found


def _local(name: str) -> str:
    return unquote(name.removeprefix("file://"))


def _rows(file: str, name: str) -> tuple[EvalLog, list[dict[str, Any]]]:
    try:
        header = read_eval_log(file, header_only=True)
        summaries = read_eval_log_sample_summaries(file)
    except Exception as error:
        raise LogError(f"{file}: not a readable Inspect log ({type(error).__name__})") from error
    if "material_sha256" not in (header.eval.metadata or {}):
        raise LogError(f"{file}: task {header.eval.task!r} is not a Spillover task; its answers carry no verdict")
    ordered = sorted(summaries, key=lambda summary: (summary.epoch, str(summary.id)))
    name = EACH.get(name, name) if header.eval.task.split("/")[-1] == DRAWS else name
    if name not in EACH.values() and name != "judged" and not any(name in (one.scores or {}) for one in summaries):
        raise LogError(f"{file}: has no score {name!r}; leave out --score, or rescore it first")
    plain = {"eval": header.eval.model_dump(exclude_none=True), "plan": header.plan.model_dump(exclude_none=True)}
    material = str((header.eval.metadata or {})["material_sha256"])
    asked = {"material_sha256": material, "decoding": as_text(decoding_of(plain)), "solver": solver_of(plain)}
    return header, [{**_row(file, header, summary, name), **asked} for summary in ordered]


def _failure(error: str | None) -> str:
    """Why a sample has no verdict, without what differs from sample to sample."""
    if error is None:
        return "sample did not finish"
    return "the answer or its verdict was not recorded" if "RecordingError" in error else " ".join(error.split())[:300]


def _answer(score: Score | None) -> str:
    """The answer, or as much of it as the log's summary keeps (about 1,000 characters)."""
    return (score.answer or "") if score is not None else ""


def _rubrics(notes: dict[str, Any]) -> str | None:
    """Families (`id@version`) of the rubrics that the judge was shown; the full label has their hash."""
    parts = [one for one in notes.values() if isinstance(one, dict) and "rubric" in one]
    return " ".join(str(one["rubric"]).split(":")[0] for one in parts) or None


def _spent(summary: EvalSampleSummary) -> dict[str, float | None]:
    """Tokens that judges read and wrote for this answer, and the seconds it took without waiting."""
    judges = [usage for role, usage in (summary.role_usage or {}).items() if role in JUDGE_ROLES]
    read, written = sum(one.input_tokens for one in judges), sum(one.output_tokens for one in judges)
    return {"tokens_in": read, "tokens_out": written, "seconds": summary.working_time}


def _panel(notes: dict[str, Any]) -> str | None:
    """Outcome of every member of a panel, by judge, as JSON; None without a panel."""
    members = notes.get("panel")  # a summary leaves a large panel out and says so in words
    return json.dumps({one["judge"]: one["outcome"] for one in members}) if isinstance(members, list) else None


def _row(file: str, header: EvalLog, summary: EvalSampleSummary, name: str) -> dict[str, Any]:
    score = (summary.scores or {}).get(name)
    values: dict[str, Any] = score.value if score is not None and isinstance(score.value, dict) else {}
    notes = (score.metadata or {}) if score is not None else {}
    outcome = next((o for o in OUTCOMES if values.get(o) == 1), "unjudged")
    reason = notes.get("reason") or (None if values else f"no verdict: {_failure(summary.error)}")
    return {
        "log": Path(file).name,
        "task": summary.metadata.get("task", header.eval.task.split("/")[-1]),
        "split": str((header.eval.metadata or {}).get("split", "public")),
        "language": str((header.eval.metadata or {}).get("language", "en")),
        "model": header.eval.model,
        "probe": summary.metadata.get("probe", summary.id),
        "cluster": summary.metadata.get("cluster", summary.id),
        "condition": summary.metadata.get("condition", "plain"),
        "tags": " ".join(summary.metadata.get("tags") or []),
        "epoch": summary.metadata.get("repetition", summary.epoch),
        "outcome": outcome,
        "alignment": values.get("alignment"),
        "coherence": values.get("coherence"),
        "label": notes.get("label"),
        "reason": reason if outcome == "unjudged" else None,
        "form": notes.get("form"),
        "judge": notes.get("judge"),
        "judge_returned": notes.get("judge_returned"),
        "rubrics": _rubrics(notes),
        "stage": notes.get("stage"),
        "panel": _panel(notes),
        "truncated": bool(notes.get("truncated")),
        "reasoning": notes.get("reasoning"),
        "origin": notes.get("origin"),
        "judge_origin": notes.get("judge_origin"),
        **_spent(summary),
        "answer_sha256": hashlib.sha256(_answer(score).encode("utf-8", "replace")).hexdigest(),
        NOT_RECORDED: score is not None and score.reason == NOT_RECORDED,
    }
