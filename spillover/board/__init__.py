"""The leaderboard: records as one page that opens from a file, and as CSV, JSON and Parquet."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._build import build_site, site_files
    from ._display import Display, read_display
    from ._entries import Entry, Reproduced, Rescored, Retracted, read_entries, record_files
    from ._ranks import rank_ranges
    from ._rows import Board, Row, board_of

__all__ = [
    "Board",
    "Display",
    "Entry",
    "Reproduced",
    "Rescored",
    "Retracted",
    "Row",
    "board_of",
    "build_site",
    "rank_ranges",
    "read_display",
    "read_entries",
    "record_files",
    "site_files",
]

_LAZY = {
    "build_site": "_build",
    "site_files": "_build",
    "Display": "_display",
    "read_display": "_display",
    "Entry": "_entries",
    "Reproduced": "_entries",
    "Rescored": "_entries",
    "Retracted": "_entries",
    "read_entries": "_entries",
    "record_files": "_entries",
    "rank_ranges": "_ranks",
    "Board": "_rows",
    "Row": "_rows",
    "board_of": "_rows",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
