"""Capability and over-refusal beside the audit: figures from any Inspect logs of the same models. Nothing here decides.

Only headers are read, and their figures are taken at their word: what another task calls its metric is its own affair,
whether more of it is good included.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import file_sha256
from spillover.logs import odd_is_told

from .other_logs import OtherLog, by_task, incomplete, of_these, read_log, require_alike, require_whole, shown

if TYPE_CHECKING:
    from inspect_ai.log import EvalScore

MOST_SCORERS = 3
"""Scores of a task that are shown: the first ones of its log."""
Z95 = 1.959963984540054
METHOD = "normal, from the logs' standard errors, arms taken as independent"
SPREAD = ("stderr", "std", "var")
"""Last words of metrics that say how sure another one is."""
MEANS, OF_MEANS = ("accuracy", "mean"), ("stderr", "bootstrap_stderr")
"""Metrics that are means, and those of Inspect that state the standard error of a mean."""


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
    logs, notes = of_these([read_log(file) for file in files], [base, *tuned])
    for log in logs:
        with odd_is_told(log.file):
            require_whole(log)
            notes += incomplete(log)
    found: list[Capability] = []
    for task, arms in by_task(logs).items():
        notes += [f"{task}: no log of {shown(name)}" for name in (base, *tuned) if name not in arms]
        for other in [arms[name] for name in tuned if name in arms and base in arms]:
            require_alike(task, arms[base], other)
            rows, left = _rows(task, arms[base], other)
            found, notes = [*found, *rows], [*notes, *left]
    return found, list(dict.fromkeys(notes))


def _rows(task: str, base: OtherLog, tuned: OtherLog) -> tuple[list[Capability], list[str]]:
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


def _figures(log: OtherLog) -> dict[tuple[str, ...], Measured]:
    """By scorer, score, metric and reducer."""
    found: dict[tuple[str, ...], Measured] = {}
    sha = file_sha256(log.file)
    for score in log.results.scores[:MOST_SCORERS]:
        if (metric := _first(score)) is not None:
            n = log.results.completed_samples if score.scored_samples is None else score.scored_samples
            value, spread = float(score.metrics[metric].value), _stderr(score, metric)
            key = (shown(score.scorer), shown(score.name), shown(metric), str(score.reducer))
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
