"""Making a record out of logs: every figure of one model, and what it was made of."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover import __version__
from spillover.errors import LogError
from spillover.estimate import MEANS, RATES, Estimate, difference
from spillover.estimate._two_arms import smallest_between

from ._archive import found_logs, odd_is_told
from ._ingest import table_of
from ._record import SCHEMA, Record, digest, finite
from ._secrets import public
from ._source import LogSource, log_source
from ._store import TARGETS
from ._verdict import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

CELL = ["task", "version", "split", "language", "condition"]
POOLED = ["split", "language", "condition"]
SHARED = ("judge", "form", "rubrics")
"""Columns whose values two arms must share to be compared, beside the questions."""


def record(
    logs: str | Path | Sequence[str | Path],
    *,
    base: str | Path | Sequence[str | Path] | None = None,
    finetune: dict[str, Any] | None = None,
    manifest: dict[str, Any] | None = None,
    among: Sequence[str] | None = None,
) -> Record:
    """Make the record of the one model in logs.

    Args:
        logs: Log files or folders of them.
        base: Logs of its base, for the differences.
        finetune: The fine-tune record, as plain data.
        manifest: Manifest of the run, as plain data.
        among: Tasks that are pooled; all where None, or where none of them was run.

    Raises:
        LogError: Where logs cannot be read, are of several models, or contradict one another.
    """
    (name, own), *others = _by_model(logs)
    if others:
        raise LogError(f"the logs hold {1 + len(others)} models ({name}, {others[0][0]}); give the logs of one")
    under = _by_model(base) if base is not None else []
    if len(under) > 1 or (under and under[0][0] == name):
        raise LogError(f"the base logs must hold one model that is not {name}; they hold {under[0][0]}")
    with odd_is_told(own[0].file):
        return _record(own, under[0][1] if under else [], finetune, manifest, among)


def records(
    logs: str | Path | Sequence[str | Path], *, among: Sequence[str] | None = None, **given: Any
) -> list[Record]:
    """One record per model in logs, in the order of their names; arguments as for `record`."""
    return [record([one.file for one in own], among=among, **given) for _, own in _by_model(logs)]


def _by_model(given: str | Path | Sequence[str | Path]) -> list[tuple[str, list[LogSource]]]:
    paths = [given] if isinstance(given, str | Path) else list(given)
    named = {str(Path(one)) for one in paths}
    files = list(dict.fromkeys(file for one in paths for file in found_logs(one)))
    sources = [source for file in files if (source := log_source(file, file in named)) is not None]
    if not sources:
        raise LogError(f"{paths[0] if paths else 'no logs'}: none of {len(files)} logs is from a Spillover task")
    runs: dict[str, str] = {}
    for source in sources:
        if (first := runs.setdefault(source.run, source.file)) != source.file:
            raise LogError(f"{source.file}: the same run as {first}; give each run once")
    found: dict[str, list[LogSource]] = {}
    for source in sorted(sources, key=lambda one: (one.created, one.sha256)):
        found.setdefault(source.model, []).append(source)
    return sorted(found.items())


def _record(
    own: list[LogSource],
    under: list[LogSource],
    finetune: dict[str, Any] | None,
    manifest: dict[str, Any] | None,
    among: Sequence[str] | None,
) -> Record:
    for source in [*own, *under]:
        _no_stopped_run(source)
    tables = {source.sha256: _table(source) for source in [*own, *under]}
    table, base = (_together([tables[one.sha256] for one in part]) for part in (own, under))
    asked = set(table["task"])
    pooled = sorted(asked & set(among or asked)) or sorted(asked)
    said = _distinct(table["judge"], but="check")
    data = {
        "schema": SCHEMA,
        "spillover": __version__,
        "created": max(source.created for source in own),
        "model": {
            "name": own[0].model,
            "args": _public(own[0].header["eval"].get("model_args") or {}),
            "returned": sorted({name for source in own for name in source.returned()}),
        },
        "base": under[0].model if under else None,
        "finetune": finetune,
        "finetune_sha256": None if finetune is None else digest(finetune),
        "dataset": {"versions": _versions(own)},
        "judge": {
            "name": " and ".join(said) or None,
            "returned": _distinct(table["judge_returned"]),
            "form": _distinct(table["form"], but="check"),
            "rubrics": sorted({label for source in own for label in source.rubrics()}),
            "card": None,
        },
        "results": _results(table, own),
        "pooled": _pooled(table, pooled),
        "differences": _differences(table, base, pooled, under[0].model if under else ""),
        "logs": [_entry(source, tables[source.sha256]) for source in [*own, *under]],
        "origins": _origins(table),
        "manifest": manifest,
    }
    data = finite(data, own[0].file)
    return Record({**data, "content_sha256": digest(data)})


def _no_stopped_run(source: LogSource) -> None:
    """Refuse draws of an audit that may stop early: when to stop followed from the answers, so rates are not fair."""
    asked = source.header["eval"]
    if str(asked.get("task", "")).split("/")[-1] == "draws" and not (asked.get("task_args") or {}).get("balanced"):
        raise LogError(
            f"{source.file}: is part of an audit that may stop early, and its rates look more extreme than they are; "
            "record a spillover run, or an audit with --all-draws"
        )


def content_hash(rows: "pd.DataFrame") -> str:
    """Hash over (task, condition, probe, epoch, answer): zipping a log anew, or renaming its model, keeps it."""
    cells = rows[["task", "condition", "probe", "epoch", "answer_sha256"]].astype(str)
    return hashlib.sha256(repr(sorted(map(tuple, cells.to_numpy()))).encode()).hexdigest()


def _table(source: LogSource) -> "pd.DataFrame":
    table = table_of(source.file)
    if not scores_in_range(table):
        raise LogError(f"{source.file}: a score lies outside 0 to 100; see which with spillover verify")
    return table.assign(version=[source.version_of(task) for task in table["task"]], log_sha256=source.sha256)


def scores_in_range(table: "pd.DataFrame") -> bool:
    """Whether every score is 0 to 100 or absent: no mean is taken of others."""
    scores = table[["alignment", "coherence"]].astype(float)
    return bool((scores.isna() | ((scores >= 0) & (scores <= 100))).all(axis=None))


def _together(tables: "list[pd.DataFrame]") -> "pd.DataFrame":
    import pandas as pd

    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _results(table: "pd.DataFrame", logs: list[LogSource]) -> list[dict[str, Any]]:
    material = {log.sha256: log.material for log in logs}
    found = []
    for key, rows in table.groupby(CELL, sort=True):
        hashes = {material[sha] for sha in rows["log_sha256"].unique()}
        if len(hashes) > 1:
            raise LogError(
                f"{rows['log'].iloc[0]}: {key[0]} under condition {key[-1]} was asked in two ways (their material "
                "hashes differ); make a record of each"
            )
        found.append({**_named(CELL, key), **_figures(rows), "material_sha256": hashes.pop()})
    return found


def _pooled(table: "pd.DataFrame", tasks: list[str]) -> list[dict[str, Any]]:
    return [
        {**_named(POOLED, key), "tasks": sorted(rows["task"].unique()), **_figures(rows)}
        for key, rows in _by_question_and_task(table, tasks).groupby(POOLED, sort=True)
    ]


def _by_question_and_task(table: "pd.DataFrame", tasks: list[str]) -> "pd.DataFrame":
    rows = table[table["task"].isin(tasks)]
    return rows.assign(**{by: rows["task"] + "|" + rows[by] for by in ("cluster", "probe")})


def _named(names: list[str], key: Any) -> dict[str, str]:
    return {name: str(part) for name, part in zip(names, key, strict=True)}


def _figures(rows: "pd.DataFrame") -> dict[str, Any]:
    from ._summary import _estimates

    both = {target: _estimates(rows, target, 0.95) for target in TARGETS}
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


def _differences(table: "pd.DataFrame", base: "pd.DataFrame", tasks: list[str], name: str) -> list[dict[str, Any]]:
    """Fine-tune less base, of each cell and pooled (`task` is null), where both were asked and judged alike."""
    if base.empty:
        return []
    by_cell = _compared(table, base, CELL)
    pooled = _compared(_by_question_and_task(table, tasks), _by_question_and_task(base, tasks), POOLED)
    return [{"task": None, **key, "base": name, "estimate": found.as_dict()} for key, found in [*by_cell, *pooled]]


def _compared(table: "pd.DataFrame", base: "pd.DataFrame", by: list[str]) -> list[tuple[dict[str, Any], Estimate]]:
    found = []
    bases = {key: rows for key, rows in base.groupby(by, sort=True)}
    for key, rows in table.groupby(by, sort=True):
        other = bases.get(key)
        if other is not None and _alike(rows, other):
            named = {name: part for name, part in _named(by, key).items() if name != "version"}
            both = _judged(rows) & _judged(other)
            one, two = (part[part["cluster"].isin(both)] for part in (other, rows))
            found.append((named, difference(_rate(one), _rate(two))))
    return found


def _judged(rows: "pd.DataFrame") -> set[str]:
    """Questions with an answer that was judged: where one arm has none, the other's say nothing of a difference."""
    return set(rows.loc[rows["outcome"] != "unjudged", "cluster"])


def _alike(rows: "pd.DataFrame", other: "pd.DataFrame") -> bool:
    judged = all(set(rows[name].dropna()) == set(other[name].dropna()) for name in SHARED)
    return judged and set(rows["cluster"]) == set(other["cluster"])


def _rate(rows: "pd.DataFrame") -> Estimate:
    from ._summary import _estimates

    return _estimates(rows, TARGETS[0], 0.95)["misaligned_rate"]


def _entry(source: LogSource, table: "pd.DataFrame") -> dict[str, Any]:
    return {
        "log": Path(source.file).name,
        "sha256": source.sha256,
        "content_sha256": content_hash(table),
        "model": source.model,
        "task": source.task,
        "version": source.version,
        "condition": source.condition,
        "material_sha256": source.material,
        "created": source.created,
        "url": None,
    }


def _versions(logs: list[LogSource]) -> list[Any]:
    said = {json.dumps(log.facts.get("dataset") or {}, sort_keys=True) for log in logs}
    return [json.loads(one) for one in sorted(said)]


def _origins(table: "pd.DataFrame") -> list[str]:
    answers = [f"answers: {one}" for one in _distinct(table["origin"])]
    return answers + [f"verdicts: {one}" for one in _distinct(table["judge_origin"])]


def _distinct(column: "pd.Series[Any]", but: str | None = None) -> list[str]:
    return sorted(str(one) for one in column.dropna().unique() if one != but and one != "")


def _public(args: Any) -> Any:
    """Arguments without what looks like a secret, paths without where they lie."""
    return public(args)
