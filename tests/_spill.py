"""The command line inside the test's process: called as `spillover ARGS` is, with its exact exit code."""

import io
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from spillover.cli import main

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Done:
    """What one call left behind: its exit code, its stdout and its stderr."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Stdout, then stderr."""
        return self.out + self.err

    @property
    def error(self) -> str:
        """The last line on stderr, of a call that was refused: it begins with `Error: `, and the code is 2."""
        last = self.err.splitlines()[-1] if self.err else ""
        assert (self.code, last[:7]) == (2, "Error: "), f"{self.code}: {self.said}"
        return last[7:]


def spill(*args: object, input: str = "") -> Done:
    """Call `spillover ARGS` through its entry point.

    Args:
        *args: The words after `spillover`, each taken as text.
        input: What stands on stdin.
    """
    streams = [io.TextIOWrapper(io.BytesIO(text), "utf-8", errors) for text, errors in (
        (input.encode(), "strict"), (b"", "strict"), (b"", "backslashreplace"))]  # fmt: skip
    words = ["spillover", *map(str, args)]
    names = dict(zip(("stdin", "stdout", "stderr"), streams, strict=True))
    code = 0
    with patch.multiple(sys, argv=words, **names), _handlers_kept():
        try:
            main()
        except SystemExit as ended:
            assert ended.code is None or isinstance(ended.code, int), ended.code
            code = ended.code or 0
    out, err = (_text(one) for one in streams[1:])
    return Done(code, out, err)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Put the signal handlers back: `main` keeps its own until the process ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(one, signal.getsignal(one)) for one in SIGNALS]
    try:
        yield
    finally:
        for one, handler in before:
            signal.signal(one, handler)
