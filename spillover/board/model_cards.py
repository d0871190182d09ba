"""What a row's card says beyond the row: outcomes, cells, other runs, fine-tune, hashes, commands to do it again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from spillover.common import more_of
from spillover.estimate import RATES

from .again import reproduce
from .groups import odd_of, same
from .names import inert, made_visible
from .rows import TARGET, Board, Figure, Row, figure, number

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
    others: dict[str, list[list[Any]]] = {}
    for other, row in board.left_out:
        others.setdefault(row.entry.id, []).append(_run(other))
    made = {row.entry.id: _card(row, trends.get(_series(row)), samples(row)) for row in board.rows}
    runs = {name: sorted(found, key=lambda one: (one[0], one[3]), reverse=True) for name, found in others.items()}
    return {name: {**card, "runs": runs.get(name, [])} for name, card in made.items()}


def _run(row: Row) -> list[Any]:
    """Another run of a model: its day, verification, misaligned rate and hash."""
    entry = row.entry
    return [inert(entry.data["created"][:10]), entry.verification, _values(row.rate), entry.data["content_sha256"]]


def _card(row: Row, trend: dict[str, Any] | None, samples: list[dict[str, Any]]) -> dict[str, Any]:
    data, head = row.entry.data, row.head
    listed = data["logs"][:MOST_LOGS]
    names = ("log", "sha256", "content_sha256", "model", "task", "version", "condition")
    return {
        "outcomes": head["outcomes"],
        "reasons": made_visible(head["unjudged_reasons"]),
        "rates": {inert(name, 60): _rate(name, found) for name, found in head["rates"].items()},
        "more_questions": _values(figure(more_of(head["rates"].get("misaligned_rate", {})), 0)),
        "cells": [[one.domain, one.condition, *_values(one.rate), one.n, *_values(one.delta)] for one in row.cells],
        "finetune": made_visible(data["finetune"]),
        "finetune_sha256": data["finetune_sha256"],
        "args": made_visible(data["model"]["args"]),
        "returned": made_visible(data["model"]["returned"]),
        "judge": made_visible(data["judge"]),
        "served": made_visible(data.get("served", [])),
        "odd": odd_of(data),
        "dataset": made_visible(data["dataset"]["versions"]),
        "spillover": inert(data["spillover"], 40),
        "record_sha256": data["content_sha256"],
        "created": inert(data["created"], 40),
        "origins": made_visible(data["origins"]),
        "base_differs": made_visible(data["base_differs"]),
        "unlike_base": _unlike(data, head),
        "manifest_sha256": made_visible((data["manifest"] or {}).get("planned_sha256")),
        "logs": [[inert(str(log[name])) for name in names] for log in listed],
        "logs_left_out": len(data["logs"]) - len(listed),
        "reproduce": reproduce(data),
        "rescored": row.entry.rescored and made_visible(asdict(row.entry.rescored)),
        "reproduced": row.entry.reproduced and made_visible(asdict(row.entry.reproduced)),
        "samples": samples,
        "trend": trend,
    }


def _unlike(data: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    """In what the row's figure and that of its base differ, so that they were not compared."""
    task = None if data["pooled"] else head["task"]
    found: list[str] = next(
        (one["differs"] for one in data["uncompared"] if one["task"] == task and same(one, head)), []
    )
    return [inert(one) for one in found]


def _rate(name: str, found: Mapping[str, Any]) -> list[float | str | None]:
    """A rate with its interval, and what weighs the same in it."""
    known = RATES.get(name)
    weights = {"probes": "mean over questions", "answers": "pooled answers"}
    return [*_values(figure(found[TARGET], 0)), weights[known.average] if known else ""]


def _values(found: Figure) -> list[float | None]:
    return [found.value, found.low, found.high]


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
        {"x": place, "created": inert(row.entry.data["created"][:10]), "rate": _values(row.rate), "id": row.entry.id}
        for place, row in zip(places, rows, strict=True)
    ]
    return {"over": over, "points": sorted(points, key=lambda one: (one["x"] or 0, one["created"]))}


def _place(value: Any) -> float | None:
    return number(value, -1e12, 1e12) if isinstance(value, int | float) and not isinstance(value, bool) else None
