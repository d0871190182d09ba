"""The files of a submission, looked at from outside: names, kinds, sizes. Nothing is opened here."""

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
"""Files that a submission may hold, and the bytes that each may have."""
LOGS, RESCORED = "logs", "rescored"
"""Folders that it may hold; logs and nothing else lie in them."""
LOG_BYTES = 100 * 2**20
"""Bytes that one log may have: GitHub takes no larger file."""
MOST_BYTES = 512 * 2**20
"""Bytes of a whole submission; more goes to a Hub repository (`--logs-at`)."""
MOST_LOGS = 100
"""Logs in a folder of it."""
LONGEST_NAME = 200
"""Characters of a file name: file systems end at 255 bytes, and a part of a path is not all of it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=,@-]*")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
DOCS = "see docs/leaderboard.md"


def bad_name(name: str) -> str | None:
    """Why a file may not be called so on some system that people use, or None."""
    if len(name) > LONGEST_NAME:
        return f"has a name of {counted(len(name), 'character')}; at most {LONGEST_NAME}"
    if not _NAME.fullmatch(name):
        return "has a name with other characters than A-Z a-z 0-9 . _ + = , @ -"
    if name.endswith("."):
        return "has a name that ends in a dot, which Windows drops"
    return "has the name of a device of Windows" if _DEVICE.fullmatch(name) else None


def folder_problems(folder: Path) -> list[Problem]:
    """What is wrong with the files of a submission; where nothing is, they may be opened.

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
            found.append(_problem(entry.name, "does not belong into a submission", f"take it out, {DOCS}"))
    if sum(sizes) > MOST_BYTES:
        said = f"has {sum(sizes) / 2**20:.0f} MB, at most {MOST_BYTES // 2**20}"
        found.append(_problem(folder.name, said, "put the logs elsewhere and give their place (--logs-at)"))
    return found


def _of_logs(folder: Path, sizes: list[int]) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for entry in _entries(folder, MOST_LOGS):
        if isinstance(entry, Problem):
            yield entry
            continue
        where = f"{folder.name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False) or not entry.name.endswith(".eval"):
            yield _problem(where, "is no Inspect log (*.eval)", f"take it out, {DOCS}")
        elif (why := bad_name(entry.name)) is not None:
            yield _problem(where, why, "rename the log and make record and submission anew")
        elif (first := names.setdefault(entry.name.casefold(), entry.name)) != entry.name:
            yield _problem(where, f"differs from {first} in capitals only", "give each log a name of its own")
        else:
            yield from _of_file(entry, where, LOG_BYTES, sizes)


def _of_file(entry: "os.DirEntry[str]", where: str, most: int, sizes: list[int]) -> Iterator[Problem]:
    said = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(said.st_mode):
        yield _problem(where, "is a symbolic link", "put the file itself there")
    elif not stat.S_ISREG(said.st_mode):
        yield _problem(where, "is no regular file", "put a file there")
    elif said.st_nlink > 1:
        yield _problem(where, f"is one of {said.st_nlink} hard links to the same data", "put a copy there")
    elif said.st_size > most:
        size = f"has {said.st_size / 2**20:.1f} MB, at most {most / 2**20:.3g}"
        yield _problem(where, size, "make it smaller; logs may lie elsewhere (--logs-at)")
    elif said.st_size == 0:
        yield _problem(where, "is empty", "make the submission anew with spillover submit")
    sizes.append(said.st_size)


def _entries(folder: Path, most: int) -> "Iterator[os.DirEntry[str] | Problem]":
    """Entries of a folder, as many as it may have; of more, one problem, and the rest is never listed."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number == most:
                yield _problem(f"{folder.name}/", f"holds more than {most} files", "one submission is one model's run")
                return
            yield entry


def _problem(file: str, what: str, fix: str) -> Problem:
    return Problem("FilesAreInPlace", file, what, fix)
