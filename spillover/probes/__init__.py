"""The dataset as a product: build, check, versions, publication, and overlap with fine-tuning files."""

from ._build import build_dataset
from ._check import Problem, check_dataset
from ._dataset import CANARY, Dataset, read_dataset
from ._diff import Difference, compare
from ._publish import publish_dataset

__all__ = [
    "CANARY",
    "Dataset",
    "Difference",
    "Problem",
    "build_dataset",
    "check_dataset",
    "compare",
    "publish_dataset",
    "read_dataset",
]
