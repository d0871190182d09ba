"""SHA-256 of texts, files and plain data: written once, so that one thing has one hash everywhere."""

import hashlib
import json
from pathlib import Path
from typing import Any

from .kept_files import read_once


def hash_of(data: str | bytes) -> str:
    """SHA-256 of bytes, or of a text as UTF-8; half a character pair counts as a question mark."""
    return hashlib.sha256(data.encode("utf-8", "replace") if isinstance(data, str) else data).hexdigest()


def number_of(text: str, size: int = 8) -> int:
    """A number that looks drawn at random and follows from a text alone: the first bytes of the text's hash.

    Args:
        text: The text.
        size: How many bytes.
    """
    return int(hash_of(text)[: 2 * size], 16)


def file_sha256(file: str | Path) -> str:
    """SHA-256 of a file, read in pieces, and once for as long as it stays as it is."""
    return _file_sha256(Path(file))


@read_once
def _file_sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def canonical(plain: Any) -> bytes:
    """The bytes of plain data that records hash and that statements sign: keys sorted, no spaces, ASCII, no NaN."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(plain: Any) -> str:
    """SHA-256 of plain data in a record, whatever the order of its keys."""
    return hash_of(canonical(plain))


def plan_digest(plain: Any) -> str:
    """SHA-256 of plain data in a plan or of a version's material, whatever the order of its keys."""
    return hash_of(json.dumps(plain, sort_keys=True, ensure_ascii=False))
