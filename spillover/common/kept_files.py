"""What a file says, read once: kept while the file stays as it is. The one owner of what is kept of files."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

MOST = 2**26
"""Bytes that are kept, as the functions count them; what was not asked for longest goes first."""
SMALL = 2**14
"""Bytes that a result counts for where its function does not say otherwise."""
SETTLED = 20_000_000
"""Nanoseconds without a change after which a file counts as settled: clocks of file systems tick in up to 16 ms."""

T = TypeVar("T")
Stamp = tuple[int, ...]
"""Device, inode, size, and times of the last change of content and of inode; a time cannot be set back unseen."""

_kept: OrderedDict[tuple[str, ...], tuple[dict[str, Stamp], Any, int]] = OrderedDict()
_lock = Lock()
_read: ContextVar[dict[str, Stamp] | None] = ContextVar("_read", default=None)


def stamp_of(path: str | Path) -> Stamp:
    """What tells one state of a file or folder from another; empty where there is none."""
    try:
        said = os.stat(path)
    except (OSError, ValueError):
        return ()
    return said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns


def settled(stamp: Stamp) -> bool:
    """Whether a file is there and was left alone for long enough that another change would show in its times."""
    return bool(stamp) and time.time_ns() - max(stamp[3:]) > SETTLED


def read_once(read: Callable[[Path], T], size: Callable[[T], int] = lambda _: SMALL) -> Callable[[Path], T]:
    """Have a function of a file, or of a folder's list of names, read it once for as long as it does not change.

    What the function reads through other such functions counts too. Errors are not kept. All callers share the result,
    so none may change it.

    Args:
        read: The function; its result follows from the file alone.
        size: Bytes that a result counts for, of the `MOST` that are kept.
    """

    @wraps(read)
    def kept(path: Path) -> T:
        place = os.path.abspath(path)
        key = (read.__module__, read.__qualname__, place, str(path))
        with _lock:
            files, found, _ = _kept.get(key, ({}, None, 0))
            if files:
                _kept.move_to_end(key)
        if not files or any(stamp_of(one) != stamp for one, stamp in files.items()):
            files, found = _fresh(read, path, place)
            if all(map(settled, files.values())):
                _keep(key, files, found, size(found))
        if (outer := _read.get()) is not None:
            outer |= files
        return found  # type: ignore[no-any-return]

    return kept


def _fresh(read: Callable[[Path], T], path: Path, place: str) -> tuple[dict[str, Stamp], T]:
    """What a function reads, and the files that it read."""
    files = {place: stamp_of(place)}
    token = _read.set(files)
    try:
        return files, read(path)
    finally:
        _read.reset(token)


def _keep(key: tuple[str, ...], files: dict[str, Stamp], found: Any, size: int) -> None:
    with _lock:
        _kept[key] = files, found, size
        _kept.move_to_end(key)
        while sum(one for _, _, one in _kept.values()) > MOST:
            _kept.popitem(last=False)


def forget_files() -> None:
    """Forget everything that is kept, as a new process would start."""
    with _lock:
        _kept.clear()
