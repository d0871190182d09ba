"""Build the site: make every file first, then put all in place, so that no reader sees half of it."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from spillover.common import RunError, trouble, whole

from .display import Display, read_display
from .downloads import csv_text, json_text, parquet_bytes
from .entries import read_entries
from .model_cards import cards
from .page import page_html
from .rows import Board, board_of
from .samples import drawn
from .table import plain_board

PAGE = "index.html"


def build_site(
    folders: Iterable[Path], out: Path, suite_version: str | None = None, display: Path | None = None
) -> Board:
    """Build the site of the records in folders.

    Args:
        folders: Folders of records.
        out: Folder that the site is written to.
        suite_version: The one version to show, or None for all.
        display: Display file, or None for the one that ships.

    Raises:
        LogError: Where a record or its status cannot be used, or none is of that version.
        DeclarationError: Where the display file is wrong.
        RunError: Where the site cannot be written.
    """
    look = read_display(display)
    board = board_of(read_entries(folders), look, suite_version)
    files = site_files(board, look)
    try:
        _write(out, files)
    except OSError as error:
        raise RunError(f"{out}: cannot be written ({trouble(error)}); give another folder with --out") from error
    return board


def site_files(board: Board, display: Display) -> dict[str, bytes]:
    """Every file of the site by name, the page last."""
    plain = plain_board(board)
    return {
        "leaderboard.csv": csv_text(plain["rows"]).encode(),
        "leaderboard.json": json_text(plain).encode(),
        "leaderboard.parquet": parquet_bytes(plain["rows"]),
        PAGE: page_html(plain, cards(board, drawn), display).encode(),
    }


def _write(out: Path, files: dict[str, bytes]) -> None:
    """Write every file of the site, or none of them: names change once all data are on the disk."""
    with ExitStack() as parts:
        for name, data in reversed(files.items()):  # names change in the order of `files`
            parts.enter_context(whole(out / name)).write_bytes(data)
