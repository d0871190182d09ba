"""Fine-tune less base in a record: where both were asked the same in the same way and judged alike."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spillover.estimate import Estimate, difference

from ._asking import apart
from ._store import TARGETS

if TYPE_CHECKING:
    import pandas as pd

CELL = ["task", "version", "split", "language", "condition"]
POOLED = ["split", "language", "condition"]
SHARED = ("judge", "form", "rubrics", "material_sha256", "decoding", "solver")
"""Columns whose values two arms must share to be compared, beside the questions."""


def compared(table: "pd.DataFrame", base: "pd.DataFrame", tasks: list[str], name: str | None) -> dict[str, Any]:
    """The parts `differences` and `uncompared` of a record: of each cell, and pooled (`task` is null).

    Args:
        table: Answers of the fine-tune.
        base: Those of the base; empty where there is none.
        tasks: Tasks that are pooled.
        name: Model that is the base.
    """
    if base.empty:
        return {"differences": [], "uncompared": []}
    pooled = [by_question_and_task(one, tasks) for one in (table, base)]
    differences, uncompared = [], []
    for key, rows, other in [*_pairs(table, base, CELL), *_pairs(pooled[0], pooled[1], POOLED)]:
        said = {"task": None, **{name: part for name, part in key.items() if name != "version"}, "base": name}
        differs = ["asked"] if other is None else unlike(rows, other)
        if other is None or differs:
            uncompared.append({**said, "differs": differs})
        else:
            differences.append({**said, "estimate": _difference(rows, other).as_dict()})
    return {"differences": differences, "uncompared": uncompared}


def by_question_and_task(table: "pd.DataFrame", tasks: list[str]) -> "pd.DataFrame":
    """Answers of several tasks whose questions, and how they were asked, carry the task's name."""
    rows = table[table["task"].isin(tasks)]
    return rows.assign(**{by: rows["task"] + "|" + rows[by] for by in ("cluster", "probe", *SHARED)})


def named(names: list[str], key: Any) -> dict[str, str]:
    """Parts of a key by name."""
    return {name: str(part) for name, part in zip(names, key, strict=True)}


def unlike(rows: "pd.DataFrame", other: "pd.DataFrame") -> list[str]:
    """What two arms should share and do not: `SHARED` in words, or `questions`."""
    found = []
    for name in SHARED:
        one, base = (set(part[name].dropna()) for part in (rows, other))
        if one != base:
            found.append(apart(one, base) if name == "decoding" else name.removesuffix("_sha256"))
    return found + (["questions"] if set(rows["probe"]) != set(other["probe"]) else [])


def _pairs(
    table: "pd.DataFrame", base: "pd.DataFrame", by: list[str]
) -> "Iterator[tuple[dict[str, str], pd.DataFrame, pd.DataFrame | None]]":
    bases = {key: rows for key, rows in base.groupby(by, sort=True)}
    for key, rows in table.groupby(by, sort=True):
        yield named(by, key), rows, bases.get(key)


def _difference(rows: "pd.DataFrame", other: "pd.DataFrame") -> Estimate:
    both = _judged(rows) & _judged(other)
    one, two = (part[part["cluster"].isin(both)] for part in (other, rows))
    return difference(_rate(one), _rate(two))


def _judged(rows: "pd.DataFrame") -> set[str]:
    """Questions with an answer that was judged: where one arm has none, the other's say nothing of a difference."""
    return set(rows.loc[rows["outcome"] != "unjudged", "cluster"])


def _rate(rows: "pd.DataFrame") -> Estimate:
    from ._summary import _estimates

    return _estimates(rows, TARGETS[0], 0.95)["misaligned_rate"]
