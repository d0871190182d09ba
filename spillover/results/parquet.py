"""Put logs into the store: one Parquet file per log, named by the log's hash, from its summaries alone."""

import json
import os
import time
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import NOT_RECORDED, LogError, file_sha256, whole, write_bytes
from spillover.logs import (
    JUDGED,
    Attempt,
    LogRows,
    arrow_table,
    attempt_of,
    found_logs,
    frame_of,
    log_rows,
    standing,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FILES = "verdicts"
KNOWN = "known.json"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest did.

    Attributes:
        new: Logs that were read.
        known: Logs that the store held already.
        rows: Answers in the new ones.
        seconds: Time it took.
        foreign: Logs in a folder that no Spillover task wrote, left out.
    """

    new: int
    known: int
    rows: int
    seconds: float
    foreign: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return asdict(self)


def ingest(logs: str | Path | list[str | Path], store: Path) -> Ingested:
    """Bring logs into a store; what it holds already is not read again.

    A log is known by its size and time, else by its hash. One written again takes the place of what it was, and
    a retry (`inspect eval-retry`) that of the attempts before it.

    Args:
        logs: Log files or folders of them.
        store: Folder; made where it is absent.

    Raises:
        LogError: Where there is no log, or one cannot be read or was not written by a Spillover task.
    """
    began = time.perf_counter()
    given = logs if isinstance(logs, list) else [logs]
    named = {str(Path(one).resolve()) for one in given}
    files = list(dict.fromkeys(str(Path(file).resolve()) for one in given for file in found_logs(one)))
    if store.exists() and not store.is_dir():
        raise LogError(f"{store}: this is a file, but a store is a folder; give a folder")
    (store / FILES).mkdir(parents=True, exist_ok=True)
    index = _index(store)
    held = {path.stem for path in (store / FILES).glob("*.parquet")}
    old = _superseded(index)
    new = rows = foreign = 0
    for file in files:
        stamp = [os.stat(file).st_size, os.stat(file).st_mtime_ns]
        before = index.get(file)
        if before is not None and before[:2] == stamp and before[2] in held | old:
            continue
        found = log_rows(file, named=file in named)
        if found is None:
            foreign += 1
            continue
        sha = file_sha256(file)
        if sha not in held:
            made = _stored(found, sha)
            write_table(made, store / FILES / f"{sha}.parquet")
            held.add(sha)
            new, rows = new + 1, rows + made.num_rows
        index[file] = [*stamp, sha, *astuple(attempt_of(found.header))]
        if before is not None and before[2] not in {one[2] for one in index.values()}:
            (store / FILES / f"{before[2]}.parquet").unlink(missing_ok=True)
    for sha in _superseded(index):
        (store / FILES / f"{sha}.parquet").unlink(missing_ok=True)
    if foreign == len(files):
        raise LogError(f"{given[0]}: holds no log of a Spillover task ({foreign} read); give another path")
    write_bytes(store / KNOWN, json.dumps(index, indent=1, sort_keys=True).encode())
    return Ingested(new, len(files) - new - foreign, rows, time.perf_counter() - began, foreign)


def table_of(file: str, score: str = JUDGED, invalidated: bool = False) -> "pd.DataFrame":
    """One log as the table that `read` makes of it.

    Args:
        file: A log file.
        score: Name of the score.
        invalidated: Whether answers that were declared invalid have rows too.

    Raises:
        LogError: Where it cannot be read or was not written by a Spillover task.
    """
    found = log_rows(file, score)
    assert found is not None
    frame = frame_of(found, invalidated)
    frame.attrs[NOT_RECORDED] = {Path(file).name: found.not_recorded} if found.not_recorded else {}
    return frame


def _index(store: Path) -> dict[str, list[Any]]:
    """By path of a log: its size, time and hash when it was read, and its attempt (not in a store of version 0.1.0)."""
    file = store / KNOWN
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {path: [int(size), int(at), *map(str, rest)] for path, (size, at, *rest) in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise LogError(f"{file}: not a store's list of logs; delete this file and run the command again") from error


def _stored(found: LogRows, sha: str) -> "pa.Table":
    """The Parquet table of a log."""
    rows, header = found.rows, found.header
    more = {"version": [header.version_of(row["task"]) for row in rows], "run": [header.run] * len(rows)}
    table = arrow_table(found.file, rows, {**more, "log_sha256": [sha] * len(rows)})
    return table.replace_schema_metadata({NOT_RECORDED: str(found.not_recorded)})


def _superseded(index: dict[str, list[Any]]) -> set[str]:
    """Hashes of logs in a store that a newer attempt at the same run takes the place of."""
    logs = [(path, Attempt(*one[3:6])) for path, one in index.items() if len(one) == 6]
    stands = standing(logs)
    return {index[path][2] for path in stands.superseded} - {index[path][2] for path in stands.files}


def write_table(table: "pa.Table", target: Path) -> None:
    """Write a table as one Parquet file that stands whole or not at all."""
    import pyarrow.parquet as pq

    with whole(target) as part:
        pq.write_table(table, part, compression="zstd")
