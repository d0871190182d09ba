"""Processes that keep the machine busy, and what is needed to interrupt one of ours at a random moment."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes of pure CPU running."""
    spin = f"import os\nwhile os.getppid() == {os.getpid()}:\n    for _ in range(1000000): pass"
    started = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()


def takes(pid: int, signum: int) -> bool:
    """Whether a process handles a signal by now, as Linux tells; elsewhere after a while."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(0.5)
        return True
    caught = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signum - 1) & 1)
