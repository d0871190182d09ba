"""Settings of a run, read from a log's header as plain data: how its model was asked, and what changed during the run.

They are read through Inspect's `effective_eval_config` and `effective_generate_config`. Importing this loads the
standard library only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spillover.common import hash_of, public

CARRIAGE = {
    "adaptive_connections", "attempt_timeout", "batch", "cache", "cache_prompt", "extra_headers", "logprobs",
    "max_connections", "max_retries", "timeout", "top_logprobs",
}  # fmt: skip
"""Settings of a run that decide how requests travel and what comes back with an answer, not what is answered."""
LIMITS = ("message_limit", "token_limit", "turn_limit", "time_limit", "working_limit", "cost_limit")
"""Limits of a run that can cut an answer off."""
OURS = ("spillover/ask", "spillover/ask_each")
"""Our solvers. They ask alike: the one a task's one condition, the other what each draw says."""
LONGEST = 80
"""Characters of a setting that are shown."""
CHANGED = "changed_during_run"
"""Name under which the decoding of a log holds settings that changed during its run."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that was changed while a run was going on.

    Attributes:
        config: `eval`, `generate` or `concurrency`.
        name: The setting.
        value: What it was set to; None where it was set back.
        previous: What it was before, as far as the log says.
    """

    config: str
    name: str
    value: Any
    previous: Any

    @property
    def decides(self) -> bool:
        """Whether it can change an answer, or which answers there are; how requests travel cannot."""
        if self.config == "generate":
            return self.name not in CARRIAGE
        return self.config == "eval" and self.name in (*LIMITS, "epochs", "limit", "sample_id")

    def __str__(self) -> str:
        return f"{self.name} from {shown(self.previous)} to {shown(self.value)}"


def effective(header: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration of the run and generation settings as the run ended, changes during the run included.

    What a run or task sets wins over what the model object brings, as in Inspect's `generate`.

    Args:
        header: Header of a log, as plain data.

    Raises:
        ValueError: Where the changes are not of the shape that Inspect writes.
    """
    spec = header["eval"]
    config = {name: one for name, one in (spec.get("config") or {}).items() if one is not None}
    parts = (spec.get("model_generate_config"), (header.get("plan") or {}).get("config"))
    settings = {name: one for part in parts for name, one in (part or {}).items() if one is not None}
    if not header.get("config_updates"):
        return config, settings
    from inspect_ai.log import EvalLog, effective_eval_config, effective_generate_config

    asked = {**spec, "model_generate_config": settings}
    log = EvalLog.model_validate({"version": 2, "eval": asked, "config_updates": header["config_updates"]})
    return (
        effective_eval_config(log).model_dump(mode="json", exclude_none=True),
        effective_generate_config(log).model_dump(mode="json", exclude_none=True),
    )


def changes_of(header: Mapping[str, Any]) -> list[Change]:
    """Settings that were changed during the run, in order.

    Args:
        header: Header of a log, as plain data.
    """
    return [
        Change(
            str(one["config"]), str(one["name"]), None if one.get("cleared") else one.get("value"), one.get("previous")
        )
        for update in header.get("config_updates") or []
        for one in update["changes"]
    ]


def decoding_of(header: Mapping[str, Any]) -> dict[str, Any]:
    """Generation settings and limits with which a model was asked, a system message among them, without `CARRIAGE`.

    Settings that changed during the run stand under `CHANGED` too, so that such a run equals none that had one
    setting throughout. Keys and passwords are left out: they decide nothing.

    Args:
        header: Header of a log, as plain data.
    """
    config, settings = effective(header)
    said = settings | {name: config[name] for name in LIMITS if config.get(name) is not None}
    changed: dict[str, list[Any]] = {}
    for one in changes_of(header):
        if one.decides:
            changed.setdefault(one.name, [one.previous]).append(one.value)
    said |= {CHANGED: changed} if changed else {}
    return {name: public(one, short=False) for name, one in sorted(said.items()) if name not in CARRIAGE}


def solver_of(header: Mapping[str, Any]) -> str:
    """The solvers that asked, in their order, each with a hash of its arguments; `ask` where it was ours alone."""
    steps = steps_of(header)
    if len(steps) == 1 and steps[0].get("solver") in OURS:
        return "ask"
    return " then ".join(map(_named, steps)) or "none"


def _named(step: Mapping[str, Any]) -> str:
    name, params = str(step.get("solver")), step.get("params")
    name = "another ask" if name == "ask" else name
    if name in OURS or not params:
        return name
    text = json.dumps(public(params, short=False), sort_keys=True, ensure_ascii=False, default=str)
    return f"{name}#{hash_of(text)[:12]}"


def steps_of(header: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Solvers of a run with their arguments."""
    return list((header.get("plan") or {}).get("steps") or [])


def as_text(decoding: Mapping[str, Any]) -> str:
    """Decoding as one text: equal settings, equal texts."""
    return json.dumps(decoding, sort_keys=True, ensure_ascii=False)


def shown(value: Any) -> str:
    """A setting in one short line."""
    text = "none" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
