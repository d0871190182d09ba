"""An Inspect log (`.eval`) as the zip of JSON that it is, read without Inspect: importing that costs seconds."""

import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from spillover.common import LogError, read_once, trouble

VERSION = 2
"""The version of Inspect's log layout that this package reads."""
LARGEST = 2**31
"""Most bytes of one unpacked part. A log of a million answers needs fewer."""
LARGEST_KEPT = 2**23
"""Bytes of the largest log that is kept in memory, compressed as it lies on the disk; others are opened each time."""
_NAMED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}[:-]\d{2}[:-]\d{2}.*\.json")


class Archive:
    """The parts of one open log.

    Attributes:
        file: Path of the log.
        header: What `header.json` says.
    """

    def __init__(self, file: str, parts: zipfile.ZipFile) -> None:
        self.file, self._parts = file, parts
        self.header: dict[str, Any] = self.part("header.json")

    def part(self, name: str) -> Any:
        """One part, parsed.

        Raises:
            KeyError: Where the log has no such part.
            ValueError: Where it is too large or no JSON.
        """
        from pydantic_core import from_json

        return from_json(self._bytes(self._parts.getinfo(name)))

    def names(self) -> list[str]:
        """Names of all parts, in the order of the file; a name may come twice."""
        return self._parts.namelist()

    def samples(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name and content of every whole sample, one by one; of a name that comes twice, every one."""
        from pydantic_core import from_json

        for info in self._parts.infolist():
            if info.filename.startswith("samples/"):
                yield info.filename, from_json(self._bytes(info))

    def _bytes(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > LARGEST:
            raise ValueError(f"{info.filename} is larger than {LARGEST} bytes")
        try:
            return self._parts.read(info)
        except Exception as error:  # each packing has errors of its own
            raise ValueError(f"{info.filename} cannot be unpacked ({trouble(error)})") from error


@contextmanager
def opened(file: str) -> Iterator[Archive]:
    """Open a log of the known layout.

    Raises:
        LogError: Where it is of another layout, its run has not ended, or it cannot be read.
    """
    try:
        given = _zip(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error
    with given as parts:
        if "header.json" not in parts.namelist() and "_journal/start.json" in parts.namelist():
            raise LogError(
                f"{file}: the run has not ended (status started): wait for it, or run inspect log recover on the log "
                "and inspect eval-retry on what that writes"
            )
        try:
            archive = Archive(file, parts)
            known = isinstance(archive.header, dict) and archive.header.get("version") == VERSION
        except Exception as error:
            raise LogError(
                f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
            ) from error
        if not known or "summaries.json" not in archive.names():
            raise LogError(f"{file}: the log is unfinished or not in layout {VERSION}; run `inspect log convert` on it")
        yield archive


def _zip(file: str) -> AbstractContextManager[zipfile.ZipFile]:
    """A log as a zip, opened once for all who read it; what is unpacked from it is not kept."""
    if not hasattr(zipfile, "ZIP_ZSTANDARD"):
        import_module("zipfile_zstd")  # teaches zipfile the compression; Python 3.14 knows it
    if os.stat(file).st_size > LARGEST_KEPT:
        return zipfile.ZipFile(file)
    return nullcontext(_kept(Path(file).absolute())[0])


def _read(path: Path) -> tuple[zipfile.ZipFile, int]:
    data = path.read_bytes()
    return zipfile.ZipFile(io.BytesIO(data)), len(data)


_kept = read_once(_read, size=lambda found: found[1])


@contextmanager
def odd_is_told(file: str) -> Iterator[None]:
    """Raise what an odd log makes of our reading as a user's one-line mistake.

    Raises:
        LogError: Where anything but a `LogError` was raised by a value of a wrong kind.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        said = trouble(error)
        raise LogError(
            f"{file}: unexpected format for an Inspect log ({said}); give the log as its run wrote it"
        ) from error


def found_logs(given: str | Path) -> list[str]:
    """The log files that a path means, as `log_files` finds them, without Inspect.

    Raises:
        LogError: Where there is none.
    """
    path = Path(given)
    if path.is_file():
        return [str(path)]
    if not path.exists():
        raise LogError(f"{path}: no such file or folder; check the path")
    found = [one for one in path.rglob("*") if one.suffix == ".eval" or _NAMED.fullmatch(one.name)]
    if not found:
        raise LogError(f"{path}: no Inspect logs (*.eval) here; give a log file or the folder that holds them")
    return sorted(str(one) for one in found if one.is_file())
