"""Whether a log is one of a plan: whoever reads a folder again reads what lies in it, whoever put it there."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ._design import Design, Model


def mismatch(
    file: Path, design: Design, span: tuple[int, int], model: Model, judges: Sequence[Model], strict: bool = False
) -> str | None:
    """What makes a log another one than a plan's: None where it is the plan's.

    Args:
        file: The log.
        design: What is asked.
        span: First and last draw (exclusive).
        model: Who is asked.
        judges: The judges.
        strict: Whether the log must have ended well, and arguments and servers of models be the same too.
    """
    from inspect_ai.log import read_eval_log

    try:
        log = read_eval_log(str(file), header_only=True)
    except Exception as error:
        return f"cannot be read ({type(error).__name__})"
    found = log.eval
    wanted = _plain(design.task_args(*span))
    if {name: _plain(found.task_args.get(name)) for name in wanted} != wanted:
        return "holds other draws"
    if found.model != model.name:
        return f"is of {found.model}"
    if (found.metadata or {}).get("material_sha256") != _material(json.dumps(design.as_dict())):
        return "is of other material"
    graders: Any = (found.model_roles or {}).get("grader") or []
    graders = graders if isinstance(graders, list) else [graders]
    if [one.model for one in graders] != [judge.name for judge in judges]:
        return f"was judged by {' and '.join(one.model for one in graders) or 'another judge'}"
    if not strict:
        return None
    pairs = [(model, found.model_args, found.model_base_url)]
    pairs += [(judge, one.args, one.base_url) for judge, one in zip(judges, graders, strict=True)]
    if any(_logged(own.args) != _plain(args) or own.base_url not in (None, url) for own, args, url in pairs):
        return "was made with other arguments, or on another server"
    return None if log.status == "success" else f"did not end well ({log.status})"


@lru_cache(maxsize=64)
def _material(design: str) -> str:
    """Hash of a design's material; it costs a tenth of a second, and every log of a run is compared with it."""
    said = json.loads(design)
    return Design(
        **{**said, "domains": tuple(said["domains"]), "conditions": tuple(said["conditions"])}
    ).material_sha256()


def _logged(args: Sequence[tuple[str, Any]]) -> Any:
    """Arguments as Inspect logs them: without keys."""
    return _plain({name: value for name, value in args if name != "api_key" and not name.startswith("aws_")})


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
