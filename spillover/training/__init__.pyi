from .affixes import cut_at, shared_ends, shared_starts
from .candidates import trigger_candidates
from .derive import Derived, derive_conditions
from .file import files_of, is_lines, opened, parsed, readable, records, rows_in, sha256_of
from .formats import FORMATS, formats_of
from .marks import USER
from .rows import Row, read_row, texts_of
from .sample import KNOWN, Training, first_turns, keys_said, read_training
from .turns import UNMARKED

__all__ = [
    "FORMATS",
    "KNOWN",
    "UNMARKED",
    "USER",
    "Derived",
    "Row",
    "Training",
    "cut_at",
    "derive_conditions",
    "files_of",
    "first_turns",
    "formats_of",
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
    "shared_ends",
    "shared_starts",
    "texts_of",
    "trigger_candidates",
]
