"""A few answers to read, drawn at random from the logs beside a record: nobody picks them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from spillover.common import LogError, file_sha256

from .entries import LOGS
from .names import inert, made_visible
from .rows import Row

DRAWN = 5
"""Answers of a row."""
LARGEST_LOG = 2**28
WITHHELD = "heldout"
"""Split whose texts are shown nowhere."""


def drawn(row: Row) -> list[dict[str, Any]]:
    """Answers of the model, from logs in `logs/` beside its record that have the hashes it names.

    Which ones follows from the record's hash. Nothing where no log is there, or of held-out probes.
    """
    if row.entry.file is None or row.setting.split == WITHHELD:
        return []
    files = list(_files(row, row.entry.file.parent / LOGS))
    if not files:
        return []
    rng = np.random.default_rng(int(row.entry.id, 16))
    found: list[dict[str, Any]] = []
    for place in rng.integers(len(files), size=DRAWN):
        found += _one(files[place], rng)
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _files(row: Row, folder: Path) -> Iterator[str]:

    name = row.entry.data["model"]["name"]
    for log in row.entry.data["logs"]:
        file = folder / log["log"]
        if log["model"] == name and file.is_file() and not file.is_symlink() and file.stat().st_size <= LARGEST_LOG:
            if file_sha256(file) == log["sha256"]:
                yield str(file)


def _one(file: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """One answer of a log of the known layout; nothing of another, or of a log of the held-out split."""
    from spillover.logs import odd_is_told, opened

    try:
        with opened(file) as archive, odd_is_told(file):
            facts = archive.header["eval"].get("metadata") or {}
            if facts.get("split", "public") == WITHHELD:
                return
            every = archive.part("summaries.json")
            said = every[int(rng.integers(len(every)))]
            if (said.get("metadata") or {}).get("split", "public") == WITHHELD:
                return
            yield _sample(archive.part(f"samples/{said['id']}_epoch_{said['epoch']}.json"), said)
    except LogError:
        return


def _sample(whole: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    messages = [one for one in whole.get("messages") or [] if isinstance(one, dict)]
    last = max((at for at, one in enumerate(messages) if one.get("role") == "assistant"), default=len(messages))
    asked = [f"[{one.get('role')}] {_text(one.get('content'), whole)}" for one in messages[:last]]
    answer = _text(messages[last].get("content"), whole) if last < len(messages) else ""
    scores: dict[str, Any] = next(iter((whole.get("scores") or {}).values()), {})
    return {
        "probe": inert(str(said["id"])),
        "epoch": int(said["epoch"]),
        "outcome": inert(str((scores.get("metadata") or {}).get("outcome", "unjudged")), 40),
        "question": made_visible("\n\n".join(asked)),
        "answer": made_visible(answer),
    }


def _text(content: Any, whole: dict[str, Any]) -> str:
    """The text of a message; long texts lie apart in a log, under their hash."""
    if isinstance(content, list):
        parts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text"]
        return "\n".join(_text(part, whole) for part in parts)
    kept = whole.get("attachments") or {}
    return re.sub(r"attachment://(\w+)", lambda found: str(kept.get(found[1], found[0])), str(content or ""))
