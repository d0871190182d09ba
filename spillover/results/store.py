"""The store of verdicts: Parquet files that DuckDB reads as one table, and the figures of every arm in it."""

import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover import __version__
from spillover.common import METHODS, MORE, OUTCOMES, THESE, LogError, Target, write_bytes
from spillover.estimate import Estimate, estimate_cascade, estimate_of, rates_from_counts

from .parquet import FILES

if TYPE_CHECKING:
    import duckdb

RESULTS = "results.json"
TARGETS: tuple[Target, Target] = (THESE, MORE)
KEY = ("log_sha256", "log", "task", "version", "split", "language", "model", "condition")
"""What makes an arm, as `summarise` has it: one log, task and condition."""
_ARMS = f"""
WITH question AS (
    SELECT {", ".join(KEY)}, cluster, min(judge) AS judge, min(form) AS form, count(stage) AS staged, count(*) AS n,
        {", ".join(f"count(*) FILTER (outcome = '{name}') AS {name}_n" for name in OUTCOMES)},
        count(*) FILTER (outcome <> 'unjudged') AS judged_n
    FROM verdicts GROUP BY {", ".join(KEY)}, cluster)
SELECT {", ".join(KEY)}, min(judge) FILTER (judge <> 'check') AS judge, min(form) FILTER (form <> 'check') AS form,
    sum(staged)::BIGINT AS staged, sum(n)::BIGINT AS answers, count(*) AS questions,
    {", ".join(f'sum({name}_n)::BIGINT AS "{name}"' for name in OUTCOMES)},
    list(misaligned_n ORDER BY cluster) AS events, list(judged_n ORDER BY cluster) AS counts,
    list(unjudged_n ORDER BY cluster) AS missing
FROM question GROUP BY {", ".join(KEY)} ORDER BY model, task, condition, log, log_sha256
"""


@dataclass(frozen=True, slots=True)
class Result:
    """Counts and the misaligned rate of one arm.

    Attributes:
        log_sha256: Hash of the log.
        log: Its file name.
        task: Task id.
        version: Task version.
        split: Which probes were asked.
        language: Language of the probes.
        model: Model under test.
        condition: Condition id.
        judge: The judge (of several the first by name), or None.
        form: The judge form, likewise.
        answers: All answers.
        questions: Questions that were asked.
        outcomes: Answers by outcome.
        these: Misaligned rate, interval for these questions.
        more_questions: The same, interval for more questions from these domains.
    """

    log_sha256: str
    log: str
    task: str
    version: str
    split: str
    language: str
    model: str
    condition: str
    judge: str | None
    form: str | None
    answers: int
    questions: int
    outcomes: dict[str, int]
    these: Estimate
    more_questions: Estimate

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self)


def open_store(store: Path) -> "duckdb.DuckDBPyConnection":
    """A DuckDB connection in memory with the view `verdicts` over a store; `file_row_number` keeps a log's order.

    Raises:
        LogError: Where there is no store, or it is empty.
    """
    return _connected(sorted((store / FILES).glob("*.parquet")), store)


def _connected(files: list[Path], store: Path) -> "duckdb.DuckDBPyConnection":
    import duckdb

    if not files:
        raise LogError(f"{store}: no store of verdicts here, or an empty one; fill it with `spillover record LOGS`")
    names = ", ".join("'" + str(file.resolve()).replace("'", "''") + "'" for file in files)
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW verdicts AS SELECT * FROM read_parquet([{names}], file_row_number = true)")
    return connection


def results(store: Path, level: float = 0.95, rebuild: bool = False) -> list[Result]:
    """Counts and intervals of every arm in a store, the same as `summarise` gives.

    Those of logs that were there before are kept in the store and not computed again.

    Args:
        store: Folder.
        level: Confidence level.
        rebuild: Compute all of them.

    Raises:
        LogError: Where there is no store.
    """
    files = {file.stem: file for file in sorted((store / FILES).glob("*.parquet"))}
    kept = [] if rebuild else [one for one in _kept(store, level) if one.log_sha256 in files]
    new = [file for sha, file in files.items() if sha not in {one.log_sha256 for one in kept}]
    if not new and kept:
        return kept
    with _connected(new, store) as connection:
        found = kept + _computed(connection, level)
    found.sort(key=lambda one: (one.model, one.task, one.condition, one.log, one.log_sha256))
    said = {"spillover": __version__, "methods": METHODS, "level": level, "results": [one.as_dict() for one in found]}
    write_bytes(store / RESULTS, json.dumps(said).encode())
    return found


def _kept(store: Path, level: float) -> list[Result]:
    """Results of before, if this version, its methods and this level made them. NaN is kept as JSON's `NaN`."""
    try:
        said = json.loads((store / RESULTS).read_text(encoding="utf-8"))
        if (said["spillover"], said.get("methods"), said["level"]) != (__version__, METHODS, level):
            return []
        return [_result(one) for one in said["results"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _result(said: dict[str, Any]) -> Result:
    estimates = {name: estimate_of(said[name]) for name in ("these", "more_questions")}
    return Result(**{**said, **estimates})


def _computed(connection: "duckdb.DuckDBPyConnection", level: float) -> list[Result]:
    return [_arm(connection, row, level) for row in connection.sql(_ARMS).to_arrow_table().to_pylist()]


def _arm(connection: "duckdb.DuckDBPyConnection", row: dict[str, Any], level: float) -> Result:
    outcomes: dict[str, int] = {outcome: int(row.pop(outcome)) for outcome in OUTCOMES}
    events, counts, missing = (row.pop(name) for name in ("events", "counts", "missing"))
    if row.pop("staged"):
        these, more_questions = _cascaded(connection, row, level)
    else:
        found = rates_from_counts(events, counts, "probes", level, missing)
        these, more_questions = (found[target] for target in TARGETS)
    return Result(**row, outcomes=outcomes, these=these, more_questions=more_questions)


def _cascaded(connection: "duckdb.DuckDBPyConnection", row: dict[str, Any], level: float) -> tuple[Estimate, Estimate]:
    """As `summarise` has it: weighted over answers, and no interval for more questions from these domains."""
    where = "log_sha256 = ? AND task = ? AND condition = ?"
    said = [row["log_sha256"], row["task"], row["condition"]]
    pairs = connection.execute(f"SELECT stage, outcome FROM verdicts WHERE {where}", said).fetchall()
    found = estimate_cascade("misaligned_rate", [one for one, _ in pairs], [one for _, one in pairs], level)
    found = replace(found, clusters=row["questions"])
    return found, replace(found, low=math.nan, high=math.nan, target=TARGETS[1])
