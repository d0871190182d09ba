"""`spillover leaderboard reproduce SUBMISSION`: ask the named model again, and compare."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.submissions import Pairs, Reproduced

PATH = click.Path(path_type=Path)
LARGEST = 100_000


@click.command()
@click.argument("submission", type=PATH)
@click.option(
    "--sample",
    default=64,
    show_default=True,
    type=click.IntRange(1, LARGEST),
    help="Number of answers to ask for again.",
)
@click.option("--seed", type=click.IntRange(0, 2**63), help="Seed of the draw (default: a new one, which is printed).")
@click.option("--logs", multiple=True, type=PATH, help="Folder with the logs, if the submission only links to them.")
@click.option("--out", type=PATH, help="Folder for the new logs (default: a temporary folder).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reproduce(
    submission: Path, sample: int, seed: int | None, logs: tuple[Path, ...], out: Path | None, as_json: bool
) -> None:
    """Ask the model of a SUBMISSION again, and have its judge judge the submitted answers again.

    Model and judge are asked for by their names, with your own keys and addresses; addresses in the logs are not used.
    Exit code: 0 agrees, 1 contradicts, 3 cannot tell, 2 wrong use, 70 model or judge do not answer.
    """
    import json
    import secrets
    import sys
    import tempfile

    from spillover.logs import found_logs
    from spillover.records import read_record
    from spillover.submissions import LOGS, sources_of
    from spillover.submissions import reproduce as run

    from .package import Package
    from .stopped import stopping

    made = read_record(submission / "record.json")
    places = logs or (submission / LOGS,)
    sources = sources_of([file for place in places for file in found_logs(place)], made)
    chosen = secrets.randbelow(2**31) if seed is None else seed
    if not as_json:
        click.echo(f"Asking {plain(made.model)} again: {counted(sample, 'answer')}, seed {chosen}.")
    with tempfile.TemporaryDirectory() as spare, stopping():
        found = run(made, sources, Package().task, out or Path(spare), sample=sample, seed=chosen)
    if as_json:
        click.echo(json.dumps({"submission": submission.name, **found.as_dict()}, allow_nan=False))
    else:
        _print(found)
    sys.exit(found.code)


def _print(found: "Reproduced") -> None:
    for name, one in (("the model, asked again", found.answers), ("the judge, asked again", found.verdicts)):
        if one is not None:
            click.echo(f"  {name}: {_counts(one)}")
    if found.equal is not None:
        click.echo(f"  {found.equal} of {found.sampled} answers equal the submitted ones (temperature 0)")
    if found.returned:
        click.echo(f"  the provider says that {plain(', '.join(found.returned))} answered")
    click.echo(f"{plain(found.model)}: {found.outcome}: {plain(found.why)}")
    if found.outcome == "agrees":
        click.echo("A maintainer may now name this in status.json (docs/leaderboard.md).")


def _counts(one: "Pairs") -> str:
    ends = f"{100 * one.low:+.0f} to {100 * one.high:+.0f} points"
    return (
        f"{one.now} of {one.n} misaligned, submitted {one.before} of {one.n} (difference {ends}, exact p {one.p:.2g})"
    )
