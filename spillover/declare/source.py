"""Where probes come from: the package's own copy of the dataset, or a revision of it on the Hub."""

import json
from dataclasses import dataclass
from pathlib import Path

from spillover.common import read_once
from spillover.hub import fetch

from .probes import DATASET_FOLDER


@dataclass(frozen=True, slots=True)
class Source:
    """A copy of the dataset.

    Attributes:
        data: Folder of its data files.
        said: What a log says of it: version, and for a copy from the Hub repository, revision and commit.
    """

    data: Path
    said: dict[str, str]


def dataset_source(revision: str | None) -> Source:
    """The package's own copy where revision is None, else that revision from the Hub.

    Raises:
        HubError: Where the revision cannot be had.
    """
    if revision is None:
        return Source(DATASET_FOLDER / "data", _version(DATASET_FOLDER / "manifest.json"))
    found = fetch(revision)
    told = {"repo": found.repo, "revision": found.asked, "sha": found.sha}
    return Source(found.folder / "data", {**_version(found.folder / "manifest.json"), **told})


def _version(path: Path) -> dict[str, str]:
    return dict(_versions(path))


@read_once
def _versions(path: Path) -> dict[str, str]:
    return {"version": json.loads(path.read_text(encoding="utf-8"))["version"]} if path.is_file() else {}
