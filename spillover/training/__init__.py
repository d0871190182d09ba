"""Fine-tuning files: one reader for the conditions of an audit and for the search for our probes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .file import files_of, parsed, records, sha256_of
    from .rows import Reading, Row, Turn, read_row, row_of, texts_of
    from .sample import Training, first_turns, keys_said, read_training

__all__ = [
    "Reading",
    "Row",
    "Training",
    "Turn",
    "files_of",
    "first_turns",
    "keys_said",
    "parsed",
    "read_row",
    "read_training",
    "records",
    "row_of",
    "sha256_of",
    "texts_of",
]

_LAZY = {
    **dict.fromkeys(("files_of", "parsed", "records", "sha256_of"), "file"),
    **dict.fromkeys(("Reading", "Row", "Turn", "read_row", "row_of", "texts_of"), "rows"),
    **dict.fromkeys(("Training", "first_turns", "keys_said", "read_training"), "sample"),
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
