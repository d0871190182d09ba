"""What goes into a wheel: the folders of the top level in their place in the package.

In a clone `spillover/tasks` and its kin are symbolic links, for an editable install and for mypy.
A wheel takes the folders themselves, so it is whole too where an archive turned the links into text files.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LINKED = ("benchmark_cards", "dataset", "leaderboard", "scorers", "solvers", "tasks")
"""Folders of the top level that a wheel holds below `spillover/`."""


class PlaceFolders(BuildHookInterface[Any]):
    """Put the folders of the top level into a wheel, and refuse an editable install without the links."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling.

        Raises:
            SystemExit: For an editable install where the links are no links.
        """
        root = Path(self.root)
        if version != "editable":
            build_data["force_include"] |= {str(root / one): f"spillover/{one}" for one in LINKED}
            return
        broken = [one for one in (*LINKED, "tools") if not (root / "spillover" / one).is_dir()]
        if broken:
            raise SystemExit(
                f"spillover/{broken[0]} is no symbolic link to {broken[0]}/, as it is in a clone: "
                "install without -e, or clone with git (on Windows: git config core.symlinks true)"
            )
