"""Bounds on the numbers of a log's header: strangers send logs, and a number must not decide how long we compute."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from spillover.common import LogError

MOST: dict[str, float] = {
    "cascade": 1, "completed_samples": 10**7, "draws": 10**6, "epochs": 10**4, "first": 10**6, "last": 10**6,
    "limit": 10**7, "max_tokens": 10**9, "message_limit": 10**9, "num_choices": 10**3, "probes": 10**6,
    "retries": 10**3, "samples": 10**7, "seed": 2**64, "temperature": 100, "time_limit": 10**9, "token_limit": 10**12,
    "top_k": 10**7, "top_logprobs": 10**3, "top_p": 1, "total_samples": 10**7, "turn_limit": 10**9, "version": 10**6,
}  # fmt: skip
"""The largest value of a numeric field of a header, by the field's name. Real runs stay far below."""
MOST_ANSWERS = 2_000_000
"""Most answers that the header of one log may plan: its sample ids times its epochs."""
MOST_DRAWS = 100_000
"""Most draws in one log. A run writes logs of a few hundred."""
DEEPEST = 60
"""Levels of a header that are checked. Strict reading refuses deeper ones."""


def check_bounds(header: Mapping[str, Any], file: str) -> None:
    """Refuse a header with a number that no run has, before anything is computed from it.

    Args:
        header: `eval`, `plan` and `results` of a log as plain data.
        file: Path of the log, for the message.

    Raises:
        LogError: Where a number is not finite, negative, or above its bound in `MOST`.
    """
    wrong = next(_wrong(header), None)
    if wrong is not None:
        raise LogError(f"{file}: {wrong}; give the log as Inspect wrote it")


def _wrong(header: Mapping[str, Any]) -> Iterator[str]:
    spec, plan = _dict(header.get("eval")), _dict(header.get("plan"))
    looked_at = {f"eval.{name}": spec.get(name) for name in ("config", "task_args", "dataset", "scorers")}
    looked_at |= {"eval.model_generate_config": spec.get("model_generate_config"), "plan.steps": plan.get("steps")}
    looked_at |= {"plan.config": plan.get("config"), "results": header.get("results")}
    for at, part in looked_at.items():
        yield from _in_part(at, part, 0)
    ids, config = _dict(spec.get("dataset")).get("sample_ids"), _dict(spec.get("config"))
    epochs, ids = _count(config.get("epochs"), 1), ids if isinstance(ids, list) else []
    if len(ids) * epochs > MOST_ANSWERS:
        yield f"eval.config.epochs: {len(ids)} samples times {epochs:g} epochs are more than {MOST_ANSWERS} answers"
    args = _dict(spec.get("task_args"))
    first, last = _count(args.get("first"), 0), _count(args.get("last"), 0)
    if "last" in args and not 0 <= last - first <= MOST_DRAWS:
        yield f"eval.task_args: first={first:g}, last={last:g}: a log may hold 0 to {MOST_DRAWS} draws"


def _in_part(at: str, value: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"{at[:80]}: nested more than {DEEPEST} levels deep"
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _of_field(f"{at}.{name}", str(name), one)
            yield from _in_part(f"{at}.{name}", one, depth + 1)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _in_part(f"{at}[{number}]", one, depth + 1) if isinstance(one, dict | list) else ()


def _of_field(at: str, name: str, value: Any) -> Iterator[str]:
    most = MOST.get(name)
    for one in value if isinstance(value, list) and most is not None else [value]:
        if isinstance(one, bool) or not isinstance(one, int | float):
            continue
        if isinstance(one, float) and not math.isfinite(one):
            if most is not None:
                yield f"{at[:80]} is {one}, which is not a finite number"
        elif most is not None and not 0 <= one <= most:
            yield f"{at[:80]} is {_short(one)}; it must be 0 to {most:g}"


def _short(number: float) -> str:
    """A number in at most 20 characters; huge whole numbers are not written out."""
    if isinstance(number, int) and number.bit_length() > 60:
        return f"a whole number of {number.bit_length()} bits"
    return f"{number:g}"


def _count(value: Any, usual: float) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(value, -1e15), 1e15) if number else usual


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
