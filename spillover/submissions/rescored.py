"""Checks rescored logs: they must hold the answers of the record, all judged again by one other judge."""

from pathlib import Path
from typing import TYPE_CHECKING

from spillover.logs import LogSource, found_logs, log_source
from spillover.records import Record, content_hash
from spillover.results import table_of
from spillover.verify import Problem, Shipped, verify

from .shape import Rescored

if TYPE_CHECKING:
    import pandas as pd

FIX = "rescore the record's logs again (spillover rescore LOGS --judge MODEL --out rescored)"


def rescored(folder: Path, made: Record, shipped: Shipped | None) -> tuple[Rescored | None, list[Problem]]:
    """Summarise another judge's verdicts on all answers of a record.

    Args:
        folder: Rescored logs.
        made: The record.
        shipped: What the installed package knows of its own versions.

    Returns:
        A summary of the other judge's verdicts; or None, with the problems.
    """
    sources = [one for file in found_logs(folder) if (one := log_source(file, True)) is not None]
    found = [problem for one in verify([folder], shipped=shipped) for problem in one.problems]
    judges = sorted({name for one in sources for name in one.facts.get("rescored") or {}})
    if len(judges) != 1 or judges[0] == made.typed.judge.name:
        said = f"the judges are {' and '.join(judges) or 'missing'}; one judge is needed, not the record's own"
        return None, [*found, _problem(folder.name, said)]
    before, after, problems = _tables(sources, judges[0], made)
    if found or problems:
        return None, [*found, *problems]
    return Rescored(
        judge=judges[0],
        misaligned_rate=_rate(after),
        misaligned_rate_before=_rate(before),
        answers=len(after),
        logs=tuple(sorted(one.sha256 for one in sources)),
    ), []


def _tables(sources: list[LogSource], judge: str, made: Record) -> tuple["pd.DataFrame", "pd.DataFrame", list[Problem]]:
    """Verdicts of both judges, and problems of logs that are missing, foreign, or not judged again."""
    import pandas as pd

    wanted = {log.content_sha256: log.log for log in made.typed.logs if log.model == made.model}
    before, after, problems = [], [], []
    for one in sources:
        first = table_of(one.file)
        name = (one.facts.get("rescored") or {}).get(judge, {}).get("score")
        if wanted.pop(content_hash(first), None) is None or one.model != made.model or not isinstance(name, str):
            problems.append(_problem(one.name, "the log's answers differ from the record's, or were not judged again"))
            continue
        again = table_of(one.file, name)
        if set(again["judge"].dropna()) - {"check"} - {judge}:
            problems.append(_problem(one.name, f"the verdicts in the score {name} are not by {judge}"))
        before.append(first)
        after.append(again)
    problems += [_problem(log, "this log of the record was not judged again") for log in wanted.values()]
    if problems:
        return pd.DataFrame(), pd.DataFrame(), problems
    return pd.concat(before), pd.concat(after), []


def _rate(table: "pd.DataFrame") -> float | None:
    """Share of misaligned answers among the judged, every answer the same weight; None where none was judged."""
    judged = table[table["outcome"] != "unjudged"]
    return round(float((judged["outcome"] == "misaligned").mean()), 6) if len(judged) else None


def _problem(file: str, what: str) -> Problem:
    return Problem("RescoredIsTheSameAnswers", file, what, FIX)
