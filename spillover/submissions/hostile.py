"""Checks names, kinds and sizes of a submission's files, without opening them."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from spillover.common import counted
from spillover.records import LARGEST_RECORD
from spillover.verify import Problem

from .strict import SMALL

FILES = {"submission.json": SMALL, "record.json": LARGEST_RECORD, "finetune.yaml": SMALL, "status.json": SMALL}
"""Files that a submission may hold, and the most bytes of each."""
LOGS, RESCORED = "logs", "rescored"
"""Folders that it may hold, with logs and nothing else in them."""
LOG_BYTES = 100 * 2**20
"""Most bytes of one log: GitHub takes no larger file."""
MOST_BYTES = 512 * 2**20
"""Most bytes of a whole submission. Larger logs go to a Hub repository (`--logs-at`)."""
MOST_LOGS = 100
"""Most logs in one of its folders."""
LONGEST_NAME = 200
"""Most characters of a file name: file systems allow 255 bytes, and a path needs more than the name."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=,@-]*")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
DOCS = "see docs/leaderboard.md"


def bad_name(name: str) -> str | None:
    """Why some system does not allow a file name; None where every system does."""
    if len(name) > LONGEST_NAME:
        return f"the name has {counted(len(name), 'character')}, at most {LONGEST_NAME} are allowed"
    if not _NAME.fullmatch(name):
        return "the name has characters other than A-Z a-z 0-9 . _ + = , @ -"
    if name.endswith("."):
        return "the name ends in a dot, which Windows drops"
    return "the name is reserved for a device on Windows" if _DEVICE.fullmatch(name) else None


def folder_problems(folder: Path) -> list[Problem]:
    """Problems of the files of a submission. Where there are none, the files may be opened.

    Symbolic and hard links, devices, unknown names, names that clash, too many files and too large ones are wrong.
    """
    found = [_problem(folder.name, why, "give the folder a plain name") for why in [bad_name(folder.name)] if why]
    sizes: list[int] = []
    for entry in _entries(folder, len(FILES) + 2):
        if isinstance(entry, Problem):
            found.append(entry)
        elif entry.name in (LOGS, RESCORED) and entry.is_dir(follow_symlinks=False):
            found += _of_logs(Path(entry.path), sizes)
        elif entry.name in FILES:
            found += _of_file(entry, entry.name, FILES[entry.name], sizes)
        else:
            found.append(_problem(entry.name, "this file does not belong in a submission", f"remove it, {DOCS}"))
    if sum(sizes) > MOST_BYTES:
        said = f"the submission has {sum(sizes) / 2**20:.0f} MB, at most {MOST_BYTES // 2**20} MB are allowed"
        found.append(_problem(folder.name, said, "put the logs elsewhere and give the address with --logs-at"))
    return found


def _of_logs(folder: Path, sizes: list[int]) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for entry in _entries(folder, MOST_LOGS):
        if isinstance(entry, Problem):
            yield entry
            continue
        where = f"{folder.name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False) or not entry.name.endswith(".eval"):
            yield _problem(where, "this is not an Inspect log (*.eval)", f"remove it, {DOCS}")
        elif (why := bad_name(entry.name)) is not None:
            yield _problem(where, why, "rename the log, then make record and submission again")
        elif (first := names.setdefault(entry.name.casefold(), entry.name)) != entry.name:
            yield _problem(where, f"the name differs from {first} only in capitals", "give each log a name of its own")
        else:
            yield from _of_file(entry, where, LOG_BYTES, sizes)


def _of_file(entry: "os.DirEntry[str]", where: str, most: int, sizes: list[int]) -> Iterator[Problem]:
    said = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(said.st_mode):
        yield _problem(where, "this is a symbolic link", "put the file itself here")
    elif not stat.S_ISREG(said.st_mode):
        yield _problem(where, "this is not a regular file", "put a regular file here")
    elif said.st_nlink > 1:
        yield _problem(where, f"this is one of {said.st_nlink} hard links to the same data", "put a copy here")
    elif said.st_size > most:
        size = f"the file has {said.st_size / 2**20:.1f} MB, at most {most / 2**20:.3g} MB are allowed"
        yield _problem(where, size, "make it smaller, or put logs elsewhere (--logs-at)")
    elif said.st_size == 0:
        yield _problem(where, "the file is empty", "make the submission again with spillover submit")
    sizes.append(said.st_size)


def _entries(folder: Path, most: int) -> "Iterator[os.DirEntry[str] | Problem]":
    """Entries of a folder up to the limit. Beyond the limit it gives one problem and lists no more."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number == most:
                yield _problem(
                    f"{folder.name}/", f"the folder holds more than {most} files", "submit the run of one model only"
                )
                return
            yield entry


def _problem(file: str, what: str, fix: str) -> Problem:
    return Problem("FilesAreInPlace", file, what, fix)
