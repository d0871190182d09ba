"""The Hugging Face Hub: fetch a revision of the dataset, publish a folder, serve a folder on loopback."""

from ._fetch import DATASET, Revision, fetch, parse_revision, versions
from ._loopback import Loopback, git_sha
from ._publish import Plan, publish, require_token

__all__ = [
    "DATASET",
    "Loopback",
    "Plan",
    "Revision",
    "fetch",
    "git_sha",
    "parse_revision",
    "publish",
    "require_token",
    "versions",
]
