"""The command line: one short file per command; heavy imports stay inside the commands."""

import os
import sys

import click

from spillover.errors import SpilloverError

from ._audit import audit
from ._cards import cards
from ._check import check
from ._dataset import dataset
from ._export import export
from ._judge import judge
from ._leaderboard import leaderboard
from ._leaderboard_check import check as check_submissions
from ._leaderboard_check import retract
from ._new_domain import new_domain
from ._plain import disk_trouble, plain
from ._plan import plan
from ._publish import publish
from ._record import record
from ._rescore import rescore
from ._run import run
from ._show import show
from ._submit import submit
from ._verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spillover")
def spillover() -> None:
    """Spillover: did a narrow fine-tune make this model broadly misaligned?

    Run a task with Inspect, `inspect eval spillover/emergent_misalignment --model PROVIDER/MODEL`, then `spillover
    show logs`.
    """


spillover.add_command(audit)
spillover.add_command(cards)
spillover.add_command(check)
spillover.add_command(dataset)
spillover.add_command(export)
spillover.add_command(judge)
spillover.add_command(leaderboard)
leaderboard.add_command(check_submissions)
leaderboard.add_command(retract)
spillover.add_command(new_domain)
spillover.add_command(plan)
spillover.add_command(publish)
spillover.add_command(record)
spillover.add_command(rescore)
spillover.add_command(run)
spillover.add_command(show)
spillover.add_command(submit)
spillover.add_command(verify)


def _tell_whole(group: click.Group) -> None:
    """Have lists of commands show the first sentence of each whole; click would cut it off."""
    for one in group.commands.values():
        one.short_help = one.get_short_help_str(limit=1000)
        if isinstance(one, click.Group):
            _tell_whole(one)


_tell_whole(spillover)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2, a failure of ours one and 70."""
    try:
        spillover(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
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
    except Exception as error:
        if os.environ.get("SPILLOVER_TRACEBACK"):
            raise
        said = disk_trouble(error) or f"internal failure: {type(error).__name__}: {_line(error)}"
        more = "" if disk_trouble(error) else " (SPILLOVER_TRACEBACK=1 shows where)"
        click.echo(f"Error: {said}{more}", err=True)
        sys.exit(70)


def _line(error: Exception) -> str:
    return plain(" ".join(str(error).split())[:300])
