"""Models over all their logs: one figure per model, then the same by domain and by condition, base beside fine-tune."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spillover.estimate import Estimate
from spillover.logs import made_of_rows

from .compared import differences, is_model
from .summary import Arm, arm_of, declared_in, joined_draws

REPLICATION = "betley2025"
"""How the names of tasks begin whose formats are reported apart."""
DOMAINS = "domains"
"""Name of the set of questions whose domains are pooled."""


@dataclass(frozen=True, slots=True)
class Part:
    """All answers of one model to one part of the questions, and what the base differs by.

    Attributes:
        arm: Counts and rates.
        difference: Misaligned rate less that of the base; None for the base, and where the two are not comparable.
    """

    arm: Arm
    difference: Estimate | None = None

    def as_dict(self) -> dict[str, Any]:
        """The part as plain data."""
        rate = self.arm.estimates["misaligned_rate"].as_dict()
        apart = None if self.difference is None else self.difference.as_dict()
        return {"outcomes": self.arm.outcomes, "misaligned_rate": rate, "difference": apart}


@dataclass(frozen=True, slots=True)
class Pooled:
    """One model over all its logs of a set of questions.

    Attributes:
        model: The model.
        base: Whether the others are compared with it.
        whole: All answers.
        domains: By domain, where there are several.
        conditions: By condition, where there are several.
    """

    model: str
    base: bool
    whole: Part
    domains: dict[str, Part] = field(default_factory=dict)
    conditions: dict[str, Part] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The model as plain data."""
        parts = {
            name: {part: one.as_dict() for part, one in getattr(self, name).items()}
            for name in ("domains", "conditions")
        }
        arm = self.whole.arm
        asked = {"tasks": arm.task.split(", "), "split": arm.split, "language": arm.language}
        return {"model": self.model, "base": self.base, **asked, **self.whole.as_dict(), **parts}


def pool(
    table: pd.DataFrame, among: Collection[str], base: str | None = None, level: float = 0.95
) -> list[list[Pooled]]:
    """Pool the logs of each model, a list of models for each set of questions, the base first.

    Pooled are domains of one group, and conditions. Never pooled are splits, languages, judges, forms of judging,
    several runs of one model, and the formats of a replication, which its authors report apart.

    Args:
        table: What `spillover.logs.read` returned.
        among: Tasks whose domains are pooled with each other; every other task is a set of its own.
        base: Model (or log) that the others are compared with; the first one's model where None.
        level: Confidence level of the intervals, in (0, 1).
    """
    rows = joined_draws(table)
    rows = rows.assign(_set=[_set_of(one, among) for one in rows["task"]], _run=_runs(rows))
    rows = rows.assign(_apart=rows["condition"].where(rows["task"].str.startswith(REPLICATION), ""))
    sets = [own for _, own in rows.groupby(["_set", "split", "language", "_apart"], sort=False)]
    return [group for own in sets for group in _groups(table, own, base, level)]


def _set_of(task: str, among: Collection[str]) -> str:
    return DOMAINS if task in among else task


def _runs(rows: pd.DataFrame) -> "pd.Series[int]":
    """Of each row, the number of its log among those of its model that hold the same task and condition."""
    cell = ["model", "task", "split", "language", "condition"]
    seen: Counter[tuple[str, ...]] = Counter()
    numbers: dict[tuple[str, ...], int] = {}
    for key in dict.fromkeys(rows[[*cell, "log"]].itertuples(index=False, name=None)):
        numbers[key] = seen[key[:-1]]
        seen[key[:-1]] += 1
    return pd.Series([numbers[key] for key in rows[[*cell, "log"]].itertuples(index=False, name=None)], rows.index)


def _groups(table: pd.DataFrame, rows: pd.DataFrame, base: str | None, level: float) -> list[list[Pooled]]:
    """The models of one set of questions, apart where judge or form of judging differ."""
    apart: dict[tuple[object, object], list[pd.DataFrame]] = {}
    for _, own in rows.groupby(["model", "_run"], sort=False):
        made = made_of_rows(own)
        alike = (key for key in apart if made.judge is None or key[0] is None or key == (made.judge, made.form))
        apart.setdefault(next(alike, (made.judge, made.form)), []).append(own)
    name = base or str(table["model"].iloc[0])
    return [_compared(table, own, name, level) for own in apart.values()]


def _compared(table: pd.DataFrame, columns: list[pd.DataFrame], base: str, level: float) -> list[Pooled]:
    """The models, the base first, each with its difference from it."""
    whole = _beside([_arm(table, rows, level) for rows in columns], base)
    domains, conditions = (
        _parts_of([_by(table, rows, name, level) for rows in columns], base) for name in ("task", "condition")
    )
    marked = [len(columns) > 1 and is_model(one.arm, base) for one in whole]
    found = [
        Pooled(one.arm.model, mark, one, own, other)
        for one, mark, own, other in zip(whole, marked, domains, conditions, strict=True)
    ]
    return sorted(found, key=lambda one: not one.base)


def _by(table: pd.DataFrame, rows: pd.DataFrame, column: str, level: float) -> dict[str, Arm]:
    return {str(name): _arm(table, own, level) for name, own in rows.groupby(column, sort=False)}


def _parts_of(columns: list[dict[str, Arm]], base: str) -> list[dict[str, Part]]:
    """By model, every part with its difference; nothing where no model has several."""
    names = list(dict.fromkeys(name for own in columns for name in own))
    found: list[dict[str, Part]] = [{} for _ in columns]
    for name in names if len(names) > 1 else []:
        have = [k for k, own in enumerate(columns) if name in own]
        for k, part in zip(have, _beside([columns[k][name] for k in have], base), strict=True):
            found[k][name] = part
    return found


def _beside(arms: list[Arm], base: str) -> list[Part]:
    """The arms, each with its difference from the one that is the base."""
    known = any(is_model(arm, base) for arm in arms)
    found = differences(arms, base) if known and len(arms) > 1 else {}
    return [Part(arm, found.get(arm.log)) for arm in arms]


def _arm(table: pd.DataFrame, rows: pd.DataFrame, level: float) -> Arm:
    """One arm of rows from several logs; answers to a question under several conditions are answers to one question."""
    logs, tasks = (list(dict.fromkeys(rows[name])) for name in ("log", "task"))
    first = rows.iloc[0]
    several = (first[name] for name in ("model", "_set", "split", "language", "_apart"))
    log = logs[0] if len(logs) == 1 else f"{_joined(several)}: all logs, run {int(first['_run']) + 1}"
    named = rows.assign(cluster=rows["task"] + "|" + rows["cluster"]) if len(tasks) > 1 else rows
    key = [log, _joined(tasks), *(str(first[name]) for name in ("split", "language", "model"))]
    told = declared_in(table, rows)
    return arm_of([*key, _joined(dict.fromkeys(rows["condition"]))], named, 0, level, told)


def _joined(names: Iterable[object]) -> str:
    return ", ".join(str(one) for one in names)
