"""Interrupts at random moments on a busy machine: each ends the audit, asks nothing more, and loses nothing.

`make test-interrupts` interrupts 100 times beside 8 busy processes; the ordinary tests a few times beside 2.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ._busy import busy, takes
from ._pair import BASE, JUDGE, TUNED, Pair
from .test_kills import command, finished

pytestmark = pytest.mark.heavy

TIMES = int(os.environ.get("SPILLOVER_INTERRUPTS", "5"))
BUSY = int(os.environ.get("SPILLOVER_BUSY", "2"))
SUITE = """
id: interrupts
title: One domain
domains: [everyday_advice]
probes: 8
judge: graded
draws: 32
chunk: 8
stop_early: false
"""
EACH = 10
"""Interrupts of one audit before it is let run to its end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
IN_FLIGHT = 3 * 4
"""Calls that may be under way at the moment of a signal: two arms and a judge, four at a time."""


def started(called: list[str], before: Callable[[], object] | None = None) -> subprocess.Popen[bytes]:
    """A process of its own session: no terminal reaches it, and a SIGHUP that `nohup` has us ignore is not ignored."""
    before = before or (lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
    pipe = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(called, start_new_session=True, preexec_fn=before, **pipe)  # type: ignore[call-overload,no-any-return]


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not holds() and process.poll() is None:
        time.sleep(0.005)


@dataclass
class Interrupts:
    """What became of interrupts at random moments.

    Attributes:
        pair: Who is asked.
        rng: Draws the moments.
        requests: How many requests a whole audit sends. A moment is a number of requests and a part of a second, so
            that it does not depend on how busy the machine is.
        late: Requests that came after each signal.
        waits: Seconds from each signal to the end of the process.
    """

    pair: Pair
    rng: random.Random
    requests: int
    late: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def once(self, called: list[str], signum: int) -> bool:
        """Interrupt a process at a random moment; False where it ended before."""
        process, sent = started(called), self.pair.wire.calls
        until(partial(takes, process.pid, signal.SIGTERM), process)
        at = len(sent) + self.rng.randrange(2 * self.requests // EACH)
        until(lambda: len(sent) >= at, process)
        try:
            process.wait(self.rng.uniform(0.0, 0.3))
        except subprocess.TimeoutExpired:
            before, began = len(sent), time.monotonic()
            process.send_signal(signum)
        else:
            return False
        said = process.communicate(timeout=600)[1].decode()
        if process.returncode == 1 and "stopped" not in said:
            return False  # its report was written already
        self.waits.append(time.monotonic() - began)
        self.late.append(len(sent) - before)
        assert process.returncode == 128 + signum and "Traceback" not in said, said
        assert said.splitlines()[-1].startswith("stopped by"), said
        return True

    def audit(self, called: Callable[[int], list[str]], most: int) -> None:
        """Interrupt one audit again and again, with one process and with two, then let it end."""
        for number in range(most):
            at = len(self.late)
            if not self.once(called(1 + number % 2), SIGNALS[at % len(SIGNALS)]):
                break
        assert subprocess.run(called(1), check=False, stdout=subprocess.DEVNULL).returncode == 1


def test_interrupted_at_random_moments_it_stops_and_resumes_to_the_same_table(pair: Pair, tmp_path: Path) -> None:
    suite = tmp_path / "interrupts.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    reads = pair.reads
    pair.wire.reads = lambda call: {**reads(call), "sleep": 0.02}
    with busy(BUSY):
        whole = command(suite, tmp_path / "whole", 1)
        assert subprocess.run(whole, check=False, stdout=subprocess.DEVNULL).returncode == 1
        found = Interrupts(pair, random.Random(TIMES), len(pair.wire.calls))
        run = 0
        while len(found.late) < TIMES:
            run += 1
            out = tmp_path / f"run-{run}"
            found.audit(partial(command, suite, out), min(EACH, TIMES - len(found.late)))
            assert finished(out) == finished(tmp_path / "whole")
    assert max(found.late) <= IN_FLIGHT, "what was under way at the signal, and nothing after it"
    waits = sorted(found.waits)
    print(f"{len(waits)} interrupts in {run} audits beside {BUSY} busy processes ({found.requests} requests each):")
    print(
        f"requests after a signal: at most {max(found.late)}, none in {found.late.count(0)} of {len(waits)};", end=" "
    )
    print(f"seconds until the process ended: median {waits[len(waits) // 2]:.1f}, most {waits[-1]:.1f}")


def ignoring(signum: int) -> Callable[[], Any]:
    """As a shell starts what runs in the background: with SIGINT ignored."""
    return lambda: signal.signal(signum, signal.SIG_IGN)


@pytest.mark.parametrize(
    ("what", "signum", "before", "code"),
    [
        ("audit", signal.SIGINT, ignoring(signal.SIGINT), 130),
        ("audit", signal.SIGHUP, None, 129),
        ("run", signal.SIGTERM, None, 143),
    ],
)
def test_without_a_terminal_it_stops_too(
    what: str, signum: int, before: Callable[[], Any] | None, code: int, pair: Pair, tmp_path: Path
) -> None:
    suite = tmp_path / "interrupts.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    called = command(suite, tmp_path / "out", 1)
    if what == "run":
        arms = ["--model", BASE, "--model", TUNED, "--judge", JUDGE]
        called = [*called[:3], "run", str(suite), *arms, "--out", str(tmp_path / "out")]
    reads = pair.reads
    pair.wire.reads = lambda call: {**reads(call), "sleep": 0.2}
    process = started(called, before)
    until(lambda: sum(pair.asked().values()) >= 4, process)
    process.send_signal(signum)
    said = process.communicate(timeout=6000)[1].decode()
    name = {130: "Ctrl-C", 143: "SIGTERM", 129: "SIGHUP"}[code]
    assert (process.returncode, "Traceback" in said) == (code, False), said
    assert said.splitlines()[-1] == (
        f"stopped by {name}, no answer: what was answered is kept; the same command resumes"
    )


def test_a_second_one_ends_it_at_once() -> None:
    code = (
        "import os, signal, time\n"
        "from spillover.common.interrupt import Interrupted, listening\n"
        "with listening():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except Interrupted:\n"
        "        print('closing', flush=True)\n"
        "        while True: time.sleep(0.01)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"closing\n"
    process.send_signal(signal.SIGINT)  # a second signal of the same press, or a second press
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=600)[1].decode()
    assert process.returncode == 130 and said.startswith("stopped at once"), said
