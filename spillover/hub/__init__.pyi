from .download import DATASET, fetch, versions
from .errors import hub_errors
from .space import SpacePlan, git_sha, publish_space, space_readme
from .upload import Plan, publish, require_token

__all__ = [
    "DATASET",
    "Plan",
    "SpacePlan",
    "fetch",
    "git_sha",
    "hub_errors",
    "publish",
    "publish_space",
    "require_token",
    "space_readme",
    "versions",
]
