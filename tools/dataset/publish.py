"""Publishing the dataset: only a sound folder, and only under a version number that its changes allow."""

import tempfile
from pathlib import Path

from spillover.common import DatasetError, HubError
from spillover.declare import CORE_FILE, DATASET_FOLDER, Dataset, read_dataset
from spillover.hub import DATASET, Plan, fetch, publish, require_token, versions

from .check import require_sound
from .core import RATINGS_FILE
from .diff import Difference, compare

BESIDE = (
    *("README.md", "LICENSE", "CHANGELOG.md", "eval.yaml", "croissant.json", "manifest.json"),
    *(CORE_FILE, RATINGS_FILE),
)
"""What is published beside the data."""


def publish_dataset(
    folder: Path = DATASET_FOLDER, repo: str = DATASET, *, dry_run: bool = True, private: bool = False
) -> tuple[Plan, Difference | None]:
    """Check the folder, compare it with the newest version on the Hub, then upload, tag and verify.

    Args:
        folder: The dataset folder.
        repo: `ORG/NAME` of the dataset repository.
        dry_run: Send nothing.
        private: Create the repository as a private one.

    Returns:
        What was done or would be; and what changed since the newest version, where there is one.

    Raises:
        DatasetError: Where the folder is not sound, or its version number does not fit its changes.
        HubError: Without a token, right or network, or where the tag stands for other files.
    """
    require_sound(folder)
    if not dry_run:
        require_token()
    dataset = read_dataset(folder)
    files = [*dataset.files, *(name for name in BESIDE if (folder / name).is_file())]
    tag = f"v{dataset.version}"
    change = _since(dataset, repo, tag)
    if change is not None and not change.sound:
        raise DatasetError(
            f"{folder}/CHANGELOG.md: version {change.new} after {change.old}, but the change is {change.kind}; "
            f"raise the version to {change.least} or later"
        )
    return publish(folder, files, repo, tag, dry_run=dry_run, private=private), change


def _since(dataset: Dataset, repo: str, tag: str) -> Difference | None:
    """What changed since the newest other version on the Hub; None where there is none yet."""
    try:
        there = [name for name in versions(repo) if name != tag]
    except HubError as error:
        if "no such repository" in str(error):
            return None
        raise
    if not there:
        return None
    with tempfile.TemporaryDirectory() as home:
        return compare(read_dataset(fetch(f"{repo}@{there[-1]}", ["*"], Path(home)).folder), dataset)
