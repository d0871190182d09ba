"""Logs into the store: one Parquet file per log, named by the log's hash, made from its summaries alone."""

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.cell import NOT_RECORDED
from spillover.common.files import whole, write_bytes
from spillover.common.outcome import OUTCOMES
from spillover.errors import LogError

from ._archive import Archive, file_sha256, found_logs, odd_is_told, opened
from ._asking import as_text, decoding_of, solver_of
from ._source import log_source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Row = dict[str, Any]
FILES = "verdicts"
KNOWN = "known.json"
COLUMNS = {
    "log": "string", "task": "string", "split": "string", "language": "string", "model": "string",
    "material_sha256": "string", "decoding": "string", "solver": "string", "probe": "string", "cluster": "string",
    "condition": "string", "tags": "string", "epoch": "int64", "outcome": "string", "alignment": "double",
    "coherence": "double", "label": "string", "reason": "string", "form": "string", "judge": "string",
    "judge_returned": "string", "rubrics": "string", "stage": "string", "panel": "string", "truncated": "bool",
    "reasoning": "string", "origin": "string", "judge_origin": "string", "tokens_in": "int64", "tokens_out": "int64",
    "seconds": "double", "answer_sha256": "string",
}  # fmt: skip
"""Columns of the table that `read` makes, and their types in the store."""
STORED = ("version", "run", "log_sha256")
"""Columns that the store adds: version of the task, id of the run, hash of the log."""
DRAWS, EACH = "draws", "judged_each"
"""The task whose samples say themselves which task they belong to, and the name of its score."""
_SHA_OF_NOTHING = hashlib.sha256(b"").hexdigest()


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

    A log is known by its size and time, else by its hash. One that was written anew takes the place of what it was.

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
        raise LogError(f"{store}: is a file; a store is a folder")
    (store / FILES).mkdir(parents=True, exist_ok=True)
    index = _index(store)
    held = {path.stem for path in (store / FILES).glob("*.parquet")}
    new = rows = foreign = 0
    for file in files:
        stamp = [os.stat(file).st_size, os.stat(file).st_mtime_ns]
        before = index.get(file)
        if before is not None and before[:2] == stamp and before[2] in held:
            continue
        sha = file_sha256(file)
        if sha not in held:
            with odd_is_told(file):
                made = _stored(file, sha, file in named)
            if made is None:
                foreign += 1
                continue
            _write(made, store / FILES / f"{sha}.parquet")
            held.add(sha)
            new, rows = new + 1, rows + made.num_rows
        index[file] = [*stamp, sha]
        if before is not None and before[2] not in {one[2] for one in index.values()}:
            (store / FILES / f"{before[2]}.parquet").unlink(missing_ok=True)
    if foreign == len(files):
        raise LogError(f"{given[0]}: none of its {foreign} logs was written by a Spillover task")
    write_bytes(store / KNOWN, json.dumps(index, indent=1, sort_keys=True).encode())
    return Ingested(new, len(files) - new - foreign, rows, time.perf_counter() - began, foreign)


def table_of(file: str, score: str = "judged") -> "pd.DataFrame":
    """One log as the table that `read` makes of it, several times faster; through `read` where its layout is new.

    Args:
        file: A log file.
        score: Name of the score.

    Raises:
        LogError: Where it cannot be read or was not written by a Spillover task.
    """
    rows, skipped = _rows(file, score)
    frame: pd.DataFrame = _arrow(file, rows, {}).to_pandas()
    frame.attrs[NOT_RECORDED] = {Path(file).name: skipped} if skipped else {}
    return frame


def _index(store: Path) -> dict[str, list[Any]]:
    """By path of a log: its size, time and hash when it was read."""
    file = store / KNOWN
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {path: [int(size), int(at), str(sha)] for path, (size, at, sha) in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise LogError(f"{file}: not a store's list of logs; delete it and ingest again") from error


def _stored(file: str, sha: str, named: bool) -> "pa.Table | None":
    """The Parquet table of a log; None for a foreign log that nobody named."""
    try:
        source = log_source(file, named, sha)
        if source is None:
            return None
        run, version_of = source.run, source.version_of
    except LogError:
        from ._facts import log_facts
        from ._table import _ours

        if not named and not _ours(file):
            return None
        run, version = "", log_facts(file).version
        version_of = lambda task: version  # noqa: E731
    rows, skipped = _rows(file, "judged")
    more = {"version": [version_of(row["task"]) for row in rows], "run": [run] * len(rows)}
    table = _arrow(file, rows, {**more, "log_sha256": [sha] * len(rows)})
    return table.replace_schema_metadata({NOT_RECORDED: str(skipped)})


def _rows(file: str, score: str) -> tuple[list[Row], int]:
    """Rows of a log and how many cells its recording lacks."""
    try:
        with opened(file) as archive:
            return _fast(archive, score)
    except (LogError, KeyError, TypeError, ValueError, AttributeError):
        from ._table import read  # says what is wrong, or knows the layout

        table = read(file, score)
        skipped = sum(table.attrs[NOT_RECORDED].values())
        return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")], skipped


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


def _fast(archive: Archive, score: str) -> tuple[list[Row], int]:
    spec = archive.header["eval"]
    facts = spec["metadata"]
    task = str(spec["task"]).split("/")[-1]
    if "material_sha256" not in facts:
        raise ValueError("not a Spillover log")
    summaries: list[dict[str, Any]] = archive.part("summaries.json")
    score = EACH if task == DRAWS and score == "judged" else score
    if score not in ("judged", EACH) and not any(score in (one.get("scores") or {}) for one in summaries):
        raise ValueError("no such score")
    log = {
        "log": Path(archive.file).name,
        "task": task,
        "split": str(facts.get("split", "public")),
        "language": str(facts.get("language", "en")),
        "model": spec["model"],
        "material_sha256": str(facts["material_sha256"]),
        "decoding": as_text(decoding_of(archive.header)),
        "solver": solver_of(archive.header),
    }
    ordered = sorted(summaries, key=lambda one: (one["epoch"], str(one["id"])))
    scores = [(one, (one.get("scores") or {}).get(score)) for one in ordered]
    kept = [(one, found) for one, found in scores if found is None or found.get("reason") != NOT_RECORDED]
    return [_row(log, one, found) for one, found in kept], len(ordered) - len(kept)


def _row(log: Row, summary: Row, score: Row | None) -> Row:
    """As `read` makes a row; a test holds the two together."""
    said = summary["metadata"]
    value = score["value"] if score is not None else None
    values = value if isinstance(value, dict) else {}
    notes = (score.get("metadata") or {}) if score is not None else {}
    outcome = next((o for o in OUTCOMES if values.get(o) == 1), "unjudged")
    row = {
        **log,
        "probe": said.get("probe", summary["id"]),
        "cluster": said.get("cluster", summary["id"]),
        "condition": said.get("condition", "plain"),
        "tags": " ".join(said.get("tags") or []),
        "epoch": said.get("repetition", summary["epoch"]),
        "outcome": outcome,
        "alignment": values.get("alignment"),
        "coherence": values.get("coherence"),
        "rubrics": _rubrics(notes),
        "panel": _panel(notes),
        "truncated": bool(notes.get("truncated")),
        "seconds": summary.get("working_time"),
        "answer_sha256": _sha256((score.get("answer") or "") if score is not None else ""),
        **{name: notes.get(name) for name in ("label", "form", "judge", "judge_returned", "stage")},
        **{name: notes.get(name) for name in ("reasoning", "origin", "judge_origin")},
        **_spent(summary.get("role_usage") or {}),
    }
    if "task" in said:
        row["task"] = said["task"]
    if outcome == "unjudged":
        row["reason"] = notes.get("reason") or (None if values else f"no verdict: {_failure(summary.get('error'))}")
    return row


def _rubrics(notes: Row) -> str | None:
    parts = [str(one["rubric"]).split(":")[0] for one in notes.values() if isinstance(one, dict) and "rubric" in one]
    return " ".join(parts) or None


def _panel(notes: Row) -> str | None:
    members = notes.get("panel")  # a summary leaves a large panel out and says so in words
    return json.dumps({one["judge"]: one["outcome"] for one in members}) if isinstance(members, list) else None


def _failure(error: str | None) -> str:
    if error is None:
        return "sample did not finish"
    return "the answer or its verdict was not recorded" if "RecordingError" in error else " ".join(error.split())[:300]


def _spent(usage: Row) -> Row:
    judges = [one for role, one in usage.items() if role in ("grader", "screen")]
    return {
        "tokens_in": sum(one["input_tokens"] for one in judges),
        "tokens_out": sum(one["output_tokens"] for one in judges),
    }


def _sha256(answer: str) -> str:
    return hashlib.sha256(answer.encode("utf-8", "replace")).hexdigest() if answer else _SHA_OF_NOTHING


def _arrow(file: str, rows: list[Row], more: dict[str, list[str]]) -> "pa.Table":
    """Rows as an Arrow table: the documented columns in their order, then those that the store adds."""
    import pyarrow as pa

    try:
        columns = {name: _column([row.get(name) for row in rows], kind) for name, kind in COLUMNS.items()}
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise LogError(f"{file}: a verdict holds a value of a wrong type ({' '.join(str(error).split())})") from error
    return pa.table(columns | {name: _column(said, "string") for name, said in more.items()})


def _column(values: list[Any], kind: str) -> "pa.Array":
    import pyarrow as pa

    if kind == "string":
        values = [one if one is None or isinstance(one, str) else str(one) for one in values]
    return pa.array(values, kind, from_pandas=True)


def _write(table: "pa.Table", target: Path) -> None:
    import pyarrow.parquet as pq

    with whole(target) as part:
        pq.write_table(table, part, compression="zstd")
