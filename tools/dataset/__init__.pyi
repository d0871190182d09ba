from .build import build_dataset
from .check import check_dataset
from .closest import closest_pairs, public_questions
from .diff import Difference, compare
from .new_domain import scaffold
from .publish import publish_dataset
from .row_shape import ProbeRow
from .table import counts

__all__ = [
    "Difference",
    "ProbeRow",
    "build_dataset",
    "check_dataset",
    "closest_pairs",
    "compare",
    "counts",
    "public_questions",
    "publish_dataset",
    "scaffold",
]
