"""Rows of logs as a data frame and as an Arrow table: the columns and their types."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spillover.common import LogError

from .answer_row import Row
from .rows import LogRows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

COLUMN_TYPES = {
    "log": "string", "task": "string", "split": "string", "language": "string", "model": "string",
    "material_sha256": "string", "decoding": "string", "solver": "string", "probe": "string", "cluster": "string",
    "condition": "string", "stratum": "string", "share": "double",
    "tags": "string", "epoch": "int64", "outcome": "string", "alignment": "double",
    "coherence": "double", "label": "string", "reason": "string", "form": "string", "judge": "string",
    "judge_returned": "string", "rubrics": "string", "stage": "string", "panel": "string", "truncated": "bool",
    "thoughts": "bool",
    "reasoning": "string", "origin": "string", "judge_origin": "string", "tokens_in": "int64", "tokens_out": "int64",
    "seconds": "double", "answer_sha256": "string",
}  # fmt: skip
"""Columns of the table that `read` makes, and their types in the store."""


TEXTS = ("domain", "format", "question", "answer")
"""Columns that `read(..., texts=True)` adds."""
STORED = ("version", "run", "log_sha256")
"""Columns that the store adds: version of the task, id of the run, hash of the log."""


def frame_of(found: LogRows, invalidated: bool = False) -> "pd.DataFrame":
    """Rows of a log as a data frame with the columns `COLUMNS`, and `TEXTS` where the texts were read."""
    rows = [*found.rows, *found.invalidated] if invalidated else found.rows
    told = bool(rows) and "question" in rows[0]
    more = {name: [row[name] for row in rows] for name in TEXTS} if told else {}
    frame: pd.DataFrame = arrow_table(found.file, rows, more).to_pandas()
    return frame


def arrow_table(file: str, rows: list[Row], more: Mapping[str, list[Any]]) -> "pa.Table":
    """Rows as an Arrow table: the documented columns in their order, then those that the store adds."""
    import pyarrow as pa

    try:
        columns = {name: _column([row.get(name) for row in rows], kind) for name, kind in COLUMN_TYPES.items()}
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise LogError(
            f"{file}: a verdict holds a value of a wrong type ({' '.join(str(error).split())}); "
            "give the log as its run wrote it"
        ) from error
    return pa.table(columns | {name: _column(said, "string") for name, said in more.items()})


def _column(values: list[Any], kind: str) -> "pa.Array":
    import pyarrow as pa

    if kind == "string":
        values = [one if one is None or isinstance(one, str) else str(one) for one in values]
    return pa.array(values, kind, from_pandas=True)
