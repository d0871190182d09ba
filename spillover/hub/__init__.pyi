from ._errors import hub_errors
from ._fetch import DATASET, fetch, versions
from ._loopback import Loopback
from ._publish import Plan, publish, require_token
from ._publish_space import SpacePlan, publish_space, space_readme

__all__ = [
    "DATASET",
    "Loopback",
    "Plan",
    "SpacePlan",
    "fetch",
    "hub_errors",
    "publish",
    "publish_space",
    "require_token",
    "space_readme",
    "versions",
]
