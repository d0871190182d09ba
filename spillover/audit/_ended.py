"""A run that ended: what it left behind is what it is made of, whoever reads its folder again."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spillover.errors import RunError
from spillover.verdicts._archive import file_sha256

FILES = "files"
"""Where the manifest has them, among what was done."""
DONE = ("done.json", "done")
"""Files that say which logs count."""


def left_behind(out: Path) -> dict[str, str]:
    """Hashes of all logs of a run, those of its controls and searches too, and of what says which of them count."""
    found = [Path(folder) / name for folder, _, names in os.walk(out, followlinks=True) for name in names]
    logs = [file for file in found if file.suffix == ".eval" or file.name in DONE]
    return {file.relative_to(out).as_posix(): file_sha256(file) for file in sorted(logs)}


def require_as_it_ended(out: Path, manifest: Mapping[str, Any]) -> None:
    """Hold the files of a run against those that it left behind, where it ended before; there may be more of them.

    Args:
        out: Folder of the run.
        manifest: Its manifest, as it was found.

    Raises:
        RunError: Where one is another now, or gone.
    """
    done = manifest.get("done")
    before = done.get(FILES) if isinstance(done, dict) else None
    if not isinstance(before, dict):
        return
    now = left_behind(out)
    other = sorted(name for name, sha256 in before.items() if now.get(name) != sha256)
    if other:
        raise RunError(
            f"{out}: {len(other)} of {len(before)} files are not those that this audit ended with (first: {other[0]}; "
            "manifest.json has their hashes); put them back, or audit anew in another folder"
        )
