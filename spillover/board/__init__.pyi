from ._build import build_site, site_files
from ._cards import cards
from ._display import read_display
from ._entries import Entry, Reproduced, Rescored, Retracted, read_entries, record_files
from ._groups import headline, setting_of
from ._rows import Board, Row, board_of
from ._table import plain_board, plain_rows

__all__ = [
    "Board",
    "Entry",
    "Reproduced",
    "Rescored",
    "Retracted",
    "Row",
    "board_of",
    "build_site",
    "cards",
    "headline",
    "plain_board",
    "plain_rows",
    "read_display",
    "read_entries",
    "record_files",
    "setting_of",
    "site_files",
]
