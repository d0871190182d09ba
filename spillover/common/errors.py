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

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar


class SpilloverError(Exception):
    """A mistake that a user can correct. Its text is one line: file, probe, field, what was found, the fix."""


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


P = ParamSpec("P")
R = TypeVar("R")


def inspect_errors(make: Callable[P, R], aloud: bool = True) -> Callable[P, R]:
    """Let Inspect's command line print what `make` raises of this tree as its own errors: one line, exit code 1.

    Inspect calls our tasks, scorers and providers; without this a user's mistake would end in a traceback.
    What is raised is still of its class here, and also a `PrerequisiteError` of Inspect's.

    Args:
        make: A function that Inspect calls before it asks a model.
        aloud: Whether to print the line even under `--display none`, where Inspect prints no error at all; not for a
            provider, which Inspect also tries without its arguments, swallowing the error.
    """

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return make(*args, **kwargs)
        except SpilloverError as error:
            raise _for_inspect(error, aloud) from error

    return made


def _for_inspect(error: SpilloverError, aloud: bool) -> SpilloverError:
    import sys

    from inspect_ai._util import error as inspects
    from rich import get_console
    from rich.markup import escape

    if isinstance(error, inspects.PrerequisiteError):
        return error
    kind, line = type(error), f"Error: {error}"
    also: SpilloverError = type(kind.__name__, (kind, inspects.PrerequisiteError), {})(str(error))
    also.message = escape(line)  # type: ignore[attr-defined]
    if aloud and inspects._exception_hook_set and get_console().quiet:
        print(line, file=sys.stderr)
    return also
