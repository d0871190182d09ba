"""A signal is remembered: it is raised at the next step."""

import os
import signal

import pytest

from spillover.common.interrupt import Interrupted, held, listening


def test_what_is_held_is_finished_first() -> None:
    done: list[str] = []
    with listening(), pytest.raises(Interrupted) as stopped, held():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("the rest of it")
    assert done == ["the rest of it"] and stopped.value.signum == signal.SIGTERM
