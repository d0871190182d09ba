"""Answers whose judge could not be reached are judged again where they are kept; no model is asked anything."""

from collections.abc import Sequence
from typing import Any

from spillover.common import LogError, watched, whole
from spillover.logs import JUDGE_ERROR, REMOVED, lost, opened
from spillover.plan import Model, Options

from .failed import file_of

NOBODY = "none/none"
"""Inspect's model that is never called: scoring needs a model under test, which is not loaded for it."""


def unheard(logged: Sequence[Any]) -> list[list[Any]]:
    """For each log the samples whose judge could not be reached.

    Args:
        logged: Headers of logs that were written to the end.
    """
    from inspect_ai.log import read_eval_log

    return [
        [one for one in read_eval_log(str(file_of(log))).samples or [] if lost(one)] if _in_doubt(log) else []
        for log in logged
    ]


def _in_doubt(log: Any) -> bool:
    """Whether a log may hold such samples, as its summaries say; one that was never written holds none."""
    file = file_of(log)
    if log.results is None or not file.is_file():
        return False
    try:
        with opened(str(file)) as archive:
            said = str([one.get("scores") for one in archive.part("summaries.json")])
    except (LogError, LookupError, TypeError, ValueError, AttributeError):
        return True
    return JUDGE_ERROR in said or REMOVED in said


def judge_again(log: Any, task: Any, judges: Sequence[Model], options: Options) -> None:
    """Judge the answers of a log again whose judge could not be reached; all else in it stays as it is.

    Args:
        log: Header of the log, whose file is rewritten.
        task: The task that it is a log of.
        judges: The judges; the task's own default where none.
        options: How.

    Raises:
        Interrupted: Where a signal came; the log is then as it was.
    """
    from inspect_ai import score
    from inspect_ai.log import read_eval_log, recompute_metrics, write_eval_log

    file = file_of(log)
    found = read_eval_log(str(file))
    left = [one for one in found.samples or [] if lost(one)]
    nobody = found.eval.model_copy(update={"model_roles": {}})  # else the judges of the log are loaded beside ours
    loaded = [judge.load(options.max_connections, options.call_retries) for judge in judges]
    with watched():
        scored = score(
            found.model_copy(update={"samples": left, "eval": nobody}),
            task.scorer,
            model=NOBODY,
            model_roles={"grader": loaded} if loaded else None,
            action="overwrite",
            display=options.display,  # type: ignore[arg-type]
        )
    new = {(one.id, one.epoch): one for one in scored.samples or []}
    _count(found, left, new)
    found.samples = [new.get((one.id, one.epoch), one) for one in found.samples or []]
    recompute_metrics(found)
    with whole(file) as part:
        write_eval_log(found, str(part), format="eval")


def _count(log: Any, before: Sequence[Any], after: dict[tuple[Any, int], Any]) -> None:
    """Add the usage of the new calls to the log and its samples: Inspect leaves calls of `score` out."""
    from inspect_ai.model import ModelUsage

    for sample in before:
        own = after[sample.id, sample.epoch]
        known = {event.uuid for event in sample.events}
        for event in own.events:
            if event.event != "model" or event.uuid in known or event.output.usage is None:
                continue
            for place in (log.stats.model_usage, own.model_usage):
                place[event.model] = place.get(event.model, ModelUsage()) + event.output.usage
            for place in (log.stats.role_usage, own.role_usage) if event.role else ():
                place[event.role] = place.get(event.role, ModelUsage()) + event.output.usage
