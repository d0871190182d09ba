"""What an interrupt breaks on its way ends the command as the interrupt does."""

import os
import signal
import subprocess
import sys
from asyncio import CancelledError

import pytest

from spillover.cli.stopped import stopping

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


@pytest.mark.parametrize(("signum", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_a_signal_before_the_command_began_is_named_too(signum: int, name: str) -> None:
    code = (
        "import os, sys\n"
        "from spillover import cli\n"
        f"cli._carried_out = lambda: os.kill(os.getpid(), {int(signum)})\n"
        "cli.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signum, "", f"stopped by {name}\n")
