from .file import files_of, is_lines, opened, parsed, readable, records, rows_in, sha256_of
from .marks import USER
from .rows import UNMARKED, Row, read_row, texts_of
from .sample import KNOWN, Training, first_turns, keys_said, read_training

__all__ = [
    "KNOWN",
    "UNMARKED",
    "USER",
    "Row",
    "Training",
    "files_of",
    "first_turns",
    "is_lines",
    "keys_said",
    "opened",
    "parsed",
    "read_row",
    "read_training",
    "readable",
    "records",
    "rows_in",
    "sha256_of",
    "texts_of",
]
