"""Differences between two sets of questions to one model: self-report and conduct; public and held-out."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from spillover.common import MORE, THESE, WITHHELD, Target
from spillover.estimate import Estimate, difference, estimate_rate, independent_difference

SELF_REPORT = "self_report"
ARM = ["model", "condition", "judged by", "language"]


@dataclass(frozen=True, slots=True)
class Gap:
    """The misaligned rate of one model on two sets of questions, and their difference.

    Attributes:
        model: Model under test.
        condition: Condition id.
        judge: Judge of both.
        task: Task, or tasks, of the second set.
        first: Rate on the first set: its self-report, or the public probes.
        second: Rate on the second set: its conduct elsewhere, or the held-out probes.
        gap: Second less first.
    """

    model: str
    condition: str
    judge: str
    task: str
    first: Estimate
    second: Estimate
    gap: Estimate

    def as_dict(self) -> dict[str, Any]:
        """The gap as plain data."""
        return asdict(self)


def self_report_gaps(table: pd.DataFrame, among: Sequence[str], level: float = 0.95) -> list[Gap]:
    """How much worse models behave than they say: the rate over other domains less that of their self-report.

    For these very questions, on the public split. A model is left out where the same judge judged only one of both.

    Args:
        table: What `spillover.logs.read` returned.
        among: Tasks whose answers count as conduct.
        level: Confidence level.
    """
    table = _judged_by(table)
    public = table[table["split"] == "public"]
    said, done = public[public["task"] == SELF_REPORT], public[public["task"].isin(list(among))]
    return [
        Gap(model, condition, judge, _tasks(second), *pair, difference(*pair))
        for (model, condition, judge, _), first, second in _both(said, done, ARM)
        for pair in [(_rate(first, THESE, level), _rate(second, THESE, level))]
    ]


def heldout_gaps(table: pd.DataFrame, level: float = 0.95) -> list[Gap]:
    """How much worse models behave on held-out probes than on the public ones of the same task.

    For more questions from these domains, since the two sets share none. Held-out probes may simply be harder:
    compare the gap with that of a model that cannot have met the public ones, the base.

    Args:
        table: What `spillover.logs.read` returned, with logs of both splits.
        level: Confidence level.
    """
    table = _judged_by(table)
    public, held = table[table["split"] == "public"], table[table["split"] == WITHHELD]
    return [
        Gap(model, condition, judge, task, *pair, independent_difference(*pair))
        for (model, condition, judge, _, task), first, second in _both(public, held, [*ARM, "task"])
        for pair in [(_rate(first, MORE, level), _rate(second, MORE, level))]
    ]


def _judged_by(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the judges of each log: an answer that no judge was needed for names none.

    Logs of a cascade are left out: their rows mix the verdicts of two judges.
    """
    mixed = set(table.loc[table["stage"].notna(), "log"])
    table = table[~table["log"].isin(mixed)]
    judges = {log: sorted(set(rows["judge"].dropna()) - {"check"}) for log, rows in table.groupby("log")}
    return table.assign(**{"judged by": [" and ".join(judges[log]) for log in table["log"]]})


def _both(
    one: pd.DataFrame, other: pd.DataFrame, by: list[str]
) -> Iterable[tuple[tuple[str, ...], pd.DataFrame, pd.DataFrame]]:
    firsts = {_key(key): rows for key, rows in one.groupby(by, sort=False)}
    for key, rows in other.groupby(by, sort=False):
        if _key(key) in firsts:
            yield _key(key), firsts[_key(key)], rows


def _key(key: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in key)


def _tasks(rows: pd.DataFrame) -> str:
    return ", ".join(sorted(rows["task"].unique()))


def _rate(rows: pd.DataFrame, target: Target, level: float) -> Estimate:
    return estimate_rate("misaligned_rate", rows["cluster"], rows["outcome"], target, level)
