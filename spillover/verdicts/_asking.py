"""How a log's model was asked, whoever set it: the task, the command line or the model itself."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ._secrets import public

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
"""Characters of a setting that are told."""


def decoding_of(header: Mapping[str, Any]) -> dict[str, Any]:
    """Generation settings and limits with which a model was asked, a system message among them, without `CARRIAGE`.

    What a run or task sets wins over what the model object brings, as in Inspect's `generate`. Keys and passwords are
    left out: they decide nothing.

    Args:
        header: Header of a log, as plain data.
    """
    limits = header["eval"].get("config") or {}
    parts = [header["eval"].get("model_generate_config"), (header.get("plan") or {}).get("config")]
    parts.append({name: limits.get(name) for name in LIMITS})
    said = {name: one for part in parts for name, one in (part or {}).items() if one is not None}
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
    return f"{name}#{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def steps_of(header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Solvers of a run with their arguments."""
    return list((header.get("plan") or {}).get("steps") or [])


def as_text(decoding: Mapping[str, Any]) -> str:
    """Decoding as one text: equal settings, equal texts."""
    return json.dumps(decoding, sort_keys=True, ensure_ascii=False)


def apart(texts: set[str], others: set[str]) -> str:
    """In what two ways of decoding differ, in words: `decoding` alone where either is of several kinds.

    Args:
        texts: From `as_text`, of the one; a task's name may stand before each.
        others: The same of the base.
    """
    if len(texts) != 1 or len(others) != 1:
        return "decoding"
    one, base = (json.loads(text[text.index("{") :]) for part in (texts, others) for text in part)
    names = sorted(name for name in one.keys() | base.keys() if one.get(name) != base.get(name))
    said = [f"{name} {shown(one.get(name))}, of the base {shown(base.get(name))}" for name in names]
    return f"decoding ({'; '.join(said)})"


def shown(value: Any) -> str:
    """A setting in one short line."""
    text = "none" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
