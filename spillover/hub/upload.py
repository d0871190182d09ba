"""Publishing a folder as a tagged version of a dataset repository."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from spillover.common import HubError, file_sha256

from .download import fetch, versions
from .errors import hub_errors

State = Literal["planned", "published", "already published"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing does, or has done.

    Attributes:
        repo: `ORG/NAME` of the dataset repository.
        tag: Tag of the version.
        files: Files of the version, with their SHA-256.
        state: `planned` (nothing was sent), `published`, or `already published`.
        sha: Commit that the tag stands for, where published.
    """

    repo: str
    tag: str
    files: dict[str, str]
    state: State
    sha: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)


def publish(
    folder: Path, files: Sequence[str], repo: str, tag: str, *, dry_run: bool = True, private: bool = False
) -> Plan:
    """Upload files, tag the commit, and download the tag again to compare every byte.

    It can be given again after any interruption: what the Hub has is not sent twice, and a version that is there
    already, byte for byte, is only verified.

    Args:
        folder: The dataset folder.
        files: Paths of the files below it; other files in the repository are removed.
        repo: `ORG/NAME`; created where it does not exist.
        tag: Tag of the version.
        dry_run: Send nothing.
        private: Create the repository as a private one.

    Raises:
        HubError: Without a token, right or network, or where the tag stands for other files.
    """
    require_name(repo)
    sums = {name: file_sha256(folder / name) for name in sorted(files)}
    if dry_run:
        return Plan(repo, tag, sums, "planned")
    require_token()
    _create(repo, private)
    there = versions(repo)
    if tag in there:
        _verify(repo, tag, sums, f"tag {tag} already names different files; raise the version")
        return Plan(repo, tag, sums, "already published", there[tag])
    sha = _upload(folder, files, repo, tag)
    _verify(repo, tag, sums, "the downloaded files differ from those that were sent; do not use the tag")
    return Plan(repo, tag, sums, "published", sha)


def require_name(repo: str) -> None:
    """Raise a `HubError` where this cannot be the name of a repository; the Hub is not asked."""
    from huggingface_hub.utils._validators import validate_repo_id

    with hub_errors(repo):
        validate_repo_id(repo)
    if repo.count("/") != 1:
        raise HubError(f"{repo}: not a repository name; give ORG/NAME")


def require_token() -> None:
    """Raise a `HubError` where no token is at hand."""
    from huggingface_hub import get_token

    if not get_token():
        raise HubError("no Hugging Face token; `hf auth login` or set HF_TOKEN, with write access")


def _create(repo: str, private: bool) -> None:
    from huggingface_hub import HfApi

    with hub_errors(f"{repo}: create"):
        HfApi().create_repo(repo, repo_type="dataset", private=private, exist_ok=True)


def _upload(folder: Path, files: Sequence[str], repo: str, tag: str) -> str:
    from huggingface_hub import HfApi

    api = HfApi()
    with hub_errors(f"{repo}: upload"):
        commit = api.upload_folder(
            repo_id=repo,
            repo_type="dataset",
            folder_path=folder,
            allow_patterns=list(files),
            delete_patterns="*",
            commit_message=f"Dataset {tag}",
        )
    with hub_errors(f"{repo}: tag {tag}"):
        api.create_tag(repo, tag=tag, revision=commit.oid, repo_type="dataset")
    return commit.oid


def _verify(repo: str, tag: str, sums: dict[str, str], otherwise: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = fetch(f"{repo}@{tag}", ["*"], Path(folder)).folder
        there = {
            str(path.relative_to(found)): file_sha256(path)
            for path in found.rglob("*")
            if path.is_file() and ".cache" not in path.parts and path.name != ".gitattributes"
        }
    wrong = sorted(name for name in {*there, *sums} if there.get(name) != sums.get(name))
    if wrong:
        raise HubError(f"{repo}@{tag}: {otherwise} ({', '.join(wrong[:3])}{', ...' if len(wrong) > 3 else ''})")
