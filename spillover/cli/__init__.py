"""The command line. Signals are taken before the commands are imported, so that no interrupt is lost."""

import os
import sys
from typing import TYPE_CHECKING, Any

from spillover.common import Interrupted, exit_code, listening, pending, signal_name

if TYPE_CHECKING:
    from .commands import spillover
    from .package import Package

__all__ = ["Package", "main", "spillover"]


def __getattr__(name: str) -> Any:
    if name == "Package":
        from .package import Package

        return Package
    if name != "spillover":
        raise AttributeError(name)
    from .commands import spillover

    return spillover


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2, a failure of ours one and 70.

    A signal ends it with 128 and the signal's number: 130 after Ctrl-C, 143 after SIGTERM.
    """
    try:
        with listening(to_the_end=True):
            _carried_out()
    except KeyboardInterrupt as error:
        print(f"stopped by {signal_name(error)}", file=sys.stderr)
        sys.exit(exit_code(error))


def _carried_out() -> None:
    import click

    from spillover import cli
    from spillover.common import SpilloverError

    from .plain import disk_trouble, plain

    try:
        cli.spillover(standalone_mode=False)
    except click.exceptions.Abort as error:
        raise error.__cause__ or KeyboardInterrupt from error
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SpilloverError as error:
        click.echo(f"Error: {plain(' '.join(str(error).split()))}", err=True)
        sys.exit(2)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # click ends with 1, which reads as an answer
            sys.exit(141)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        signum = pending()
        if signum is not None:  # what an interrupt breaks on its way is the interrupt, a cancelled task too
            raise Interrupted(signum) from error
        if not isinstance(error, Exception):
            raise
        if os.environ.get("SPILLOVER_TRACEBACK"):
            raise
        why = plain(" ".join(str(error).split())[:300])
        said = disk_trouble(error)
        internal = f"internal failure: {type(error).__name__}: {why} (SPILLOVER_TRACEBACK=1 shows where)"
        click.echo(f"Error: {said or internal}", err=True)
        sys.exit(70)
