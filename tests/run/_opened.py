"""A command in a process of its own, and how often it opened each file.

`python -m tests.run._opened OUT TIMES ARGS...` runs it so many times and writes what each time opened."""

import json
import os
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

KINDS = (".yaml", ".json", ".jsonl", ".eval")
COUNTS: Counter[str] = Counter()
"""Openings of a file for reading, by path."""
OPENED: Counter[str] = Counter()
"""Openings of a log, by reader: `spillover`, or `inspect` where we have Inspect read one outside of its own run."""
RUNNING = []
"""One entry while Inspect's `eval_set` is at work, which opens its own logs as it likes."""


def hear(event: str, args: tuple[Any, ...]) -> None:
    """Count an opening for reading."""
    if event == "open" and isinstance(args[0], str) and not args[2] & (os.O_WRONLY | os.O_RDWR):
        if args[0].endswith(KINDS) and not (args[0].endswith(".eval") and RUNNING):
            COUNTS[os.path.abspath(args[0])] += 1


def spy() -> None:
    """Count openings, those of logs by reader."""
    import inspect_ai
    import inspect_ai.log

    sys.addaudithook(hear)  # stays for good, so this is a process of its own
    run, unzip = inspect_ai.eval_set, zipfile.ZipFile.__init__

    def eval_set(*args: Any, **named: Any) -> Any:
        RUNNING.append(1)
        try:
            return run(*args, **named)
        finally:
            RUNNING.pop()

    def zipped(self: Any, file: Any, mode: str = "r", *args: Any, **named: Any) -> None:
        if mode == "r" and not RUNNING and f"{os.sep}spillover{os.sep}" in sys._getframe(1).f_code.co_filename:
            OPENED["spillover"] += 1
        unzip(self, file, mode, *args, **named)

    def counting(name: str) -> None:
        read = getattr(inspect_ai.log, name)

        def counted(*args: Any, **named: Any) -> Any:
            OPENED["inspect"] += not RUNNING
            return read(*args, **named)

        setattr(inspect_ai.log, name, counted)

    inspect_ai.eval_set = eval_set
    zipfile.ZipFile.__init__ = zipped  # type: ignore[method-assign]
    for name in ("read_eval_log", "read_eval_log_sample", "read_eval_log_samples", "read_eval_log_sample_summaries"):
        counting(name)


def main() -> None:
    """Run the command with the spies, and write down what they saw."""
    out, times, *said = sys.argv[1:]
    spy()
    sys.argv = ["spillover", *said]
    Path(out).write_text(json.dumps([_once() for _ in range(int(times))]), encoding="utf-8")


def _once() -> dict[str, Any]:
    """Exit code of one call, and what it opened."""
    from spillover.cli import main as command

    COUNTS.clear()
    OPENED.clear()
    code: Any = 0
    try:
        command()
    except SystemExit as ended:
        code = ended.code
    return {"code": code or 0, "files": dict(COUNTS), "logs": dict(OPENED)}


if __name__ == "__main__":
    main()
