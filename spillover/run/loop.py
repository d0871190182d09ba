"""Run chunk after chunk in order, in one process or several; the caller may stop after any chunk."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spillover.common import RunError, exit_code, held, listening, look, pending, trouble
from spillover.plan import Design, Model, Options

from .execute import chunk_logs, is_done, run_chunk

LOGS = "logs"


def run_chunks(
    design: Design,
    models: Callable[[], Sequence[Model]],
    judges: Sequence[Model],
    out: Path,
    options: Options,
) -> Iterator[Path]:
    """Run the chunks of a design and give each one's folder once it, and all before it, are done.

    With several processes the chunks that are run side by side were begun before the reader could stop; their answers
    are kept, whether they are needed or not.

    Args:
        design: What is asked.
        models: Gives the arms that the next chunks are still run for.
        judges: The judges.
        out: Folder of the run.
        options: How.

    Raises:
        RunError: See `run_chunk`.
    """
    spans = design.chunks()
    logs = out / LOGS
    if options.processes == 1:
        for span in spans:
            yield run_chunk(design, span, models(), judges, logs, options)
        return
    for start in range(0, len(spans), options.processes):
        yield from _side_by_side(design, spans[start : start + options.processes], models(), judges, logs, options)


def _side_by_side(
    design: Design,
    spans: Sequence[tuple[int, int]],
    models: Sequence[Model],
    judges: Sequence[Model],
    logs: Path,
    options: Options,
) -> list[Path]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    folders = [logs / f"{first:06d}-{last:06d}" for first, last in spans]
    if all(is_done(folder, design, span, models, judges) for folder, span in zip(folders, spans, strict=True)):
        return folders
    with ProcessPoolExecutor(len(spans), get_context("spawn"), _end_with_parent) as pool, _passing_on():
        with _deaf(), held():
            started = [pool.submit(_in_worker, design, span, models, judges, logs, options) for span in spans]
        return [one.result() for one in started]


def _in_worker(*said: Any) -> Path:
    """Run one chunk in a worker: SIGTERM, which the parent sends, ends it as Ctrl-C ends the parent.

    After an interrupt the process ends here, once its logs are written. Back in the pool it would wait for more work,
    and for ever where a worker that was ended holds the lock of the queue.
    """
    import os

    try:
        with listening():
            try:
                return run_chunk(*said)
            except BaseException:
                look()
                raise
    except KeyboardInterrupt as error:
        os._exit(exit_code(error))


@contextmanager
def _deaf() -> Iterator[None]:
    """Start workers that Ctrl-C at the terminal does not reach: only the parent stops them."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _passing_on() -> Iterator[None]:
    """Stop all workers where the parent is interrupted: they write their logs, and the parent waits for that."""
    from multiprocessing import active_children

    try:
        yield
    except BaseException:
        if pending() is not None:
            for child in active_children():
                child.terminate()
            look()
        raise


def _end_with_parent() -> None:
    """Have a worker end when the process that started it does, however that ends: a pool alone leaves it waiting."""
    import os
    from multiprocessing import parent_process
    from threading import Thread

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def all_there(design: Design, models: Sequence[Model], out: Path) -> bool:
    """Whether every chunk of a run is marked as done for all these models; what is marked is looked at later."""
    names = {model.name for model in models}
    folders = (out / LOGS / f"{first:06d}-{last:06d}" for first, last in design.chunks())
    return all(names <= set(chunk_logs(folder)) for folder in folders)


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Hold a folder for one run at a time; the lock goes with the process, however it ends.

    Raises:
        RunError: Where another run holds it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock")
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(
            f"{out}: another run is using this folder; wait until it ends, or give another folder with --out"
        ) from None
    except OSError as error:
        why = trouble(error)
        raise RunError(f"{out}: cannot be written ({why}); give another folder with --out") from error
    try:
        yield
    finally:
        lock.release()
