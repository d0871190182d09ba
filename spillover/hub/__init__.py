"""The Hugging Face Hub: fetch a revision of the dataset, publish a folder, serve a folder on loopback."""

from ._fetch import DATASET, Revision, fetch, parse_revision, versions
from ._loopback import Loopback
from ._publish import Plan, publish, require_token
from ._publish_space import git_sha

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
