"""Execution: chunks of draws, base and fine-tunes side by side, through Inspect's `eval_set`.

A chunk has a folder of its own, so that a killed run goes on where it stopped: `eval_set` keeps every finished answer
of a log that was cut off, retries what failed, and leaves alone what is done.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spillover.common import RunError, look, watched, write_json
from spillover.plan import Design, Model, Options

from .failed import check_failed, file_of, refusal, unanswered
from .log_matches_plan import contradiction, mismatch

DONE = "done.json"


def run_chunk(
    design: Design,
    span: tuple[int, int],
    models: Sequence[Model],
    judges: Sequence[Model],
    logs: Path,
    options: Options,
) -> Path:
    """Ask one chunk of every model and have it judged.

    Args:
        design: What is asked.
        span: First and last draw (exclusive).
        models: The arms.
        judges: The judges; the first one's verdict counts.
        logs: Folder of logs.
        options: How.

    Returns:
        The chunk's folder. A chunk that is done already is left alone.

    Raises:
        OutageError: Where more answers failed than can be put up with; what there is stays, the same call goes on.
        RunError: Where what is done is not what was asked for, see `is_done`.
    """
    from filelock import FileLock

    look()
    folder = logs / f"{span[0]:06d}-{span[1]:06d}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):  # a worker whose parent was killed may still be at it
        if not is_done(folder, design, span, models, judges):
            _finish(design, span, models, judges, folder, options)
    return folder


def _finish(
    design: Design,
    span: tuple[int, int],
    models: Sequence[Model],
    judges: Sequence[Model],
    folder: Path,
    options: Options,
) -> None:
    order = list(models)
    random.Random(f"{design.seed}:{span[0]}").shuffle(order)
    from spillover.tasks import draws

    from .kept import kept_for

    task = draws(**design.task_args(*span))
    resumed = any(folder.glob("*.eval"))
    logged = evaluated([task], order, judges, folder, options, kept_for(folder))
    settle(logged, task, judges, folder, options, resumed)
    _mark(folder, logged)


def settle(
    logged: Sequence[Any], task: Any, judges: Sequence[Model], folder: Path, options: Options, resumed: bool
) -> None:
    """Have answers judged again whose judge could not be reached, and stop where too much is left.

    A judge that has just failed on many answers is not asked again at once: the run stops, and the call that resumes it
    judges what is kept.

    Args:
        logged: Headers of the logs.
        task: Their task.
        judges: The judges.
        folder: Their folder.
        options: How.
        resumed: Whether an earlier call left answers there.

    Raises:
        OutageError: See `check_failed`.
        Interrupted: Where a signal came.
    """
    from .judge_again import judge_again, unheard

    left = unheard(logged)
    if any(left):
        if not resumed:
            check_failed(logged, left, folder)
        for log, samples in zip(logged, left, strict=True):
            if samples:
                judge_again(log, task, judges, options)
        left = unheard(logged)
    check_failed(logged, left, folder)


def is_done(
    folder: Path, design: Design, span: tuple[int, int], models: Sequence[Model], judges: Sequence[Model]
) -> bool:
    """Whether a chunk was finished for all these models.

    Raises:
        RunError: Where a log that stands for it is not here, is another chunk's, model's, judge's or plan's, or
            contradicts itself.
    """
    logs = chunk_logs(folder)
    if not {model.name for model in models} <= set(logs):
        return False
    for model in models:
        file = logs[model.name]
        why = (mismatch(file, design, span, model, judges) or contradiction(file)) if file.is_file() else "is missing"
        if why is not None:
            raise RunError(f"{file}: {why}, but {DONE} lists it for {model.name}; put the original log back")
    return True


def chunk_logs(folder: Path) -> dict[str, Path]:
    """The log that counts for each model of a finished chunk: a killed run may have left others beside it.

    Raises:
        RunError: Where a log is named that lies elsewhere.
    """
    try:
        done = {
            str(model): str(name) for model, name in json.loads((folder / DONE).read_text(encoding="utf-8")).items()
        }
    except (OSError, ValueError, AttributeError):
        return {}
    for name in done.values():
        if name in ("", "..") or Path(name).name != name or "\\" in name or (folder / name).is_symlink():
            raise RunError(
                f"{folder / DONE}: lists a log outside this folder ({name[:80]!r}); put the original file back"
            )
    return {model: folder / name for model, name in done.items()}


def _mark(folder: Path, logged: Sequence[Any]) -> None:
    found = {model: file.name for model, file in chunk_logs(folder).items()}
    found |= {log.eval.model: file_of(log).name for log in logged}
    write_json(folder / DONE, found)


def evaluated(
    tasks: Sequence[Any],
    models: Sequence[Model],
    judges: Sequence[Model],
    folder: Path,
    options: Options,
    kept: Mapping[str, Path] | None = None,
) -> list[Any]:
    """Run tasks for models with `eval_set`; a folder that holds part of it is gone on with.

    What failed is tried again `options.retries` times, unless a provider refused it with a 4xx that lasts.

    Args:
        tasks: Inspect tasks.
        models: The models.
        judges: The judges; the tasks' own default where none.
        folder: Folder for the logs.
        options: How.
        kept: By model, a log of an earlier run whose answers are played back instead of asking.

    Returns:
        The logs' headers.

    Raises:
        Interrupted: Where a signal came before or during it.
    """
    logged = _evaluated(tasks, models, judges, folder, options, kept, None)
    if options.retries and any(unanswered(log) for log in logged) and refusal(logged) is None:
        logged = _evaluated(tasks, models, judges, folder, options, kept, options.retries - 1)
    return logged


def _evaluated(
    tasks: Sequence[Any],
    models: Sequence[Model],
    judges: Sequence[Model],
    folder: Path,
    options: Options,
    kept: Mapping[str, Path] | None,
    retries: int | None,
) -> list[Any]:
    """Run tasks once, or with this number of further tries."""
    from inspect_ai import eval_set

    def load(model: Model) -> Any:
        return model.load(options.max_connections, options.call_retries)

    loaded = [_played(load(model), (kept or {}).get(model.name)) for model in models]
    from .heartbeat import beating

    with _quiet(), beating(options.beat), watched():
        _, logged = eval_set(
            list(tasks),
            log_dir=str(folder),
            model=loaded,
            model_roles={"grader": [load(judge) for judge in judges]} if judges else None,
            log_dir_allow_dirty=True,
            retry_attempts=retries or 0,
            retry_wait=options.wait,
            retry_on_error=0 if retries is None else 1,
            max_tasks=len(loaded),
            log_realtime=options.realtime,
            log_buffer=1 if options.realtime else None,
            log_model_api=False,
            display=options.display,  # type: ignore[arg-type]
            score_display=False,
            **({"batch": True} if options.batch else {}),  # type: ignore[arg-type]
        )
    missing = {model.name for model in models} - {log.eval.model for log in logged}
    if missing or any(log.status == "cancelled" for log in logged):
        raise KeyboardInterrupt  # Inspect takes Ctrl-C in and returns the logs that it has; we are to stop
    return list(logged)


def _played(model: Any, log: Path | None) -> Any:
    from .kept import playing

    return model if log is None else playing(model, log)


@contextmanager
def _quiet() -> Iterator[None]:
    """No remark of Inspect's about a folder that it shares with other models' logs."""
    import logging

    logger = logging.getLogger("inspect_ai")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
