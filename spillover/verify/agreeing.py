"""A log holds some things in several places, such as samples, header and its first part. They must agree everywhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from spillover.common import LogError, counted, same, trouble
from spillover.logs import CARRIAGE, opened

from .evidence import ReadLog, Submission
from .invariants import Invariant

START = "_journal/start.json"
"""Part of a log that Inspect writes before the first question. It states what is going to run."""
RUN = (
    "config", "dataset", "eval_id", "model", "model_args", "model_base_url", "model_generate_config", "model_roles",
    "run_id", "task", "task_args", "task_args_passed", "task_id", "task_version",
)  # fmt: skip
"""Fields of the header's `eval` that a run never changes; scorers, tags and metadata may be edited with a history."""

ARGS = ("model_args", "args")
"""Fields that hold arguments of a model: of the model under test, and of models in roles."""


class WhatStandsTwiceAgrees(Invariant):
    """Question, system message, answer, prompt, reply, model and settings are the same wherever the log holds them."""

    fix = "give the log as its run wrote it"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        found: dict[str, list[str]] = {}
        for one in log.samples:
            for said in dict.fromkeys(one.contradictions):
                found.setdefault(said, []).append(f"{one.id}, epoch {one.epoch}")
        for said, where in found.items():
            yield f"{where[0]}: {said}" + (f" (and {counted(len(where) - 1, 'more sample')})" if len(where) > 1 else "")
        yield from _of_start(log)
        yield from _of_stats(log)


def _of_start(log: ReadLog) -> Iterator[str]:
    """The header at the end of the log names the run that its first part announced."""
    start = _start(log)
    if start is None:
        return
    header = log.source.header
    for name in RUN:
        before, now = (_known({name: (one.get("eval") or {}).get(name)}) for one in (start, header))
        if before != now and not same(before, now):
            yield f"the header's {name} differs from the one in {START}, written when the run began"
    plans = [_known({k: v for k, v in (one.get("plan") or {}).items() if k != "finish"}) for one in (start, header)]
    if not same(*plans):
        yield f"the header's plan (solver and settings) differs from the one in {START}, written when the run began"


def _known(value: Any) -> Any:
    """Plain data without fields that are empty, which Inspect writes or not, and settings of how requests travel."""
    if isinstance(value, Mapping):
        kept = {
            name: _known(_scalars(one) if name in ARGS else one) for name, one in value.items() if name not in CARRIAGE
        }
        return {name: one for name, one in kept.items() if one not in (None, {}, [])}
    return [_known(one) for one in value] if isinstance(value, list) else value


def _scalars(args: Any) -> Any:
    """Arguments of a model that are plain values: objects given from Python change while the run lasts."""
    plain = str | int | float | bool
    return {k: one for k, one in args.items() if isinstance(one, plain)} if isinstance(args, Mapping) else args


def _start(log: ReadLog) -> dict[str, Any] | None:
    if log.file.endswith(".json"):
        return None
    try:
        with opened(log.file) as archive:
            found = archive.part(START) if START in archive.names() else None
    except (ValueError, KeyError) as error:
        raise LogError(
            f"{log.file}: {START} cannot be read ({trouble(error)}); give the log as its run wrote it"
        ) from error
    return found if isinstance(found, dict) else None


def _of_stats(log: ReadLog) -> Iterator[str]:
    """The header counts tokens only of models to which a sample holds a request."""
    counted = set(((log.source.header.get("stats") or {}).get("model_usage")) or {})
    asked = {name for one in log.samples for name in one.asked}
    if asked and (other := sorted(counted - asked)):
        yield f"the header counts tokens of {other[0][:80]}, but no sample holds a request to this model"
