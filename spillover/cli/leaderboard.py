"""`spillover leaderboard build`: records as a page that opens from a file, and as CSV, JSON and Parquet."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.board import Board, Row

OWN = ("records", "leaderboard/submissions")
"""Folders that are looked into where none is given."""
EXAMPLES = "examples/records"
"""The folder that is shown where the others hold no record."""
MOST_LEFT_OUT = 20
"""Runs without a row that are named on the terminal; the others are counted."""


@click.group()
def leaderboard() -> None:
    """The leaderboard: build it, check what is submitted to it."""


@leaderboard.command()
@click.option("--records", multiple=True, type=click.Path(path_type=Path), help="Folder of records (repeatable).")
@click.option("--out", default="site", show_default=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--suite-version", metavar="VERSION", help="Show only results of this dataset version.")
@click.option("--display", type=click.Path(path_type=Path), help="YAML file with columns, order, words and colours.")
def build(records: tuple[Path, ...], out: Path, suite_version: str | None, display: Path | None) -> None:
    """Build the leaderboard: OUT/index.html, and leaderboard.csv, .json and .parquet beside it.

    Without --records it is built of records/ and leaderboard/submissions/, or of the examples where both are empty.
    """
    from spillover.board import build_site, record_files
    from spillover.common import RunError

    if out.exists() and not out.is_dir():
        raise RunError(f"{out}: is a file; give --out a folder")
    folders = records or _there()
    board = build_site(folders, out, suite_version, display)
    models, groups = len(board.rows), len(board.groups)
    said = f"{models} model{'s' * (models != 1)} in {groups} group{'s' * (groups != 1)}"
    click.echo(f"{out / 'index.html'}: {said}")
    for folder in folders:
        if next(record_files(folder), None) is None:
            click.echo(f"  {folder}: holds no record; spillover record makes one", err=True)
    for row in board.rows:
        if row.setting.origin and len(board.rows) < 20:
            click.echo(f"  {plain(row.model)}: {plain('; '.join(row.entry.data['origins']))}")
    _say_left_out(board)


def _say_left_out(board: "Board") -> None:
    """Runs that have no row, each with why."""
    for number, (row, stands) in enumerate(board.left_out):
        if number == MOST_LEFT_OUT:
            click.echo(f"  left out: {counted(len(board.left_out) - number, 'run')} more; the cards list them")
            return
        further = "was verified further" if stands.entry.level > row.entry.level else "is newer"
        click.echo(f"  left out: {plain(row.model)}, {_named(row)}: {_named(stands)} {further}")


def _named(row: "Row") -> str:
    entry = row.entry
    return plain(f"{entry.file or entry.id} ({entry.verification}, {entry.data['created'][:10]})")


def _there() -> list[Path]:
    """The folders that hold a record; examples where no other does."""
    from spillover.common import LogError

    found = [Path(one) for one in OWN if Path(one).is_dir() and next(Path(one).rglob("*.json"), None)]
    if not found and Path(EXAMPLES).is_dir():
        found = [Path(EXAMPLES)]
    if not found:
        raise LogError(f"no records in {' or '.join(OWN)}; make some with spillover record, or give --records DIR")
    return found
