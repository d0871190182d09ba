"""A run that ends before its time, by an outage or an interrupt: one line that says how to resume, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from spillover.common import Interrupted, exit_code, listening, pending, signal_name

from .plain import plain

OUTAGE = 70
BEAT = 60.0
"""Seconds of silence after which a run says how far it is."""


@contextmanager
def stopping() -> Iterator[None]:
    """End with one line on stderr where a model or judge is away, or a signal asks the command to stop.

    Exit codes: 70 for an outage, 130 after Ctrl-C (SIGINT), 143 after SIGTERM, 129 after SIGHUP.
    """
    import sys

    from spillover.common import OutageError

    with listening():
        try:
            yield
        except SystemExit:
            raise
        except BaseException as error:
            signum = getattr(error, "signum", pending())
            if signum is not None or isinstance(error, KeyboardInterrupt):  # what an interrupt breaks is the interrupt
                sys.exit(interrupted(error if signum is None else Interrupted(signum)))
            if not isinstance(error, OutageError):
                raise
            click.echo(f"stopped, no answer: {plain(str(error))}", err=True)
            sys.exit(OUTAGE)


def interrupted(error: BaseException) -> int:
    """Say that a signal stopped the command; gives the exit code."""
    by = signal_name(error)
    click.echo(f"stopped by {by}, no answer: what was answered is kept; the same command resumes", err=True)
    return exit_code(error)
