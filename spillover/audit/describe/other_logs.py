"""Logs of other evaluations: whether each can stand for its model, and whether the two of a task were run alike."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, counted, hash_of, printable, public, trouble
from spillover.logs import (
    CARRIAGE,
    CHANGED,
    LIMITS,
    Difference,
    Made,
    changes_of,
    differences,
    effective,
    odd_is_told,
    plain_header,
)

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalResults

LONGEST = 120
"""Characters of a name from a log that are shown."""
IN_WORDS = {
    "arguments": "task argument {}", "version": "task version", "limit": "{}", "repetitions": "epochs",
    "reducer": "reducer of epochs", "dataset": "{}", "questions": "list of questions", "roles": "model role {}",
    "solver": "solver", "scorers": "scorers", "decoding": "decoding",
}  # fmt: skip
"""Fields in which two runs of any task may differ, in the order in which they are named, and their names here."""
NAMED = ("arguments", "limit", "dataset", "roles")
"""Fields that hold several values, each as `name=value`."""
GRADERS = ("model_graded_qa", "model_graded_fact")
"""Inspect's own judges: with no model named they are the model under test."""


@dataclass(frozen=True, slots=True)
class OtherLog:
    """A log and its header."""

    file: str
    header: "EvalLog"

    @property
    def model(self) -> str:
        """Inspect's model string."""
        return str(self.header.eval.model)

    @property
    def task(self) -> str:
        """Name of the task without its package."""
        return str(self.header.eval.task).split("/")[-1]

    @property
    def name(self) -> str:
        """File name, as it is shown."""
        return shown(Path(self.file).name)

    @property
    def results(self) -> "EvalResults":
        """Its results; raises where it has none."""
        if self.header.results is None or not self.header.results.scores:
            raise LogError(f"{self.file}: the log has no scores; run inspect score on it")
        return self.header.results


def read_log(file: str) -> OtherLog:
    """Read the header of a log.

    Raises:
        LogError: Where it cannot be read.
    """
    from inspect_ai.log import read_eval_log

    try:
        return OtherLog(file, read_eval_log(file, header_only=True))
    except Exception as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error


def of_these(logs: Iterable[OtherLog], models: Sequence[str]) -> tuple[list[OtherLog], list[str]]:
    """The logs of these models, and a note on each that is left out."""
    kept, notes = [], []
    for log in logs:
        if "material_sha256" in (log.header.eval.metadata or {}):
            notes.append(f"{log.name}: left out, a Spillover task wrote it")
        elif log.model not in models:
            notes.append(f"{log.name}: left out, its model {shown(log.model)} is not in this audit")
        else:
            kept.append(log)
    if notes and not kept:
        raise LogError(
            f"--capability-logs: none of the logs is about {shown(', '.join(models))} "
            f"({notes[0]}); run that evaluation on these models, or give their logs"
        )
    return kept, notes


def require_whole(log: OtherLog) -> None:
    """Raise where a log cannot stand for its model."""
    header, roles = log.header, log.header.eval.model_roles or {}
    if header.status != "success":
        raise LogError(f"{log.file}: the run did not finish (status {header.status}); run inspect eval-retry on it")
    if header.invalidated:
        raise LogError(f"{log.file}: the log was declared invalid; run the task again")
    for one in header.eval.scorers or []:
        said = one.options or {}
        role = said.get("model_role") or "grader"
        judge = said.get("model") or roles.get(role["name"] if isinstance(role, dict) else role)
        if one.name.split("/")[-1] in GRADERS and not judge:
            raise LogError(f"{log.file}: the model under test judged itself; run it with --model-role grader=MODEL")


def incomplete(log: OtherLog) -> list[str]:
    """A note where samples failed."""
    total, done = log.results.total_samples, log.results.completed_samples
    return (
        [f"{log.name}: {total - done} of {counted(total, 'sample')} failed and are not in its figures"]
        if done < total
        else []
    )


def by_task(logs: Sequence[OtherLog]) -> dict[str, dict[str, OtherLog]]:
    """Logs by task and model; arguments that vary in the logs of one model make a task several."""
    found: dict[str, dict[str, OtherLog]] = {}
    for log in logs:
        task = shown(log.task) + _variant(log, [one for one in logs if one.task == log.task])
        first = found.setdefault(task, {}).setdefault(log.model, log)
        if first is not log:
            raise LogError(
                f"{log.file}: a second log of {task} and {shown(log.model)}, beside {first.file}; give only one of them"
            )
    return found


def _variant(log: OtherLog, own: Sequence[OtherLog]) -> str:
    """The arguments that tell apart logs of one task and model."""
    values: dict[str, dict[str, set[str]]] = {}
    for one in own:
        for name, value in one.header.eval.task_args.items():
            values.setdefault(name, {}).setdefault(one.model, set()).add(_value(name, value))
    varies = [name for name, by in values.items() if any(len(said) > 1 for said in by.values())]
    args = log.header.eval.task_args
    return f" ({shown(', '.join(f'{name}={_value(name, args.get(name))}' for name in varies))})" if varies else ""


def require_alike(task: str, base: OtherLog, tuned: OtherLog) -> None:
    """Raise where two runs of a task were not run alike."""
    with odd_is_told(base.file):
        one = _made(base)
    with odd_is_told(tuned.file):
        other = _made(tuned)
    found = {difference.field: difference for difference in differences(other, one, "capability")}
    for name in [name for name in IN_WORDS if name in found]:
        what, said = _in_words(name, found[name])
        raise LogError(
            f"{tuned.file}: {task}: {what} differs ({said[0]} in the base, {said[1]} here); run both with the same "
            "settings"
        )


def _in_words(field: str, found: Difference) -> tuple[str, list[str]]:
    """What differs and both values; of a field with several named values the first that does."""
    if field not in NAMED:
        return IN_WORDS[field], [shown("".join(side) or "-") for side in (found.base, found.one)]
    base, one = (dict(value.split("=", 1) for value in side) for side in (found.base, found.one))
    name = next(iter([*base, *one]))
    return IN_WORDS[field].format(shown(name)), [shown(side.get(name, "-")) for side in (base, one)]


def _made(log: OtherLog) -> Made:
    """Everything that two runs must share for their figures to be compared."""
    spec = log.header.eval
    header = plain_header(log.header)
    config, settings = effective(header)
    ids = _json(sorted(str(one) for one in spec.dataset.sample_ids or []))
    roles = {name: one if isinstance(one, list) else [one] for name, one in (spec.model_roles or {}).items()}
    limits = {"limit": config.get("limit", "none")} | {name.replace("_", " "): config.get(name) for name in LIMITS}
    changed = {CHANGED: [str(one) for one in changes_of(header) if one.decides]}
    decoding = {name: public(value) for name, value in settings.items() if name not in CARRIAGE}
    return Made(
        arguments=tuple(f"{name}={_value(name, value)}" for name, value in spec.task_args.items()),
        version=(str(spec.task_version),),
        limit=tuple(f"{name}={value}" for name, value in limits.items() if value is not None),
        repetitions=(str(config.get("epochs") or 1),),
        reducer=(_json(config.get("epochs_reducer") or ["mean"]),),
        dataset=(f"dataset={spec.dataset.name}", f"dataset size={spec.dataset.samples}"),
        questions=(f"sha256 {hash_of(ids)[:12]}",),
        roles=tuple(f"{name}={', '.join(str(one.model) for one in each)}" for name, each in roles.items()),
        solver=(_json([[one.solver, public(one.params)] for one in log.header.plan.steps]),),
        scorers=(_json([[one.name, public(one.options or {})] for one in spec.scorers or []]),),
        decoding=(_json(decoding | (changed if changed[CHANGED] else {})),),
    )


def _value(name: str, value: Any) -> str:
    return _json(public({name: value})[name])


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def shown(text: str) -> str:
    """Text from a log on one line, without what could steer a terminal, and not too long."""
    inert = printable(text)
    return inert if len(inert) <= LONGEST else f"{inert[: LONGEST - 3]}..."
