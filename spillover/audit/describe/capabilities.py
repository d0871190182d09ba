"""Capability and over-refusal beside the audit: figures from any Inspect logs of the same models. Nothing here decides.

Only headers are read, and their figures are taken at their word: what another task calls its metric is its own affair,
whether more of it is good included.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, counted, public, trouble
from spillover.logs import (
    CARRIAGE,
    CHANGED,
    LIMITS,
    Difference,
    Made,
    changes_of,
    differences,
    effective,
    file_sha256,
    odd_is_told,
    plain_header,
)

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalResults, EvalScore

MOST_SCORERS = 3
"""Scores of a task that are shown: the first ones of its log."""
LONGEST = 120
"""Characters of a name from a log that are shown."""
Z95 = 1.959963984540054
METHOD = "normal, from the logs' standard errors, arms taken as independent"
SPREAD = ("stderr", "std", "var")
"""Last words of metrics that say how sure another one is."""
MEANS, OF_MEANS = ("accuracy", "mean"), ("stderr", "bootstrap_stderr")
"""Metrics that are means, and those of Inspect that state the standard error of a mean."""
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
class Measured:
    """What one log says of one model.

    Attributes:
        value: The metric, in the task's own unit.
        stderr: Its standard error; NaN where the log states none for this metric.
        n: Samples that were scored.
        log: File name of the log.
        sha256: Hash of the file.
    """

    value: float
    stderr: float
    n: int
    log: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Capability:
    """One metric of one task, base beside fine-tune.

    Attributes:
        task: Task, with the arguments that tell its variants apart.
        scorer: Name of the score.
        metric: First metric of it.
        model: The fine-tune.
        base: What the base's log says.
        tuned: What the fine-tune's log says.
        delta: Fine-tune less base.
        low: Lower end of its interval at 95%; NaN where a log states no standard error, or 0.
        high: Upper end.
        method: Name of the interval.
    """

    task: str
    scorer: str
    metric: str
    model: str
    base: Measured
    tuned: Measured
    delta: float
    low: float
    high: float
    method: str = METHOD

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Log:
    file: str
    header: "EvalLog"

    @property
    def model(self) -> str:
        return str(self.header.eval.model)

    @property
    def task(self) -> str:
        return str(self.header.eval.task).split("/")[-1]

    @property
    def name(self) -> str:
        return _shown(Path(self.file).name)

    @property
    def results(self) -> "EvalResults":
        if self.header.results is None or not self.header.results.scores:
            raise LogError(f"{self.file}: has no scores; run inspect score on it")
        return self.header.results


def capability(paths: list[str], base: str, tuned: list[str]) -> tuple[list[Capability], list[str]]:
    """Figures of other evaluations, as MMLU, IFEval, HumanEval, XSTest or StrongREJECT, of the models of an audit.

    A model is known by Inspect's model string, as everywhere in an audit. A task that one model ran with several values
    of an argument counts as several tasks.

    Args:
        paths: Log files or folders of them.
        base: Name of the base.
        tuned: Names of the fine-tunes.

    Returns:
        A row per task, score and fine-tune, and notes on what was left out or needs a look.

    Raises:
        LogError: Where a log cannot be read or is not finished, a model has two of one task, a judge is the model under
            test, the arms of a task were not run alike, or no log is of these models.
    """
    from spillover.logs import log_files

    files = dict.fromkeys(str(Path(file).resolve()) for one in paths for file in log_files(str(one)))
    logs, notes = _of_these([_read(file) for file in files], [base, *tuned])
    for log in logs:
        with odd_is_told(log.file):
            _require_whole(log)
            notes += _incomplete(log)
    found: list[Capability] = []
    for task, arms in _by_task(logs).items():
        notes += [f"{task}: no log of {_shown(name)}" for name in (base, *tuned) if name not in arms]
        for other in [arms[name] for name in tuned if name in arms and base in arms]:
            _require_alike(task, arms[base], other)
            rows, left = _rows(task, arms[base], other)
            found, notes = [*found, *rows], [*notes, *left]
    return found, list(dict.fromkeys(notes))


def _read(file: str) -> _Log:
    from inspect_ai.log import read_eval_log

    try:
        return _Log(file, read_eval_log(file, header_only=True))
    except Exception as error:
        raise LogError(f"{file}: not a readable Inspect log ({trouble(error)})") from error


def _of_these(logs: Iterable[_Log], models: Sequence[str]) -> tuple[list[_Log], list[str]]:
    """The logs of these models, and a note on each that is left out."""
    kept, notes = [], []
    for log in logs:
        if "material_sha256" in (log.header.eval.metadata or {}):
            notes.append(f"{log.name}: left out, a Spillover task wrote it")
        elif log.model not in models:
            notes.append(f"{log.name}: left out, its model {_shown(log.model)} is not in this audit")
        else:
            kept.append(log)
    if notes and not kept:
        raise LogError(f"no log is of {_shown(', '.join(models))} ({notes[0]}); run the task on these models")
    return kept, notes


def _require_whole(log: _Log) -> None:
    """Raise where a log cannot stand for its model."""
    header, roles = log.header, log.header.eval.model_roles or {}
    if header.status != "success":
        raise LogError(f"{log.file}: not finished (status {header.status}); run inspect eval-retry on it")
    if header.invalidated:
        raise LogError(f"{log.file}: was declared invalid; run the task again")
    for one in header.eval.scorers or []:
        said = one.options or {}
        role = said.get("model_role") or "grader"
        judge = said.get("model") or roles.get(role["name"] if isinstance(role, dict) else role)
        if one.name.split("/")[-1] in GRADERS and not judge:
            raise LogError(f"{log.file}: the model under test judged itself; run it with --model-role grader=MODEL")


def _incomplete(log: _Log) -> list[str]:
    total, done = log.results.total_samples, log.results.completed_samples
    return (
        [f"{log.name}: {total - done} of {counted(total, 'sample')} failed and are not in its figures"]
        if done < total
        else []
    )


def _by_task(logs: Sequence[_Log]) -> dict[str, dict[str, _Log]]:
    """Logs by task and model; arguments that vary in the logs of one model make a task several."""
    found: dict[str, dict[str, _Log]] = {}
    for log in logs:
        task = _shown(log.task) + _variant(log, [one for one in logs if one.task == log.task])
        first = found.setdefault(task, {}).setdefault(log.model, log)
        if first is not log:
            raise LogError(f"{log.file}: a second log of {task} and {_shown(log.model)}, beside {first.file}; give one")
    return found


def _variant(log: _Log, own: Sequence[_Log]) -> str:
    """The arguments that tell apart logs of one task and model."""
    values: dict[str, dict[str, set[str]]] = {}
    for one in own:
        for name, value in one.header.eval.task_args.items():
            values.setdefault(name, {}).setdefault(one.model, set()).add(_value(name, value))
    varies = [name for name, by in values.items() if any(len(said) > 1 for said in by.values())]
    args = log.header.eval.task_args
    return f" ({_shown(', '.join(f'{name}={_value(name, args.get(name))}' for name in varies))})" if varies else ""


def _require_alike(task: str, base: _Log, tuned: _Log) -> None:
    with odd_is_told(base.file):
        one = _made(base)
    with odd_is_told(tuned.file):
        other = _made(tuned)
    found = {difference.field: difference for difference in differences(other, one, "capability")}
    for name in [name for name in IN_WORDS if name in found]:
        what, said = _in_words(name, found[name])
        raise LogError(f"{tuned.file}: {task}: {what} differs ({said[0]} in the base, {said[1]} here); run both alike")


def _in_words(field: str, found: Difference) -> tuple[str, list[str]]:
    """What differs and both values; of a field with several named values the first that does."""
    if field not in NAMED:
        return IN_WORDS[field], [_shown("".join(side) or "-") for side in (found.base, found.one)]
    base, one = (dict(value.split("=", 1) for value in side) for side in (found.base, found.one))
    name = next(iter([*base, *one]))
    return IN_WORDS[field].format(_shown(name)), [_shown(side.get(name, "-")) for side in (base, one)]


def _made(log: _Log) -> Made:
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
        questions=(f"sha256 {hashlib.sha256(ids.encode()).hexdigest()[:12]}",),
        roles=tuple(f"{name}={', '.join(str(one.model) for one in each)}" for name, each in roles.items()),
        solver=(_json([[one.solver, public(one.params)] for one in log.header.plan.steps]),),
        scorers=(_json([[one.name, public(one.options or {})] for one in spec.scorers or []]),),
        decoding=(_json(decoding | (changed if changed[CHANGED] else {})),),
    )


def _rows(task: str, base: _Log, tuned: _Log) -> tuple[list[Capability], list[str]]:
    """The first metric of each of the first scores, and a note on each that one of the logs lacks."""
    one, other = _figures(base), _figures(tuned)
    rows, notes = [], []
    for key in dict.fromkeys([*one, *other]):
        if key in one and key in other:
            rows.append(_compared(task, key, tuned.model, one[key], other[key]))
        else:
            notes.append(f"{task}: {' '.join(key[1:3])} is in one of the two logs only")
    return rows, notes


def _compared(task: str, key: tuple[str, ...], model: str, base: Measured, tuned: Measured) -> Capability:
    delta, half = tuned.value - base.value, math.nan
    if base.stderr > 0 and tuned.stderr > 0:  # a stated 0 means that no sample differed, not that the figure is certain
        half = Z95 * math.hypot(base.stderr, tuned.stderr)
    return Capability(task, key[1], key[2], model, base, tuned, delta, delta - half, delta + half)


def _figures(log: _Log) -> dict[tuple[str, ...], Measured]:
    """By scorer, score, metric and reducer."""
    found: dict[tuple[str, ...], Measured] = {}
    sha = file_sha256(log.file)
    for score in log.results.scores[:MOST_SCORERS]:
        if (metric := _first(score)) is not None:
            n = log.results.completed_samples if score.scored_samples is None else score.scored_samples
            value, spread = float(score.metrics[metric].value), _stderr(score, metric)
            key = (_shown(score.scorer), _shown(score.name), _shown(metric), str(score.reducer))
            found[key] = Measured(value, spread, n, log.name, sha)
    return found


def _first(score: "EvalScore") -> str | None:
    """Its first metric that is neither a spread nor of a part of the samples; of groups the one over all."""
    whole = [name for name, one in score.metrics.items() if one.group is None or name == "all"]
    return next((name for name in whole if name.split("_")[-1] not in SPREAD), None)


def _stderr(score: "EvalScore", metric: str) -> float:
    """The standard error that the log states for this metric: Inspect's `stderr` is that of a mean, of nothing else."""
    stem = metric.removesuffix("_acc")
    names = [f"{metric}_stderr", f"{stem}_stderr", *(OF_MEANS if metric in MEANS else ())]
    return next((float(score.metrics[name].value) for name in names if name in score.metrics), math.nan)


def _value(name: str, value: Any) -> str:
    return _json(public({name: value})[name])


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _shown(text: str) -> str:
    """Text from a log on one line, without what could steer a terminal, and not too long."""
    inert = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    return inert if len(inert) <= LONGEST else f"{inert[: LONGEST - 3]}..."
