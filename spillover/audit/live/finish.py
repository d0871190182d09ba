"""A finished audit: its folder must still hold the files and the answer that it ended with."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spillover.common import LogError, RunError, file_sha256
from spillover.logs import header_of
from spillover.run import Manifest, own_logs, read_manifest, write_done

FILES = "files"
"""Where the manifest has them, among what was done."""
DONE = ("done.json", "done")
"""Files that say which logs count."""


def done_once(out: Path, answer: str, made: Callable[[], Mapping[str, Any]]) -> Manifest:
    """Say in the manifest what was done, once: of an audit that ended before, nothing is written again.

    Args:
        out: Folder of the run.
        answer: The answer.
        made: Gives what the run consists of.

    Returns:
        The manifest.

    Raises:
        RunError: Where the folder ended with another answer.
    """
    before = read_manifest(out)
    if not before.done:
        return write_done(out, {**_times(out), "answer": answer, **made(), FILES: left_behind(out)})
    if before.done.get("answer") != answer:
        raise RunError(
            f"{out}: this audit was finished with the answer {before.done.get('answer')!r}, but its logs now give "
            f"{answer!r}; keep the folder as it is, and audit again with a new --out"
        )
    return before


def _times(out: Path) -> dict[str, str]:
    """When the first log of a run was begun and the last one ended, in UTC; now where nothing was asked."""
    began, ended = [], []
    for file in own_logs(out):
        try:
            header = header_of(str(file))
        except LogError:
            continue  # cut off by a kill: another log holds what was asked
        began.append(datetime.fromisoformat(header.created))
        last = (header.data.get("stats") or {}).get("completed_at")
        ended += [datetime.fromisoformat(last)] if last else []
    now = datetime.now(UTC)
    times = {"began": min(began, default=now), "ended": max(ended, default=now)}
    return {name: time.astimezone(UTC).isoformat(timespec="seconds") for name, time in times.items()}


def left_behind(out: Path) -> dict[str, str]:
    """Hashes of all logs of a run, those of its controls and searches too, and of what says which of them count."""
    found = [Path(folder) / name for folder, _, names in os.walk(out, followlinks=True) for name in names]
    logs = [file for file in found if file.suffix == ".eval" or file.name in DONE]
    return {file.relative_to(out).as_posix(): file_sha256(file) for file in sorted(logs)}


def require_as_it_ended(out: Path, done: Mapping[str, Any]) -> None:
    """Hold the files of a run against those that it left behind, where it ended before; there may be more of them.

    Args:
        out: Folder of the run.
        done: What its manifest says was done; empty before the end.

    Raises:
        RunError: Where one is another now, or gone.
    """
    before = done.get(FILES)
    if not isinstance(before, dict):
        return
    now = left_behind(out)
    other = sorted(name for name, sha256 in before.items() if now.get(name) != sha256)
    if other:
        raise RunError(
            f"{out}: {len(other)} of {len(before)} files are not those that this audit ended with (first: {other[0]}; "
            "manifest.json has their hashes); put them back, or audit again in another folder"
        )
