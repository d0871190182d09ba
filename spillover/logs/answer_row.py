"""The row of one answer: of a sample's summary, its score, and what all rows of the log share."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spillover.common import OUTCOMES, hash_of, said_in_log

from .header import Header
from .settings import as_text

Row = dict[str, Any]
REPLICATION = "betley2025"
"""How the names of tasks begin that put questions in several formats."""
JUDGE_ROLES = ("grader", "screen")
"""Model roles that judge."""

ANSWER_MISSING = "the answer or its verdict was not recorded"
VERDICT_MISSING = "the verdict on this answer was not recorded"
_OF_A_JUDGE = re.compile(r"verdict \d+ was not recorded")


def shared_fields(file: str, header: Header) -> Row:
    """What all rows of a log share."""
    return {
        "log": Path(file).name,
        "task": header.task,
        "split": str(header.facts.get("split", "public")),
        "language": str(header.facts.get("language", "en")),
        "model": header.model,
        "material_sha256": header.material,
        "decoding": as_text(header.decoding),
        "solver": header.solver,
    }


def answer_row(log: Row, summary: Row, score: Row | None, unscored: str) -> Row:
    """The row of one answer, from what the log shares, the sample, and its score."""
    said = summary.get("metadata") or {}
    value = score["value"] if score is not None else None
    values = value if isinstance(value, dict) else {}
    notes = (score.get("metadata") or {}) if score is not None else {}
    outcome = next((one for one in OUTCOMES if values.get(one) == 1), "unjudged")
    reason = notes.get("reason") or (None if values else f"no verdict: {_failure(summary.get('error'), unscored)}")
    return {
        **log,
        "task": said.get("task", log["task"]),
        "probe": said.get("probe", summary["id"]),
        "cluster": said.get("cluster", summary["id"]),
        "condition": _condition(log, said, summary),
        "domain": said.get("domain") or said.get("task", log["task"]),
        "format": _format(log, said, summary) or said.get("condition", "plain"),
        "stratum": said.get("stratum"),
        "share": said.get("share"),
        "tags": " ".join(said.get("tags") or []),
        "epoch": said.get("repetition", summary["epoch"]),
        "outcome": outcome,
        "alignment": values.get("alignment"),
        "coherence": values.get("coherence"),
        "reason": reason if outcome == "unjudged" else None,
        "rubrics": _rubrics(notes),
        "panel": _panel(notes),
        "truncated": bool(notes.get("truncated")),
        "thoughts": bool(notes.get("thoughts")),
        "seconds": summary.get("working_time"),
        "answer_sha256": hash_of((score.get("answer") or "") if score is not None else ""),
        **{name: notes.get(name) for name in ("label", "form", "judge", "judge_returned", "stage")},
        **{name: notes.get(name) for name in ("reasoning", "origin", "judge_origin")},
        **_spent(summary.get("role_usage") or {}),
    }


def _condition(log: Row, said: Row, summary: Row) -> str:
    """The condition of a row: a question of a replication in another format than the plain one is another condition.

    The study that is replicated reports them apart.
    """
    name = _format(log, said, summary)
    return str(said.get("condition", "plain")) + (f" ({name} format)" if name else "")


def _format(log: Row, said: Row, summary: Row) -> str:
    """The format in which a replication put a question, empty for the plain one; the end of the probe's id says it."""
    if not log["task"].startswith(REPLICATION):
        return ""
    probe, cluster = str(said.get("probe", summary["id"])), str(said.get("cluster", ""))
    name = probe.removeprefix(f"{cluster}_") if cluster and probe != cluster else probe
    return name if name != probe else ""


def _failure(error: str | None, unscored: str) -> str:
    """Why a sample has no verdict, without what differs from sample to sample."""
    if error is None:
        return unscored
    if "was not recorded" in error and "RecordingError" in error:
        return VERDICT_MISSING if _OF_A_JUDGE.search(error) else ANSWER_MISSING
    return str(said_in_log(error) or " ".join(error.split())[:300])


def why_unscored(header: Header) -> str:
    """Why a sample that did not fail has no verdict."""
    scored = bool((header.data.get("results") or {}).get("scores"))
    if header.status == "success" and not scored:
        return "the log was not scored; judge its answers with spillover rescore"
    return "sample did not finish"


def _rubrics(notes: Row) -> str | None:
    """Families (`id@version`) of the rubrics that the judge was shown; the full label has their hash."""
    parts = [str(one["rubric"]).split(":")[0] for one in notes.values() if isinstance(one, dict) and "rubric" in one]
    return " ".join(parts) or None


def _panel(notes: Row) -> str | None:
    """Outcome of every member of a panel, by judge, as JSON; None without a panel."""
    members = notes.get("panel")
    if members is None:
        return None
    if not isinstance(members, Sequence) or isinstance(members, str):
        raise ValueError(f"a panel is {str(members)[:80]!r}, not a list of judges")
    return json.dumps({one["judge"]: one["outcome"] for one in members})


def _spent(usage: Row) -> Row:
    """Tokens that judges read and wrote for this answer."""
    judges = [one for role, one in usage.items() if role in JUDGE_ROLES]
    return {
        "tokens_in": sum(one["input_tokens"] for one in judges),
        "tokens_out": sum(one["output_tokens"] for one in judges),
    }
