"""Making a record out of logs: every figure of one model, and what it was made of."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover import __version__
from spillover.common import METHODS, LogError, counted, digest, finite, public
from spillover.logs import LogSource, Returned, declared, made_of_rows, odd_is_told, refuse_twice, served_of

from .compared import compared
from .figures import distinct, pooled, results
from .measured_logs import MeasuredLog, by_model, content_hash, measured, named_model, no_stopped_run, together
from .model import SCHEMA, Record

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
    (name, own), *others = by_model(logs)
    if others:
        raise LogError(
            f"the logs hold {counted(1 + len(others), 'model')} ({name}, {others[0][0]}); give the logs of one"
        )
    under = by_model(base) if base is not None else []
    if len(under) > 1 or (under and under[0][0] == name):
        raise LogError(
            f"the base logs must hold one model that is not {name}; they hold {under[0][0]}; give those of the base"
        )
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
    found = dict(by_model(logs))
    if base_model is not None:
        there = found if base is None else dict(by_model(base))
        name = named_model(base_model, there)
        base = [one.file for one in there[name]]
        found.pop(name, None)
        if not found:
            raise LogError(f"the logs hold only the base, {name}; give those of a fine-tune too")
    return [record([one.file for one in own], base=base, **given) for own in found.values()]


def _record(
    own: list[LogSource],
    under: list[LogSource],
    free: dict[str, Any],
    among: Sequence[str] | None,
) -> Record:
    for source in [*own, *under]:
        no_stopped_run(source)
    arm, base = [measured(one) for one in own], [measured(one) for one in under]
    table, other = together(arm), together(base)
    figures = results(table, arm)
    for rows in (table, other):
        refuse_twice(rows, pooled=True)
    asked = set(table["task"])
    tasks = sorted(asked & set(among or asked)) or sorted(asked)
    told = {one.source.sha256: declared(one.source.said, one.table["task"].unique()) for one in [*arm, *base]}
    base_name = under[0].model if under else None
    data = {
        "schema": SCHEMA,
        "spillover": __version__,
        "methods": METHODS,
        "created": max(source.created for source in own),
        "model": _model(arm),
        "base": base_name,
        "served": [one.as_dict() for one in served_of(_returned(arm), _returned(base))],
        **free,
        "finetune_sha256": None if free["finetune"] is None else digest(free["finetune"]),
        "dataset": {"versions": _versions(own)},
        "judge": _judge(table, arm),
        "results": figures,
        "pooled": pooled(table, tasks),
        **compared(table, other, tasks, base_name, told),
        "logs": [_entry(one) for one in [*arm, *base]],
        "origins": _origins(table),
    }
    data = finite(data, file=own[0].file)
    return Record({**data, "content_sha256": digest(data)})


def _model(arm: Sequence[MeasuredLog]) -> dict[str, Any]:
    source = arm[0].source
    return {
        "name": source.model,
        "args": public_arguments(source.header["eval"].get("model_args") or {}),
        "returned": sorted({name for one in arm for name in one.facts.returned[""]}),
        "not_sent": sorted({said for one in arm for said in one.facts.not_sent}),
    }


def _returned(logs: Sequence[MeasuredLog]) -> list[tuple[LogSource, Returned]]:
    return [(one.source, one.facts.returned) for one in logs]


def _judge(table: "pd.DataFrame", arm: Sequence[MeasuredLog]) -> dict[str, Any]:
    return {
        "name": " and ".join(distinct(table["judge"], but="check")) or None,
        "panel": list(made_of_rows(table).panel or ()),
        "returned": distinct(table["judge_returned"]),
        "form": distinct(table["form"], but="check"),
        "rubrics": sorted({label for one in arm for label in one.facts.rubrics}),
        "card": None,
    }


def _entry(log: MeasuredLog) -> dict[str, Any]:
    source = log.source
    return {
        "log": Path(source.file).name,
        "sha256": source.sha256,
        "content_sha256": content_hash(log.table),
        "model": source.model,
        "task": source.task,
        "version": source.version,
        "condition": source.condition,
        "material_sha256": source.material,
        "created": source.created,
        **{name: said for name, said in log.account.as_dict().items() if name in ACCOUNT},
        "url": None,
    }


def _versions(logs: list[LogSource]) -> list[Any]:
    said = {json.dumps(log.facts.get("dataset") or {}, sort_keys=True) for log in logs}
    return [json.loads(one) for one in sorted(said)]


def _origins(table: "pd.DataFrame") -> list[str]:
    answers = [f"answers: {one}" for one in distinct(table["origin"])]
    return answers + [f"verdicts: {one}" for one in distinct(table["judge_origin"])]


def public_arguments(args: Any) -> Any:
    """Arguments without what looks like a secret, paths without where they lie."""
    return public(args)
