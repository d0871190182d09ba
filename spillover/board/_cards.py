"""What a row's card says beyond the row: outcomes, cells, fine-tune, hashes, and the commands to do it again."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ._groups import PLAIN
from ._names import made_visible, visible
from ._rows import TARGET, Board, Figure, Row, figure, number

MOST_LOGS = 200
"""Logs that a card lists; the others are counted."""
OVER = ("step", "checkpoint", "epochs", "seed")
"""Fields of a fine-tune record over which a trend is shown; else the day of the run."""
Samples = Callable[[Row], list[dict[str, Any]]]


def cards(board: Board, samples: Samples = lambda row: []) -> dict[str, dict[str, Any]]:
    """Cards by id of their row.

    Args:
        board: The board.
        samples: Answers to show of a row.
    """
    trends = _trends([*board.rows, *board.earlier])
    return {row.entry.id: _card(row, trends.get(_series(row)), samples(row)) for row in board.rows}


def _card(row: Row, trend: dict[str, Any] | None, samples: list[dict[str, Any]]) -> dict[str, Any]:
    data, head = row.entry.data, row.head
    listed = data["logs"][:MOST_LOGS]
    names = ("log", "sha256", "content_sha256", "model", "task", "version", "condition")
    return {
        "outcomes": head["outcomes"],
        "reasons": made_visible(head["unjudged_reasons"]),
        "rates": {visible(name, 60): _values(figure(found[TARGET], 0)) for name, found in head["rates"].items()},
        "like_these": _values(figure(head["rates"].get("misaligned_rate", {}).get("questions like these"), 0)),
        "cells": [[one.domain, one.condition, *_values(one.rate), one.n, *_values(one.delta)] for one in row.cells],
        "finetune": made_visible(data["finetune"]),
        "finetune_sha256": data["finetune_sha256"],
        "args": made_visible(data["model"]["args"]),
        "returned": made_visible(data["model"]["returned"]),
        "judge": made_visible(data["judge"]),
        "dataset": made_visible(data["dataset"]["versions"]),
        "spillover": visible(data["spillover"], 40),
        "record_sha256": data["content_sha256"],
        "created": visible(data["created"], 40),
        "origins": made_visible(data["origins"]),
        "manifest_sha256": made_visible((data["manifest"] or {}).get("planned_sha256")),
        "logs": [[visible(str(log[name])) for name in names] for log in listed],
        "logs_left_out": len(data["logs"]) - len(listed),
        "reproduce": reproduce(data),
        "samples": samples,
        "trend": trend,
    }


def _values(found: Figure) -> list[float | None]:
    return [found.value, found.low, found.high]


def reproduce(data: Mapping[str, Any]) -> list[str]:
    """Commands that run it again, quoted for a shell; a record does not say where keys and weights are."""
    name = data["model"]["name"]
    own = [log for log in data["logs"] if log["model"] == name]
    asked: dict[str, list[str]] = {}
    for log in own:
        asked.setdefault(log["condition"], []).append(f"spillover/{log['task']}")
    lines = [f"pip install {_quoted('spillover==' + data['spillover'])}"]
    for condition, tasks in asked.items():
        parts = ["inspect eval", *map(_quoted, dict.fromkeys(tasks)), f"--model {_quoted(name)}"]
        parts += [f"-M {_quoted(f'{key}={value}')}" for key, value in data["model"]["args"].items()]
        parts += [f"-T {_quoted('condition=' + condition)}"] if condition != PLAIN["condition"] else []
        parts += [f"--epochs {epochs}"] if (epochs := _epochs(data, condition)) else []
        parts += [f"--model-role {_quoted('grader=' + data['judge']['name'])}"] if data["judge"]["name"] else []
        lines.append(" ".join(parts))
    return [*lines, "spillover record logs", f"# compare with record sha256 {data['content_sha256']}"]


def _epochs(data: Mapping[str, Any], condition: str) -> int | None:
    """Answers to each question, where all have equally many."""
    each = {divmod(row["answers"], row["questions"] or 1) for row in data["results"] if row["condition"] == condition}
    (epochs, rest), *others = each or {(0, 0)}
    return None if rest or others or not epochs else int(epochs)


def _quoted(text: str) -> str:
    return shlex.quote(visible(text))


def _series(row: Row) -> tuple[Any, ...]:
    """What checkpoints of one training share: the fine-tune's name and base where they are said, else the model."""
    name = (row.entry.data["finetune"] or {}).get("name")
    return row.setting, (name, row.base) if isinstance(name, str) else row.model


def _trends(rows: Iterable[Row]) -> dict[tuple[Any, ...], dict[str, Any]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if row.rate.value is not None and not row.entry.retracted:
            found.setdefault(_series(row), []).append(row)
    return {key: _trend(own) for key, own in found.items() if len(own) > 1}


def _trend(rows: Sequence[Row]) -> dict[str, Any]:
    """Rates over the first of `OVER` that tells all apart; `x` is None where it is the day."""
    for over in OVER:
        places = [_place((row.entry.data["finetune"] or {}).get(over)) for row in rows]
        if None not in places and len(set(places)) == len(rows):
            break
    else:
        over, places = "created", [None] * len(rows)
    points = [
        {"x": place, "created": visible(row.entry.data["created"][:10]), "rate": _values(row.rate), "id": row.entry.id}
        for place, row in zip(places, rows, strict=True)
    ]
    return {"over": over, "points": sorted(points, key=lambda one: (one["x"] or 0, one["created"]))}


def _place(value: Any) -> float | None:
    return number(value, -1e12, 1e12) if isinstance(value, int | float) and not isinstance(value, bool) else None
