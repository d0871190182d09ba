"""A run that ends before its time, by an outage or by Ctrl-C: one line that says how to go on, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ._plain import plain

OUTAGE, INTERRUPTED = 70, 130
BEAT = 60.0
"""Seconds of silence after which a run says how far it is."""


@contextmanager
def stopping() -> Iterator[None]:
    """End with one line on stderr where a model or judge is away, or somebody presses Ctrl-C."""
    import sys

    from spillover.errors import OutageError

    try:
        yield
    except OutageError as error:
        click.echo(f"stopped, no answer: {plain(str(error))}", err=True)
        sys.exit(OUTAGE)
    except KeyboardInterrupt:
        click.echo("stopped by Ctrl-C, no answer: what was answered is kept; the same command goes on", err=True)
        sys.exit(INTERRUPTED)
