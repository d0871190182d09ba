from .build import build_site, site_files
from .display import Display, read_display
from .entries import Entry, Reproduced, Rescored, Retracted, read_entries, record_files
from .groups import headline, setting_of
from .model_cards import cards
from .rows import Board, Row, board_of
from .table import plain_board, plain_rows

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
