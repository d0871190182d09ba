"""How a log's model was asked, whoever set it: the task, the command line or the model itself."""

import json
from collections.abc import Mapping
from typing import Any

from ._secrets import public

CARRIAGE = {
    "adaptive_connections", "attempt_timeout", "batch", "cache", "cache_prompt", "extra_headers", "max_connections",
    "max_retries", "timeout",
}  # fmt: skip
"""Settings of a run that decide how requests travel, not what is answered."""
OURS = ("ask", "ask_each")
"""Our solvers. They ask alike: the one a task's one condition, the other what each draw says."""


def decoding_of(header: Mapping[str, Any]) -> dict[str, Any]:
    """Generation settings with which a model was asked, a system message among them, without `CARRIAGE`.

    What a run or task sets wins over what the model object brings, as in Inspect's `generate`.

    Args:
        header: Header of a log, as plain data.
    """
    said = {
        **(header["eval"].get("model_generate_config") or {}),
        **((header.get("plan") or {}).get("config") or {}),
    }
    return {name: public(one) for name, one in sorted(said.items()) if name not in CARRIAGE and one is not None}


def solver_of(header: Mapping[str, Any]) -> str:
    """Names of the solvers that asked, in their order; `ask` where it was ours alone."""
    names = [str(step.get("solver")).split("/")[-1] for step in steps_of(header)]
    return "ask" if len(names) == 1 and names[0] in OURS else " then ".join(names) or "none"


def steps_of(header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Solvers of a run with their arguments."""
    return list((header.get("plan") or {}).get("steps") or [])


def as_text(decoding: Mapping[str, Any]) -> str:
    """Decoding as one text: equal settings, equal texts."""
    return json.dumps(decoding, sort_keys=True, ensure_ascii=False)
