"""Reuse a base that was measured before: only its logs that were made in exactly the same way."""

from collections.abc import Sequence
from pathlib import Path

from spillover.common import RunError, copy_file
from spillover.plan import Design, Model

from .execute import chunk_logs
from .kept import REUSED
from .log_matches_plan import mismatch
from .loop import LOGS


def reuse(
    design: Design, span: tuple[int, int], base: Model, judges: Sequence[Model], source: Path, out: Path
) -> list[str]:
    """Keep the base's answers to one chunk from another run, to be judged again in this one.

    The verdicts of the other run are not taken over: a judge may have moved since, and an old verdict on one arm beside
    a new one on the other would look like a difference between the arms. The kept answers are played back beside the
    fine-tune's, so that the judges see both in one queue and cannot tell which is which.

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
        Names of the logs that are kept; none where none serves.

    Raises:
        RunError: Where `source` is not a run's folder, or this run's own, or a log in it was tampered with.
    """
    name = f"{span[0]:06d}-{span[1]:06d}"
    require_run(source)
    if source.resolve() == out.resolve():
        raise RunError(f"{source}: is this run's own folder, whose answers are used anyway; leave out --reuse")
    target = out / REUSED / name
    if there := sorted(file.name for file in target.glob("*.eval")):
        return there
    if base.name in chunk_logs(out / LOGS / name):
        return []
    for file in sorted((source / LOGS / name).glob("*.eval")):
        if mismatch(file, design, span, base, judges, strict=True) is None:
            _require_whole(file)
            copy_file(file, target / file.name)
            return [file.name]
    return []


def own_logs(out: Path) -> list[Path]:
    """All logs that a run made itself: those of its chunks, controls and searches, not what it plays back."""
    return sorted(file for file in out.rglob("*.eval") if file.relative_to(out).parts[0] != REUSED)


def require_run(source: Path) -> None:
    """Check that a folder is a run's.

    Raises:
        RunError: Where it is not.
    """
    if not (source / LOGS).is_dir():
        raise RunError(f"{source}: not the folder of a run (it has no {LOGS}/); give the --out of an earlier audit")


def _require_whole(file: Path) -> None:
    from spillover.verify import verify

    wrong = [problem for one in verify([file]) for problem in one.problems]
    if wrong:
        raise RunError(
            f"{file}: the log contradicts itself ({wrong[0].what}); see spillover verify, and reuse another run"
        )
