"""A failure that is nobody's mistake is one line and exit code 70: it never reads as an answer."""

import errno
import os

import pytest

import spillover.cli as cli

from .._spill import spill


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device; make room"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "a/b"), "a/b: Permission denied; make it writable"),
        (ValueError("odd\nthing"), "internal failure: ValueError: odd thing (SPILLOVER_TRACEBACK=1 shows where)"),
    ],
)
def test_one_line(error: Exception, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(standalone_mode: bool) -> None:
        raise error

    monkeypatch.setattr(cli, "spillover", fails)
    done = spill()
    assert done.code == 70 and says in done.err and len(done.err.splitlines()) == 1
    monkeypatch.setenv("SPILLOVER_TRACEBACK", "1")
    with pytest.raises(type(error)):
        spill()
