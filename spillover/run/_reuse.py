"""A base that was measured already: its logs, where everything that went into them is the same."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spillover.errors import RunError

from ._design import Design, Model
from ._execute import chunk_logs
from ._loop import LOGS


def reuse(
    design: Design, span: tuple[int, int], base: Model, judges: Sequence[Model], source: Path, out: Path
) -> list[str]:
    """Copy finished logs of the base for one chunk from another run.

    A log serves where task, arguments (so the draws), material, model and its arguments, and judges are the same.

    Args:
        design: What is asked.
        span: The chunk.
        base: The base.
        judges: The judges.
        source: Folder of another run.
        out: Folder of this run.

    Returns:
        Names of the logs that were copied; none where none serves.

    Raises:
        RunError: Where `source` is not a run's folder.
    """
    name = f"{span[0]:06d}-{span[1]:06d}"
    if not (source / LOGS).is_dir():
        raise RunError(f"{source}: no run's folder (it has no {LOGS}/); give the --out of an earlier audit")
    target = out / LOGS / name
    done = {file.name for file in chunk_logs(target).values()}
    for file in sorted((source / LOGS / name).glob("*.eval")):
        if file.name in done:
            return [file.name]
        if not done and _serves(file, design, span, base, judges):
            target.mkdir(parents=True, exist_ok=True)
            part = target / f"{file.name}.part"
            shutil.copyfile(file, part)
            part.replace(target / file.name)
            return [file.name]
    return []


def _serves(file: Path, design: Design, span: tuple[int, int], base: Model, judges: Sequence[Model]) -> bool:
    from inspect_ai.log import read_eval_log

    try:
        log = read_eval_log(str(file), header_only=True)
    except Exception:
        return False
    found = log.eval
    wanted = _plain(design.task_args(*span))
    same_args = {name: _plain(found.task_args.get(name)) for name in wanted} == wanted
    same_model = found.model == base.name and _plain(found.model_args) == _plain(dict(base.args))
    graders: Any = (found.model_roles or {}).get("grader") or []
    graders = graders if isinstance(graders, list) else [graders]
    asked = [(judge.name, _plain(dict(judge.args))) for judge in judges]
    same_judges = [(one.model, _plain(one.args)) for one in graders] == asked
    sha = (found.metadata or {}).get("material_sha256")
    return log.status == "success" and same_args and same_model and same_judges and sha == design.material_sha256()


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
