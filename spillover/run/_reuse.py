"""A base that was measured already: its logs, where everything that went into them is the same."""

from collections.abc import Sequence
from pathlib import Path

from spillover.common.files import copy_file
from spillover.errors import RunError

from ._belongs import mismatch
from ._design import Design, Model
from ._execute import chunk_logs
from ._loop import LOGS


def reuse(
    design: Design, span: tuple[int, int], base: Model, judges: Sequence[Model], source: Path, out: Path
) -> list[str]:
    """Copy finished logs of the base for one chunk from another run.

    A log serves where task, arguments (so the draws), material, model, its arguments and server, and judges are the
    same. It must hold together as `spillover verify` sees it: nobody watched the run that it comes from.

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
        RunError: Where `source` is not a run's folder, or this run's own, or a log in it was tampered with.
    """
    name = f"{span[0]:06d}-{span[1]:06d}"
    require_run(source)
    if source.resolve() == out.resolve():
        raise RunError(f"{source}: is this run's own folder, which is gone on with anyway; leave it out")
    target = out / LOGS / name
    done = {file.name for file in chunk_logs(target).values()}
    for file in sorted((source / LOGS / name).glob("*.eval")):
        if file.name in done:
            return [file.name]
        if not done and mismatch(file, design, span, base, judges, strict=True) is None:
            _require_whole(file)
            copy_file(file, target / file.name)
            return [file.name]
    return []


def require_run(source: Path) -> None:
    """Check that a folder is a run's.

    Raises:
        RunError: Where it is not.
    """
    if not (source / LOGS).is_dir():
        raise RunError(f"{source}: no run's folder (it has no {LOGS}/); give the --out of an earlier audit")


def _require_whole(file: Path) -> None:
    from spillover.verdicts import verify

    wrong = [problem for one in verify([file]) for problem in one.problems]
    if wrong:
        raise RunError(f"{file}: does not hold ({wrong[0].what}); see spillover verify, and reuse another run")
