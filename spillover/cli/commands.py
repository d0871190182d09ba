"""All commands, one short file each; heavy imports stay inside the commands."""

import click

from .audit import audit
from .cards import cards
from .check import check
from .dataset import dataset
from .export import export
from .judge import judge
from .leaderboard import leaderboard
from .leaderboard_check import check as check_submissions
from .leaderboard_check import retract
from .leaderboard_reproduce import reproduce
from .new_domain import new_domain
from .plan import plan
from .publish import publish
from .record import record
from .rescore import rescore
from .run import run
from .show import show
from .submit import submit
from .verify import verify


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
leaderboard.add_command(reproduce)
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
