"""The board as plain data: what the JSON file and the page hold, and the flat columns of CSV and Parquet."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from spillover.common import NOT_ENGAGED

from .groups import Setting, letter, odd_of
from .names import inert
from .rows import Board, Figure, Row, number

SCHEMA = "spillover-board/1"
COLUMNS: dict[str, str] = {
    "id": "text", "model": "text", "base": "text", "base_id": "text", "provider": "text", "family": "text",
    "size": "number", "size_class": "text", "weights": "text", "method": "text", "group": "text",
    "suite_version": "text", "judge": "text", "created": "text", "rate": "number", "rate_low": "number",
    "rate_high": "number", "rate_worst_low": "number", "rate_worst_high": "number", "delta": "number",
    "delta_low": "number", "delta_high": "number", "delta_worst_low": "number", "delta_worst_high": "number",
    "rank_low": "whole",
    "rank_high": "whole", "ranked": "whole", "mde": "number", "answers": "whole", "judged": "whole",
    "questions": "whole", "unjudged": "number", "excluded": "number", "verification": "text",
    "retracted_on": "text", "retracted_because": "text", "origin": "text", "unranked_because": "text", "served": "text",
}  # fmt: skip
"""Columns of a row, and what they hold."""


def plain_board(board: Board) -> dict[str, Any]:
    """The board as plain data."""
    counts = [sum(row.group == number for row in board.rows) for number in range(len(board.groups))]
    return {
        "schema": SCHEMA,
        "suite_version": board.suite_version,
        "groups": [
            {"group": letter(number), "models": count, **_setting(one)}
            for number, (one, count) in enumerate(zip(board.groups, counts, strict=True))
        ],
        "rows": plain_rows(board.rows),
    }


def plain_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as plain data, one value for each of `COLUMNS`."""
    return [{name: found[name] for name in COLUMNS} for found in map(_plain, rows)]


def _setting(one: Setting) -> dict[str, Any]:
    return {
        name: [inert(text) for text in value] if isinstance(value, tuple) else value
        for name, value in asdict(one).items()
    }


def _plain(row: Row) -> dict[str, Any]:
    head, entry = row.head, row.entry
    answers, counts = head["answers"], head["outcomes"]
    left_out = sum(counts.get(name, 0) for name in NOT_ENGAGED)
    first, last = row.rank or (None, None)
    return {
        "id": entry.id,
        "model": row.model,
        "base": row.base,
        "base_id": row.base_id,
        **asdict(row.of),
        "group": letter(row.group),
        "suite_version": row.setting.suite_version,
        "judge": row.setting.judge,
        "created": inert(entry.data["created"][:10]),
        **_ends("rate", row.rate),
        **_ends("delta", row.delta),
        "rank_low": first,
        "rank_high": last,
        "ranked": row.among,
        "mde": number(head["mde"]),
        "answers": answers,
        "judged": answers - counts["unjudged"],
        "questions": head["questions"],
        "unjudged": number(counts["unjudged"] / answers) if answers else None,
        "excluded": number(left_out / answers) if answers else None,
        "verification": entry.verification,
        "retracted_on": entry.retracted and inert(entry.retracted.date, 40),
        "retracted_because": entry.retracted and inert(entry.retracted.reason, 1_000),
        "origin": row.setting.origin,
        "unranked_because": row.unranked,
        "served": "; ".join(odd_of(entry.data)) or None,
    }


def _ends(name: str, found: Figure) -> dict[str, float | None]:
    return {
        name: found.value,
        f"{name}_low": found.low,
        f"{name}_high": found.high,
        f"{name}_worst_low": found.worst_low,
        f"{name}_worst_high": found.worst_high,
    }
