"""All commands, one short file each; heavy imports stay inside the commands."""

import click

from ._audit import audit
from ._cards import cards
from ._check import check
from ._dataset import dataset
from ._export import export
from ._judge import judge
from ._leaderboard import leaderboard
from ._leaderboard_check import check as check_submissions
from ._leaderboard_check import retract
from ._leaderboard_reproduce import reproduce
from ._new_domain import new_domain
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
