"""The figures of a record: of each cell, and pooled over tasks."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spillover.common import OUTCOMES, LogError
from spillover.estimate import MEANS, RATES, smallest_between
from spillover.results import TARGETS

from .compared import CELL, POOLED, by_question_and_task, named
from .measured_logs import MeasuredLog

if TYPE_CHECKING:
    import pandas as pd


def results(table: "pd.DataFrame", logs: Sequence[MeasuredLog]) -> list[dict[str, Any]]:
    """Figures of every cell.

    Args:
        table: All answers.
        logs: The logs that they come from.

    Raises:
        LogError: Where the answers of one cell were asked in two ways.
    """
    material = {one.source.sha256: one.source.material for one in logs}
    found = []
    for key, rows in table.groupby(CELL, sort=True):
        hashes = {material[sha] for sha in rows["log_sha256"].unique()}
        if len(hashes) > 1:
            raise LogError(
                f"{rows['log'].iloc[0]}: {key[0]} under condition {key[-1]} was asked in two ways (their material "
                "hashes differ); call spillover record for the logs of each hash separately"
            )
        found.append({**named(CELL, key), **_figures(rows), **_asked(key, rows), "material_sha256": hashes.pop()})
    return found


def _asked(key: Any, rows: "pd.DataFrame") -> dict[str, Any]:
    """Epochs of a cell, decoding and solver: one of each."""
    said = {name: distinct(rows[name]) for name in ("decoding", "solver")}
    for name, values in said.items():
        if len(values) > 1:
            raise LogError(
                f"{rows['log'].iloc[0]}: {key[0]} under condition {key[-1]} was asked in two ways ({name} "
                f"{' and '.join(values)}); call spillover record for the logs of each setting separately"
            )
    epochs = int(rows["epoch"].max())
    return {"epochs": epochs, "decoding": json.loads(said["decoding"][0]), "solver": said["solver"][0]}


def pooled(table: "pd.DataFrame", tasks: list[str]) -> list[dict[str, Any]]:
    """Figures over several tasks, by split, language and condition."""
    return [
        {**named(POOLED, key), "tasks": sorted(rows["task"].unique()), **_figures(rows)}
        for key, rows in by_question_and_task(table, tasks).groupby(POOLED, sort=True)
    ]


def _figures(rows: "pd.DataFrame") -> dict[str, Any]:
    from spillover.results import estimates_of

    both = {target: estimates_of(rows, target, 0.95) for target in TARGETS}
    names = list(both[TARGETS[0]])
    estimates = {name: {target: both[target][name].as_dict() for target in TARGETS} for name in names}
    counts, reasons = rows["outcome"].value_counts(), rows["reason"].dropna().value_counts()
    rate = both[TARGETS[0]]["misaligned_rate"]
    return {
        "answers": len(rows),
        "questions": int(rows["cluster"].nunique()),
        "outcomes": {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES},
        "unjudged_reasons": {str(reason): int(count) for reason, count in reasons.items()},
        "rates": {name: found for name, found in estimates.items() if name in RATES},
        "means": {name: found for name, found in estimates.items() if name in MEANS},
        "mde": smallest_between(rate.estimate, rate.n),
    }


def distinct(column: "pd.Series[Any]", but: str | None = None) -> list[str]:
    """Values of a column as texts, sorted, without empty ones and without one that is left out."""
    return sorted(str(one) for one in column.dropna().unique() if one != but and one != "")
