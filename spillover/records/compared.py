"""Fine-tune less base in a record: where both were asked the same in the same way and judged alike."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spillover.estimate import Estimate, difference
from spillover.logs import FIELDS, Declared, differences, made_of_rows
from spillover.results import TARGETS

if TYPE_CHECKING:
    import pandas as pd

CELL = ["task", "version", "split", "language", "condition"]
POOLED = ["split", "language", "condition"]


def compared(
    table: "pd.DataFrame",
    base: "pd.DataFrame",
    tasks: list[str],
    name: str | None,
    told: Mapping[str, Declared] | None = None,
) -> dict[str, Any]:
    """The parts `differences` and `uncompared` of a record: of each cell, and pooled (`task` is null).

    Args:
        table: Answers of the fine-tune.
        base: Those of the base; empty where there is none.
        tasks: Tasks that are pooled.
        name: Model that is the base.
        told: By hash of a log, what its header declares of how it was made.
    """
    told = told or {}
    if base.empty:
        return {"differences": [], "uncompared": []}
    pooled = [by_question_and_task(one, tasks) for one in (table, base)]
    differences, uncompared = [], []
    for key, rows, other in [*_pairs(table, base, CELL), *_pairs(pooled[0], pooled[1], POOLED)]:
        said = {"task": None, **{name: part for name, part in key.items() if name != "version"}, "base": name}
        differs = ["asked"] if other is None else unlike(rows, other, told)
        if other is None or differs:
            uncompared.append({**said, "differs": differs})
        else:
            differences.append({**said, "estimate": _difference(rows, other).as_dict()})
    return {"differences": differences, "uncompared": uncompared}


def by_question_and_task(table: "pd.DataFrame", tasks: list[str]) -> "pd.DataFrame":
    """Answers of several tasks whose questions carry the task's name."""
    rows = table[table["task"].isin(tasks)]
    return rows.assign(**{by: rows["task"] + "|" + rows[by] for by in ("cluster", "probe")})


def named(names: list[str], key: Any) -> dict[str, str]:
    """Parts of a key by name."""
    return {name: str(part) for name, part in zip(names, key, strict=True)}


def unlike(rows: "pd.DataFrame", other: "pd.DataFrame", told: Mapping[str, Declared]) -> list[str]:
    """What two arms should share and do not, task by task; `questions` where tasks stand in one arm only."""
    parts = [{str(task): part for task, part in arm.groupby("task", sort=True)} for arm in (rows, other)]
    shared = sorted(parts[0].keys() & parts[1].keys())
    pairs = [[made_of_rows(part[task], _told(part[task], told)) for part in parts] for task in shared]
    found = [said for one, base in pairs for said in differences(one, base, "record")]
    found.sort(key=lambda said: FIELDS.index(said.field))
    names = [str(said) if len(parts[0]) == 1 else said.field for said in found]
    return list(dict.fromkeys([*names, *(["questions"] if parts[0].keys() != parts[1].keys() else [])]))


def _told(rows: "pd.DataFrame", told: Mapping[str, Declared]) -> list[Declared]:
    return [told[str(sha)] for sha in rows["log_sha256"].unique() if sha in told]


def _pairs(
    table: "pd.DataFrame", base: "pd.DataFrame", by: list[str]
) -> "Iterator[tuple[dict[str, str], pd.DataFrame, pd.DataFrame | None]]":
    bases = {key: rows for key, rows in base.groupby(by, sort=True)}
    for key, rows in table.groupby(by, sort=True):
        yield named(by, key), rows, bases.get(key)


def _difference(rows: "pd.DataFrame", other: "pd.DataFrame") -> Estimate:
    both = _judged(rows) & _judged(other)
    one, two = (part[part["cluster"].isin(both)] for part in (other, rows))
    # In the worst case no question is left out: what was not judged may be anything.
    return replace(difference(_rate(one), _rate(two)), worst=difference(_rate(other), _rate(rows)).worst)


def _judged(rows: "pd.DataFrame") -> set[str]:
    """Questions with an answer that was judged: where one arm has none, the other's say nothing of a difference."""
    return set(rows.loc[rows["outcome"] != "unjudged", "cluster"])


def _rate(rows: "pd.DataFrame") -> Estimate:
    from spillover.results import estimates_of

    return estimates_of(rows, TARGETS[0], 0.95)["misaligned_rate"]
