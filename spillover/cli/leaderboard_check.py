"""`spillover leaderboard check` and `retract`: what a pull request must pass, and taking back in the open."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted, finite

from .plain import plain

if TYPE_CHECKING:
    from spillover.submissions import Checked

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("submissions", nargs=-1, required=True, type=PATH)
@click.option("--new", is_flag=True, help="Treat the submissions as new: refuse what only maintainers may add.")
@click.option("--among", type=PATH, help="Folder of submissions to compare with (default: the parent folder of each).")
@click.option("--logs", multiple=True, type=PATH, help="Folder with the logs, if a submission only links to them.")
@click.option(
    "--judge-card",
    "cards",
    multiple=True,
    type=PATH,
    help="Judge card that a record contains and the package does not.",
)
@click.option("--heldout", type=PATH, help="JSONL of held-out questions that no file may contain (maintainers).")
@click.option("--write-status", is_flag=True, help="Write status.json for the sound submissions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    submissions: tuple[Path, ...],
    new: bool,
    among: Path | None,
    logs: tuple[Path, ...],
    cards: tuple[Path, ...],
    heldout: Path | None,
    write_status: bool,
    as_json: bool,
) -> None:
    """Check SUBMISSIONS (folders): files, schema, hashes, every number from the logs, duplicates, names.

    Exit code: 0 all hold, 1 something does not, 2 wrong use. A flag is for a person to look at and fails nothing.
    """
    import json
    import sys

    from spillover.submissions import HeldOut, How, check_each, write_statuses

    from .package import Package

    how = How(new, logs, Package(cards), HeldOut.read(heldout) if heldout is not None else None)
    found = check_each(submissions, how, among)
    written = write_statuses(submissions, found) if write_status else []
    if as_json:
        said = finite([one.as_dict() for one in found])
        click.echo(json.dumps({"submissions": said, "written": [str(one) for one in written]}, allow_nan=False))
    else:
        for one in found:
            _print(one)
    sys.exit(0 if all(one.holds for one in found) else 1)


def _print(found: "Checked") -> None:
    name = plain(found.submission)
    for problem in found.problems:
        click.echo(f"{name}: {plain(str(problem))}")
    for flag in found.flags:
        click.echo(f"{name}: please check (no error): {plain(str(flag))}")
    taken = f", retracted on {found.status.retracted.date}" if found.status.retracted else ""
    says = f"{found.verification}{taken}" if found.holds else f"refused, {counted(len(found.problems), 'problem')}"
    click.echo(f"{name}: {says} ({counted(found.logs, 'log')}, {counted(found.answers, 'answer')})")


@click.command()
@click.argument("submission", type=PATH)
@click.option("--reason", required=True, help="Reason; the board shows it.")
def retract(submission: Path, reason: str) -> None:
    """Retract a SUBMISSION: its folder stays, its row is struck through."""
    from spillover.submissions import retract as run

    said = run(submission, reason)
    assert said.retracted is not None
    click.echo(f"{submission}: retracted on {said.retracted.date}: {plain(said.retracted.reason)}")
