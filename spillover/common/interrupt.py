"""Interrupts: SIGINT, SIGTERM and SIGHUP set a flag that every long command looks at, so that none is lost.

Python turns SIGINT into an exception at whatever line runs; an event loop, a clean-up or a library may swallow it. Here
the signal is remembered. Where an event loop runs, its root task is cancelled, so that Inspect closes its logs;
elsewhere `Interrupted` is raised at once. Whatever becomes of that, `look` raises it again at the next step.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
ONE_PRESS = 0.2
"""Seconds within which a second signal counts as the same: a terminal and a wrapper may both pass one on."""
AT_ONCE = b"stopped at once: what was answered until now is kept; the same command resumes\n"

_signum: int | None = None
_at = 0.0
_depth = 0
_held = 0


class Interrupted(KeyboardInterrupt):
    """Raised where a signal asked the process to stop.

    Attributes:
        signum: The signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def exit_code(error: BaseException) -> int:
    """The exit code after an interrupt, 128 and the signal's number: 130 for SIGINT, 143 for SIGTERM."""
    return 128 + int(getattr(error, "signum", signal.SIGINT))


def signal_name(error: BaseException) -> str:
    """What stopped the process, in the words of a terminal: `Ctrl-C`, `SIGTERM` or `SIGHUP`."""
    name = signal.Signals(exit_code(error) - 128).name
    return "Ctrl-C" if name == "SIGINT" else name


def pending() -> int | None:
    """The signal that asked the process to stop, or None."""
    return _signum


def look() -> None:
    """Stop where a signal asked for it.

    Raises:
        Interrupted: Where one did.
    """
    if _signum is not None:
        raise Interrupted(_signum)


@contextmanager
def watched() -> Iterator[None]:
    """Hold a call of Inspect: not begun after an interrupt, and whatever it makes of one, it ends as an interrupt.

    Raises:
        Interrupted: Where a signal came before the call, or during it.
    """
    look()
    try:
        yield
    except BaseException as error:
        if _signum is not None and not isinstance(error, Interrupted):
            raise Interrupted(_signum) from error
        raise
    look()


@contextmanager
def held() -> Iterator[None]:
    """Finish what must not be left half done, such as the start of a process; a signal is raised after it.

    Raises:
        Interrupted: At the end, where a signal came before or during it.
    """
    global _held
    _held += 1
    try:
        yield
    finally:
        _held -= 1
    if not _held:
        look()


@contextmanager
def listening(to_the_end: bool = False) -> Iterator[None]:
    """Take the signals while a command runs; the former handlers come back afterwards.

    SIGINT is taken even where a shell started the process in the background with SIGINT ignored. SIGHUP stays ignored
    under `nohup`. In a thread other than the main one nothing is taken: signals belong to the main thread.

    Args:
        to_the_end: Whether the process ends with this command. The handlers then stay until Python shuts down, and a
            signal that comes later still changes nothing: the answer is out, and its exit code must not be lost.
    """
    global _signum, _depth
    if threading.current_thread() is not threading.main_thread() or _depth:
        yield
        return
    _signum, _depth = None, 1
    before = {signum: signal.getsignal(signum) for signum in SIGNALS}
    try:
        for signum, handler in before.items():
            if not (signum == getattr(signal, "SIGHUP", None) and handler is signal.SIG_IGN):
                signal.signal(signum, _handle)
        yield
    finally:
        if to_the_end:
            atexit.register(_ignore)
        for signum, handler in before.items() if not to_the_end else ():
            signal.signal(signum, handler if handler is not None else signal.SIG_DFL)
        _signum, _depth = None, 0


def _ignore() -> None:
    for signum in SIGNALS:
        signal.signal(signum, signal.SIG_IGN)


def _handle(signum: int, frame: FrameType | None) -> None:
    global _signum, _at
    now = time.monotonic()
    if _signum is not None:
        if now - _at >= ONE_PRESS:
            with suppress(OSError):
                os.write(2, AT_ONCE)
            os._exit(128 + signum)
        return
    _signum, _at = signum, now
    if _held:
        return
    if not _loop_runs():
        raise Interrupted(signum)
    cancel(frame)


def _loop_runs() -> bool:
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def cancel(frame: FrameType | None = None) -> None:
    """Cancel the root task of the running event loop: all others end with it, and Inspect writes its logs.

    Args:
        frame: Where to start looking for the runner of the loop; the caller's own frame where None.
    """
    import asyncio

    frame = frame or sys._getframe()
    while frame is not None:
        if frame.f_code is asyncio.Runner.run.__code__:
            task = frame.f_locals.get("task")
            if task is not None and not task.done():
                task.cancel()
                task.get_loop().call_soon_threadsafe(lambda: None)  # wakes a loop that waits
            return
        frame = frame.f_back
