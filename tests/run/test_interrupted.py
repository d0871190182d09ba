"""Ctrl-C at a terminal: one line, exit code 130, and the same command resumes."""

import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest

from spillover.logs import read

from ._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: small
title: One domain
domains: [everyday_advice]
probes: 4
judge: graded
draws: 16
chunk: 8
"""
MOST = 600.0
"""Seconds until a process counts as hung."""


def at_a_terminal(command: list[str], pair: Pair, press_after: int | None) -> tuple[int, str]:
    """Run a command at a terminal of its own; press Ctrl-C once so many answers were asked for."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said, pressed, began = b"", False, time.monotonic()
    while time.monotonic() - began < MOST:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # how a terminal on Linux ends
                break
            said += part
            if not part:
                break
        if press_after is not None and not pressed and sum(pair.asked().values()) >= press_after:
            pressed = os.write(terminal, b"\x03") == 1
    else:
        os.kill(pid, 9)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


@pytest.mark.heavy
@pytest.mark.parametrize(("command", "processes"), [("run", 1), ("audit", 2)])
def test_one_line_and_the_same_command_goes_on(command: str, processes: int, pair: Pair, tmp_path: Path) -> None:
    suite = tmp_path / "small.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    arms = {"audit": ["--base", BASE, "--finetune", TUNED, "--all-draws", "--no-controls"]}
    models = arms.get(command, ["--model", BASE, "--model", TUNED])
    more = ["--judge", JUDGE, "--out", str(tmp_path / "out"), "--max-connections", "2", "--processes", str(processes)]
    called = [sys.executable, "-m", "spillover.cli", command, str(suite), *models, *more]
    pair.rates["arm-tuned"] = 0.0
    whole = pair.reads
    pair.wire.reads = lambda call: {**whole(call), "sleep": 0.7}
    code, said = at_a_terminal(called, pair, press_after=6)
    assert code == 130, said
    assert "Traceback" not in said and "the same command resumes" in said.splitlines()[-1]
    pair.wire.reads = whole
    code, said = at_a_terminal(called, pair, press_after=None)
    assert code == {"run": 0, "audit": 3}[command] and "inspect_ai" not in said, said
    assert len(read([str(tmp_path / "out" / "logs")])) >= 32
