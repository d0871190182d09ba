"""A few answers to read, drawn at random from the logs beside a record: nobody picks them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from spillover.common import WITHHELD, LogError, file_sha256

from .entries import LOGS
from .names import inert, made_visible
from .rows import Row

DRAWN = 5
"""Answers of a row."""
LARGEST_LOG = 2**28


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
    from spillover.logs import exchange_of

    exchange = exchange_of(whole)
    scores: dict[str, Any] = next(iter((whole.get("scores") or {}).values()), {})
    return {
        "probe": inert(str(said["id"])),
        "epoch": int(said["epoch"]),
        "outcome": inert(str((scores.get("metadata") or {}).get("outcome", "unjudged")), 40),
        "question": made_visible(exchange.question()),
        "answer": made_visible(exchange.answer),
    }
