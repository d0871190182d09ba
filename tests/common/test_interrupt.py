"""A signal is remembered: it is raised at the next step, and what it breaks on its way is told as the interrupt."""

import os
import signal
from asyncio import CancelledError

import pytest

from spillover.cli.stopped import stopping
from spillover.common.interrupt import Interrupted, held, listening


def test_what_is_held_is_finished_first() -> None:
    done: list[str] = []
    with listening(), pytest.raises(Interrupted) as stopped, held():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("the rest of it")
    assert done == ["the rest of it"] and stopped.value.signum == signal.SIGTERM


BROKEN = [RuntimeError("cannot join thread before it is started"), OSError("pipe"), CancelledError()]


@pytest.mark.parametrize("broken", BROKEN)
def test_what_an_interrupt_breaks_is_told_as_the_interrupt(
    broken: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, stopping():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            raise broken
    assert ended.value.code == 128 + signal.SIGTERM
    assert capsys.readouterr().err == (
        "stopped by SIGTERM, no answer: what was answered is kept; the same command resumes\n"
    )


def test_without_an_interrupt_an_error_stays_one() -> None:
    with pytest.raises(RuntimeError, match="of its own"), stopping():
        raise RuntimeError("of its own")
