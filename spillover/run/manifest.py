"""The manifest: the plan, hashed before the run, and a list of what was done, added at the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import RunError, plan_digest, trouble, write_json

MANIFEST = "manifest.json"
SCHEMA = "spillover-manifest/1"
GIVEN, DRAWN = "given", "drawn at random"
"""How a plan says where the seed of its draws comes from."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a run; its plan has the hash that it states.

    Attributes:
        folder: The run's folder.
        data: The manifest as plain data, as it is written.
    """

    folder: Path
    data: dict[str, Any]

    @property
    def planned(self) -> Mapping[str, Any]:
        """The plan."""
        found: Mapping[str, Any] = self.data["planned"]
        return found

    @property
    def planned_sha256(self) -> str:
        """Hash of the plan."""
        return str(self.data["planned_sha256"])

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return "done" in self.data

    @property
    def done(self) -> Mapping[str, Any]:
        """What was done; empty before the end."""
        found = self.data.get("done")
        return found if isinstance(found, dict) else {}

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that were to answer."""
        plan = self.planned
        arms = [*plan.get("models", []), *plan.get("finetunes", []), plan.get("base")]
        return tuple(str(one.get("name")) for one in arms if isinstance(one, dict))

    @property
    def seed(self) -> int:
        """Seed of the draws.

        Raises:
            RunError: Where the run has no draws.
        """
        try:
            return int(self.planned["design"]["seed"])
        except (LookupError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.folder / MANIFEST}: its plan has no seed of draws; give another folder with --out"
            ) from error

    @property
    def seed_was_drawn(self) -> bool:
        """Whether the seed was drawn at random, not given."""
        return bool(self.planned.get("seed") == DRAWN)


def versions() -> dict[str, str]:
    """Versions of what a run is carried out with."""
    from importlib.metadata import version

    return {name: version(name) for name in ("spillover", "inspect_ai")}


def commit() -> str | None:
    """The commit of a clone, marked where it has changes; None for an installed package."""
    import subprocess

    here = Path(__file__).resolve().parents[2]
    if not (here / ".git").exists():
        return None
    asked = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or None


def write_plan(out: Path, planned: Mapping[str, Any]) -> Manifest:
    """Write the plan into a folder before the run, or find that the folder holds the same plan already.

    Raises:
        RunError: Where the folder holds a run that was planned otherwise, or cannot be written.
    """
    path = out / MANIFEST
    fresh = Manifest(out, {"schema": SCHEMA, "planned": dict(planned), "planned_sha256": plan_digest(planned)})
    if path.is_file():
        before = read_manifest(out)
        if before.planned_sha256 != fresh.planned_sha256:
            changed = sorted(key for key in planned if before.planned.get(key) != _plain(planned[key]))
            raise RunError(
                f"{out}: holds a run with another plan (changed: {', '.join(changed)}); give another folder with --out"
            )
        return before
    try:
        write_json(path, fresh.data)
    except OSError as error:
        raise RunError(f"{out}: cannot be written ({error.strerror}); give another folder with --out") from error
    return fresh


def read_manifest(out: Path) -> Manifest:
    """Read a manifest and check that its plan is the one that was hashed.

    Raises:
        RunError: Where it cannot be read, or the plan was changed after it was written.
    """
    path = out / MANIFEST
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        same = plan_digest(found["planned"]) == found["planned_sha256"]
        if not isinstance(found["planned"], dict):
            raise TypeError("its plan is not an object")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"{path}: not a manifest ({trouble(error)}); give another folder") from error
    if not same:
        raise RunError(f"{path}: its plan was changed after it was written; start again in another folder")
    return Manifest(out, found)


def write_done(out: Path, done: Mapping[str, Any]) -> Manifest:
    """Add what was done: hashes of logs, counts, times. The plan and its hash stay as they were."""
    found = {**read_manifest(out).data, "done": dict(done)}
    write_json(out / MANIFEST, found)
    return Manifest(out, found)


def write_seen(out: Path, seen: Mapping[str, Any], calls: Mapping[str, int]) -> None:
    """Add what the first calls showed of the judges; no part of the plan, for it is seen, not planned.

    Args:
        out: Folder of the run.
        seen: By judge, what it can do.
        calls: By model or judge, the first calls that were made; nothing is written where there were none.
    """
    if calls:
        write_json(out / MANIFEST, {**read_manifest(out).data, "judges_seen": dict(seen), "first_calls": dict(calls)})


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
