"""What every export does at its edges: read a record that holds together, write a file whole or not at all."""

import json
import math
from pathlib import Path
from typing import Any

from spillover.common import LogError, write_text
from spillover.records import Record, digest, read_record


def sound_record(file: str | Path) -> Record:
    """Read a record whose content has the hash that it declares.

    Raises:
        LogError: Where it is no record, or was changed after it was made.
    """
    found = read_record(file)
    content = {key: value for key, value in found.data.items() if key != "content_sha256"}
    if digest(content) != found.data["content_sha256"]:
        raise LogError(f"{file}: content_sha256: was changed after it was made; make it anew with spillover record")
    return found


def strict_json(text: str) -> Any:
    """Parse JSON from elsewhere.

    Raises:
        ValueError: Where it is none, has a key twice, or a number that is none.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=_none, parse_float=_float)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _none(said: str) -> Any:
    raise ValueError(f"{said} is not a number")


def _float(said: str) -> float:
    if math.isinf(value := float(said)):
        raise ValueError(f"{said[:20]} is too large for a number")
    return value


def write_file(path: Path, text: str) -> Path:
    """Write a text to a file, whole or not at all.

    Raises:
        LogError: Where it cannot be written.
    """
    try:
        return write_text(path, text)
    except OSError as error:
        raise LogError(f"{path}: cannot be written ({error.strerror}); give another place with --out") from error


def one_line(text: str) -> str:
    """Text from elsewhere as one line of printable characters."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
