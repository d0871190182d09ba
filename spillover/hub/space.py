"""Publishing a built page as a static Space."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spillover.common import HubError, hash_of

from .errors import hub_errors
from .upload import State, require_name, require_token

README = "README.md"
KEPT = (README, ".gitattributes")
"""Files that the Hub needs beside the page itself."""


@dataclass(frozen=True, slots=True)
class SpacePlan:
    """What publishing does, or has done.

    Attributes:
        repo: `ORG/NAME` of the Space.
        files: Its files, with their SHA-256.
        state: `planned` (nothing was sent), `published`, or `already published`.
        sha: Commit, where published.
    """

    repo: str
    files: dict[str, str]
    state: State
    sha: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)


def space_readme(title: str, says: str) -> str:
    """The card of a static Space."""
    import yaml

    head = {"title": title, "sdk": "static", "app_file": "index.html", "pinned": False, "tags": ["spillover"]}
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---\n\n{says}\n"


def publish_space(
    folder: Path, files: Sequence[str], repo: str, readme: str, *, dry_run: bool = True, private: bool = False
) -> SpacePlan:
    """Upload files as a static Space, then ask the Hub for the hash of each.

    It can be given again: what the Hub has already is not sent twice, what the page no longer has is removed.

    Args:
        folder: Folder of the page.
        files: Paths of its files below it.
        repo: `ORG/NAME`; created where it does not exist.
        readme: The Space's card, as `space_readme` writes it.
        dry_run: Send nothing.
        private: Create the Space as a private one.

    Raises:
        HubError: Without a token, right or network, or where the Hub holds other bytes than were sent.
    """
    require_name(repo)
    sent = {name: (folder / name).read_bytes() for name in files} | {README: readme.encode()}
    sums = {name: hash_of(sent[name]) for name in sorted(sent)}
    if dry_run:
        return SpacePlan(repo, sums, "planned")
    require_token()
    _create(repo, private)
    there = _held(repo)
    changed = {name: content for name, content in sent.items() if not _is(content, there.get(name, ""))}
    gone = sorted(name for name in there if name not in sent and name not in KEPT)
    if not changed and not gone:
        return SpacePlan(repo, sums, "already published", _head(repo))
    sha = _upload(repo, changed, gone)
    _verify(repo, sent)
    return SpacePlan(repo, sums, "published", sha)


def _create(repo: str, private: bool) -> None:
    from huggingface_hub import HfApi

    with hub_errors(f"{repo}: create"):
        HfApi().create_repo(repo, repo_type="space", space_sdk="static", private=private, exist_ok=True)


def _upload(repo: str, changed: dict[str, bytes], gone: Sequence[str]) -> str:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(name, content) for name, content in sorted(changed.items())
    ]
    operations += [CommitOperationDelete(name) for name in gone]
    with hub_errors(f"{repo}: upload"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "It seems that you are about to commit a data file")  # to be downloaded there
        api = HfApi()
        return api.create_commit(repo, operations, commit_message="Page built by spillover", repo_type="space").oid


def _held(repo: str) -> dict[str, str]:
    """What the Hub holds: SHA-256 of a large file, git's name of any other."""
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    with hub_errors(repo):
        found = HfApi().list_repo_tree(repo, recursive=True, repo_type="space")
        files = [one for one in found if isinstance(one, RepoFile)]
    return {one.path: one.lfs.sha256 if one.lfs else one.blob_id for one in files}


def _head(repo: str) -> str:
    from huggingface_hub import HfApi

    with hub_errors(repo):
        return str(HfApi().repo_info(repo, repo_type="space").sha)


def _is(content: bytes, held: str) -> bool:
    return held in (git_sha(content), hash_of(content))


def _verify(repo: str, sent: dict[str, bytes]) -> None:
    there = _held(repo)
    wrong = sorted(name for name, content in sent.items() if not _is(content, there.get(name, "")))
    if wrong:
        raise HubError(
            f"{repo}: the Hub's files differ from those that were sent ({', '.join(wrong[:3])}); publish it again"
        )


def git_sha(content: bytes) -> str:
    """The name that git gives a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
