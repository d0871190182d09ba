"""A pinned revision of the dataset from the Hub."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import hub_errors

DATASET = "spillover-bench/spillover"
"""The Hub repository of the dataset, unless another is named."""

TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
PARTS = ["data/**", "manifest.json", "CHANGELOG.md", "core.json"]
"""What a task needs of the repository."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A dataset repository as it was at one commit.

    Attributes:
        repo: `ORG/NAME` of the dataset repository.
        asked: Tag, branch or commit that was asked for.
        sha: The commit it stood for, 40 hexadecimal digits.
        folder: Where its files lie.
    """

    repo: str
    asked: str
    sha: str
    folder: Path


def parse_revision(revision: str, repo: str = DATASET) -> tuple[str, str]:
    """Repository and revision of `v0.1.0`, a commit, a branch, or `ORG/NAME@v0.1.0`."""
    named, at, asked = revision.rpartition("@")
    return (named, asked) if at else (repo, revision)


def fetch(revision: str, patterns: list[str] | None = None, folder: Path | None = None) -> Revision:
    """Download a revision of a dataset repository, or take it from the local cache of `huggingface_hub`.

    Args:
        revision: `v0.1.0`, a branch, a commit, or any of them behind `ORG/NAME@`.
        patterns: Files to take; what a task needs where None.
        folder: Where to put the files; the cache of `huggingface_hub` where None.

    Raises:
        HubError: Where the Hub cannot be reached, or has no such repository or revision.
    """
    from huggingface_hub import HfApi, snapshot_download

    repo, asked = parse_revision(revision)
    wanted: dict[str, Any] = {"repo_type": "dataset", "allow_patterns": patterns or PARTS}
    with hub_errors(f"{repo}@{asked}"):
        if folder is None:
            found = snapshot_download(repo, revision=asked, **wanted)
            return Revision(repo, asked, Path(found).name, Path(found))
        sha = str(HfApi().repo_info(repo, revision=asked, repo_type="dataset").sha)
        snapshot_download(repo, revision=sha, local_dir=folder, **wanted)
    return Revision(repo, asked, sha, folder)


def versions(repo: str = DATASET) -> dict[str, str]:
    """Version tags (`vX.Y.Z`) of a dataset repository and their commits, the oldest version first.

    Raises:
        HubError: Where the Hub cannot be reached or has no such repository.
    """
    from huggingface_hub import HfApi

    with hub_errors(repo):
        tags = HfApi().list_repo_refs(repo, repo_type="dataset").tags
    found = {tag.name: tag.target_commit for tag in tags if TAG.fullmatch(tag.name)}
    return {name: found[name] for name in sorted(found, key=lambda name: [int(n) for n in name[1:].split(".")])}
