"""Making a record out of logs: every figure of one model, and what it was made of."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover import __version__
from spillover.common import METHODS, OUTCOMES, LogError, counted, public
from spillover.estimate import MEANS, RATES, smallest_between
from spillover.logs import (
    Account,
    LogSource,
    attempt_of,
    declared,
    found_logs,
    frame_of,
    log_rows,
    log_source,
    made_of_rows,
    names_returned,
    odd_is_told,
    refuse_twice,
    refuse_unfinished,
    served_of,
    standing,
)
from spillover.results import TARGETS

from .compared import CELL, POOLED, by_question_and_task, compared, named
from .model import SCHEMA, Record, digest, finite

if TYPE_CHECKING:
    import pandas as pd

ACCOUNT = ("status", "planned", "finished", "failed", "invalidated")
"""What a record says of each log's plan: how its run ended, and answers planned, finished, failed, declared invalid."""


def record(
    logs: str | Path | Sequence[str | Path],
    *,
    base: str | Path | Sequence[str | Path] | None = None,
    finetune: dict[str, Any] | None = None,
    base_differs: str | None = None,
    manifest: dict[str, Any] | None = None,
    among: Sequence[str] | None = None,
) -> Record:
    """Make the record of the one model in logs.

    Args:
        logs: Log files or folders of them.
        base: Logs of its base, for the differences.
        finetune: The fine-tune record, as plain data.
        base_differs: Why it is compared with another base than the one that its fine-tune record declares.
        manifest: Manifest of the run, as plain data.
        among: Tasks that are pooled; all where None, or where none of them was run.

    Raises:
        LogError: Where logs cannot be read, are of several models, or contradict one another.
    """
    (name, own), *others = _by_model(logs)
    if others:
        raise LogError(
            f"the logs hold {counted(1 + len(others), 'model')} ({name}, {others[0][0]}); give the logs of one"
        )
    under = _by_model(base) if base is not None else []
    if len(under) > 1 or (under and under[0][0] == name):
        raise LogError(f"the base logs must hold one model that is not {name}; they hold {under[0][0]}")
    with odd_is_told(own[0].file):
        free = {"finetune": finetune, "base_differs": base_differs, "manifest": manifest}
        return _record(own, under[0][1] if under else [], free, among)


def records(
    logs: str | Path | Sequence[str | Path],
    *,
    base: str | Path | Sequence[str | Path] | None = None,
    base_model: str | None = None,
    **given: Any,
) -> list[Record]:
    """One record per model in logs, in the order of their names.

    Args:
        logs: Log files or folders of them.
        base: Logs of the base, for the differences.
        base_model: Model that is the base, or the end of its name: in `base`, or among `logs` where that is not
            given; it gets no record of its own.
        **given: See `record`.

    Raises:
        LogError: As `record`; where no model or several are called so, or there is no other.
    """
    found = dict(_by_model(logs))
    if base_model is not None:
        there = found if base is None else dict(_by_model(base))
        name = named_model(base_model, there)
        base = [one.file for one in there[name]]
        found.pop(name, None)
        if not found:
            raise LogError(f"the logs hold only the base, {name}; give those of a fine-tune too")
    return [record([one.file for one in own], base=base, **given) for own in found.values()]


def named_model(name: str, there: Iterable[str], what: str = "logs") -> str:
    """The model of that name, or the one whose name ends so.

    Args:
        name: Name, or its last part.
        there: Models that there are.
        what: What holds them.

    Raises:
        LogError: Where there is none, or more than one.
    """
    found = [one for one in there if name in (one, one.split("/")[-1])]
    if len(found) != 1:
        raise LogError(f"the {what} hold no one model {name!r}; there are {', '.join(there)}")
    return found[0]


def _by_model(given: str | Path | Sequence[str | Path]) -> list[tuple[str, list[LogSource]]]:
    paths = [given] if isinstance(given, str | Path) else list(given)
    named = {str(Path(one)) for one in paths}
    files = list(dict.fromkeys(file for one in paths for file in found_logs(one)))
    sources = [source for file in files if (source := log_source(file, file in named)) is not None]
    if not sources:
        raise LogError(
            f"{paths[0] if paths else 'no logs'}: none of {counted(len(files), 'log')} is from a Spillover task"
        )
    runs: dict[str, str] = {}
    for source in sources:
        if (first := runs.setdefault(source.run, source.file)) != source.file:
            raise LogError(f"{source.file}: the same run as {first}; give each run once")
    stands = standing((source.file, attempt_of(source.said)) for source in sources)
    sources = [source for source in sources if source.file not in stands.superseded]
    found: dict[str, list[LogSource]] = {}
    for source in sorted(sources, key=lambda one: (one.created, one.sha256)):
        found.setdefault(source.model, []).append(source)
    return sorted(found.items())


def _record(
    own: list[LogSource],
    under: list[LogSource],
    free: dict[str, Any],
    among: Sequence[str] | None,
) -> Record:
    for source in [*own, *under]:
        _no_stopped_run(source)
    read = {source.sha256: _read(source) for source in [*own, *under]}
    tables = {sha: table for sha, (table, _) in read.items()}
    table, base = (_together([tables[one.sha256] for one in part]) for part in (own, under))
    results = _results(table, own)
    for rows in (table, base):
        refuse_twice(rows, pooled=True)
    told = {one.sha256: declared(one.said, tables[one.sha256]["task"].unique()) for one in [*own, *under]}
    asked = set(table["task"])
    pooled = sorted(asked & set(among or asked)) or sorted(asked)
    said = _distinct(table["judge"], but="check")
    told_own = [(one, names_returned(one)) for one in own]
    data = {
        "schema": SCHEMA,
        "spillover": __version__,
        "methods": METHODS,
        "created": max(source.created for source in own),
        "model": {
            "name": own[0].model,
            "args": public_arguments(own[0].header["eval"].get("model_args") or {}),
            "returned": sorted({name for _, names in told_own for name in names[""]}),
            "not_sent": sorted({said for source in own for said in source.not_sent()}),
        },
        "base": under[0].model if under else None,
        "served": [one.as_dict() for one in served_of(told_own, [(one, names_returned(one)) for one in under])],
        **free,
        "finetune_sha256": None if free["finetune"] is None else digest(free["finetune"]),
        "dataset": {"versions": _versions(own)},
        "judge": {
            "name": " and ".join(said) or None,
            "panel": list(made_of_rows(table).panel or ()),
            "returned": _distinct(table["judge_returned"]),
            "form": _distinct(table["form"], but="check"),
            "rubrics": sorted({label for source in own for label in source.rubrics()}),
            "card": None,
        },
        "results": results,
        "pooled": _pooled(table, pooled),
        **compared(table, base, pooled, under[0].model if under else None, told),
        "logs": [_entry(source, *read[source.sha256]) for source in [*own, *under]],
        "origins": _origins(table),
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
    cells["condition"] = cells["condition"].str.partition(" (")[0]  # a format follows from the probe
    return hashlib.sha256(repr(sorted(map(tuple, cells.to_numpy()))).encode()).hexdigest()


def _read(source: LogSource) -> "tuple[pd.DataFrame, Account]":
    """Answers of a log that count, and what was planned in it.

    Raises:
        LogError: Where its run is not finished, or a score cannot be.
    """
    found = log_rows(source.file)
    assert found is not None
    refuse_unfinished([found.account])
    table = frame_of(found)
    if not scores_in_range(table):
        raise LogError(f"{source.file}: a score lies outside 0 to 100; see which with spillover verify")
    versions = [source.version_of(task) for task in table["task"]]
    return table.assign(version=versions, log_sha256=source.sha256), found.account


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
        found.append({**named(CELL, key), **_figures(rows), **_asked(key, rows), "material_sha256": hashes.pop()})
    return found


def _asked(key: Any, rows: "pd.DataFrame") -> dict[str, Any]:
    """Epochs of a cell, decoding and solver: one of each."""
    said = {name: _distinct(rows[name]) for name in ("decoding", "solver")}
    for name, values in said.items():
        if len(values) > 1:
            raise LogError(
                f"{rows['log'].iloc[0]}: {key[0]} under condition {key[-1]} was asked in two ways ({name} "
                f"{' and '.join(values)}); make a record of each"
            )
    epochs = int(rows["epoch"].max())
    return {"epochs": epochs, "decoding": json.loads(said["decoding"][0]), "solver": said["solver"][0]}


def _pooled(table: "pd.DataFrame", tasks: list[str]) -> list[dict[str, Any]]:
    return [
        {**named(POOLED, key), "tasks": sorted(rows["task"].unique()), **_figures(rows)}
        for key, rows in by_question_and_task(table, tasks).groupby(POOLED, sort=True)
    ]


def _figures(rows: "pd.DataFrame") -> dict[str, Any]:
    from spillover.results import estimates_of

    both = {target: estimates_of(rows, target, 0.95) for target in TARGETS}
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


def _entry(source: LogSource, table: "pd.DataFrame", account: Account) -> dict[str, Any]:
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
        **{name: said for name, said in account.as_dict().items() if name in ACCOUNT},
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


def public_arguments(args: Any) -> Any:
    """Arguments without what looks like a secret, paths without where they lie."""
    return public(args)
