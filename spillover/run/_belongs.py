"""Whether a log is one of a plan: whoever reads a folder again reads what lies in it, whoever put it there."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from spillover.verdicts._secrets import public

from ._design import Design, Model

TOLD_TWICE = ("SummariesAgreeWithSamples", "ReductionsAgreeWithSamples", "ScoresFollowFromVerdicts")
"""Invariants of what a log says twice; a log whose run was cut off, or in which answers failed, holds them too.

Not the header's intervals: another version of the package may compute them in another way."""


def contradiction(file: Path) -> str | None:
    """What in a log contradicts itself: whoever edits a verdict must edit all that it follows from."""
    said = file.stat()
    return _contradiction(str(file), said.st_size, said.st_mtime_ns)


@lru_cache(maxsize=4096)
def _contradiction(file: str, size: int, changed: int) -> str | None:
    from spillover.verdicts import verify

    wrong = [problem for one in verify([file]) for problem in one.problems if problem.invariant in TOLD_TWICE]
    return f"contradicts itself ({wrong[0].what})" if wrong else None


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
    wanted = {
        name: one for name, one in _plain(design.task_args(*span)).items() if name != "own_probes"
    }  # hashed below
    if {name: _plain(found.task_args.get(name)) for name in wanted} != wanted:
        return "holds other draws"
    if found.model != model.name:
        return f"is of {found.model}"
    if (found.metadata or {}).get("material_sha256") != _material(json.dumps(design.whole())):
        return "is of other material"
    graders: Any = (found.model_roles or {}).get("grader") or []
    graders = graders if isinstance(graders, list) else [graders]
    if [one.model for one in graders] != [judge.name for judge in judges]:
        return f"was judged by {' and '.join(one.model for one in graders) or 'another judge'}"
    if not strict:
        return None
    pairs = [(model, found.model_args, found.model_base_url)]
    pairs += [(judge, one.args, one.base_url) for judge, one in zip(judges, graders, strict=True)]
    if any(
        _logged(own.args) != public(_plain(args), False) or own.base_url not in (None, url) for own, args, url in pairs
    ):
        return "was made with other arguments, or on another server"
    return None if log.status == "success" else f"did not end well ({log.status})"


@lru_cache(maxsize=64)
def _material(design: str) -> str:
    """Hash of a design's material; it costs a tenth of a second, and every log of a run is compared with it."""
    return Design.of_whole(json.loads(design)).material_sha256()


def _logged(args: Sequence[tuple[str, Any]]) -> Any:
    """Arguments as Inspect logs them: without keys."""
    return public(_plain({key: value for key, value in args if key != "api_key" and not key.startswith("aws_")}), False)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
