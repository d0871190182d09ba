"""The one way to write a file: it stands whole under its name, or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PART = ".part"
"""Suffix of a file that is being written."""
NAME_SHOWN = 100
"""Characters of a file's name that its part keeps: file systems allow 255 bytes."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside a file; on leaving, what was written there becomes the file.

    The data reach the disk before the name changes, so neither a kill nor a full disk leaves half a file. The folder
    is made if it is missing. Where anything fails the temporary file is removed and the file stays as it was.

    Args:
        path: The file to write.

    Raises:
        OSError: Where it cannot be written; the error carries the file's own name and the system's words.
    """
    part = path.with_name(f".{path.name[:NAME_SHOWN]}.{os.getpid()}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _to_disk(part)
        os.replace(part, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror or os.strerror(error.errno), str(path)) from error
    finally:
        _removed(part)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write bytes to a file; see `whole`."""
    with whole(path) as part:
        part.write_bytes(data)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text to a file as UTF-8, its line ends unchanged; see `whole`."""
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, data: Any, **options: Any) -> Path:
    """Write plain data to a file as JSON, two spaces a level; see `whole`.

    Args:
        path: The file.
        data: The data; NaN is refused.
        options: Further options of `json.dumps`.

    Raises:
        ValueError: Where a number is not finite.
        OSError: See `whole`.
    """
    said = {"indent": 2, "ensure_ascii": False, "allow_nan": False, **options}
    return write_text(path, json.dumps(data, **said) + "\n")


def copy_file(source: Path, path: Path) -> Path:
    """Copy a file; see `whole`."""
    with whole(path) as part:
        shutil.copyfile(source, part)
    return path


def _to_disk(part: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _removed(part: Path) -> None:
    """Remove what is left of a temporary file; a folder that cannot be read has nothing of ours."""
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return
