"""Check that a log in a folder belongs to the plan of that folder."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from spillover.common import LogError, public, trouble
from spillover.logs import Header, Made, differences, header_of
from spillover.plan import Design, Model

TOLD_TWICE = ("SummariesAgreeWithSamples", "ReductionsAgreeWithSamples", "ScoresFollowFromVerdicts")
"""Invariants of what a log says twice; a log whose run was cut off, or in which answers failed, holds them too.

Not the header's intervals: another version of the package may compute them in another way."""

BY_HASH = ("own_probes", "anchor")
"""Arguments that name files of the user's, which lie elsewhere on another machine; the material's hash holds them."""

SAYS = {
    "arguments": "holds other draws than planned",
    "model": "is a log of {}",
    "material": "was made with other questions, rubrics or settings",
    "judge": "was judged by {}",
    "servers": "was made with other model arguments, or on another server",
}
"""How a log differs from the plan, by field; only the first difference is reported."""


def contradiction(file: Path) -> str | None:
    """What in a log contradicts itself: whoever edits a verdict must edit all that it follows from."""
    said = file.stat()
    return _contradiction(str(file), said.st_size, said.st_mtime_ns)


@lru_cache(maxsize=4096)
def _contradiction(file: str, size: int, changed: int) -> str | None:
    from spillover.verify import verify

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
    try:
        header = header_of(str(file))
        made = _of_log(header, model, judges, design, span)
    except (LogError, LookupError, TypeError, ValueError, AttributeError) as error:
        return f"cannot be read ({trouble(error.__cause__ or error)})"
    wanted = _of_plan(design, span, model, judges)
    unlike = {one.field: one for one in differences(made, wanted, _named(strict))}
    first = next((name for name in SAYS if name in unlike), None)
    if first is not None:
        return SAYS[first].format(" and ".join(unlike[first].one) or "another judge")
    return None if not strict or header.status == "success" else f"did not end well ({header.status})"


def _named(strict: bool) -> str:
    return "reuse" if strict else "resume"


def _of_plan(design: Design, span: tuple[int, int], model: Model, judges: Sequence[Model]) -> Made:
    """How a plan's log is made; what is asked of own probes is in the hash of the material."""
    args = {name: one for name, one in _plain(design.task_args(*span)).items() if name not in BY_HASH}
    return Made(
        model=(model.name,),
        arguments=(json.dumps(args, sort_keys=True),),
        material=(_material(json.dumps(design.whole())),),
        judge=(" and ".join(judge.name for judge in judges),),
        servers=(json.dumps([[_logged(one.args), one.base_url] for one in (model, *judges)], sort_keys=True),),
    )


def _of_log(header: Header, model: Model, judges: Sequence[Model], design: Design, span: tuple[int, int]) -> Made:
    """How a log was made, in the same terms; a plan that names no address takes any."""
    spec = header.spec
    said = spec.get("task_args") or {}
    args = {name: _plain(said.get(name)) for name in design.task_args(*span) if name not in BY_HASH}
    graders: Any = (spec.get("model_roles") or {}).get("grader") or []
    graders = graders if isinstance(graders, list) else [graders]
    asked = [(spec.get("model_args") or {}, spec.get("model_base_url"))]
    asked += [(one.get("args") or {}, one.get("base_url")) for one in graders]
    known = [own.base_url is not None for own in (model, *judges)] + [True] * len(asked)
    servers = [
        [public(_plain(args), False), url if named else None] for (args, url), named in zip(asked, known, strict=False)
    ]
    return Made(
        model=(header.model,),
        arguments=(json.dumps(args, sort_keys=True),),
        material=(str(header.facts.get("material_sha256")),),
        judge=(" and ".join(str(one["model"]) for one in graders),),
        servers=(json.dumps(servers, sort_keys=True),),
    )


@lru_cache(maxsize=64)
def _material(design: str) -> str:
    """Hash of a design's material; it costs a tenth of a second, and every log of a run is compared with it."""
    return Design.of_whole(json.loads(design)).material_sha256()


def _logged(args: Sequence[tuple[str, Any]]) -> Any:
    """Arguments as Inspect logs them: without keys."""
    return public(_plain({key: value for key, value in args if key != "api_key" and not key.startswith("aws_")}), False)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
