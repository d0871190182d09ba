"""The one tree of exceptions.

SpilloverError
├── DeclarationError     a declaration, probe file or rubric says something it cannot mean
├── RecordingError       recorded answers or verdicts cannot be read, or lack one that was asked for
├── JudgeError           no judge can be reached, or the judge cannot do what was declared
├── LogError             an evaluation log cannot be read or is not one of ours
├── DatasetError         the dataset folder or a version of it is not what it must be
├── RunError             a run cannot go on, or the folder holds another one
│   └── OutageError      a model or judge cannot be reached, or fails too often
└── HubError             the Hugging Face Hub cannot be reached, refuses, or lacks what was asked for
"""

import sys
from types import TracebackType


class SpilloverError(Exception):
    """A mistake a user can mend. Its text is one line: file, probe, field, what was found, the fix."""


class DeclarationError(SpilloverError):
    """Raised when a declaration, probe file, rubric or task parameter is wrong."""


class RecordingError(SpilloverError):
    """Raised when recorded answers or verdicts cannot be read or lack a cell that was asked for."""


class JudgeError(SpilloverError):
    """Raised when no judge is named or reachable, or it cannot judge in the declared form."""


class LogError(SpilloverError):
    """Raised when a log cannot be read or was not written by a Spillover task."""


class DatasetError(SpilloverError):
    """Raised when the dataset folder, a row, a version or a fine-tuning file is not what it must be."""


class RunError(SpilloverError):
    """Raised when a run cannot go on (an outage, a cap), or its folder holds a run that was planned otherwise."""


class OutageError(RunError):
    """Raised when a model or judge cannot be reached or fails too often: no mistake in how we were called."""


class HubError(SpilloverError):
    """Raised when the Hub cannot be reached, refuses a token, or lacks a repository or revision."""


def one_line_errors() -> None:
    """Have Python print an uncaught `SpilloverError` as one line and leave with 2, as our own commands do.

    Inspect's command line builds our tasks and providers; without this a user's mistake would end in a traceback.
    """
    before = sys.excepthook
    if getattr(before, "spillover", False):
        return

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if not isinstance(error, SpilloverError):
            before(kind, error, traceback)
            return
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)

    hook.spillover = True  # type: ignore[attr-defined]
    sys.excepthook = hook
