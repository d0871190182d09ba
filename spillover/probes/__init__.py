"""The dataset as a product: build, check, versions, publication, and overlap with fine-tuning files."""

from ._build import build_dataset
from ._check import Problem, check_dataset
from ._closest import Closeness, closest_pairs
from ._dataset import CANARY, Dataset, own, read_dataset
from ._diff import Difference, compare
from ._publish import publish_dataset
from ._scaffold import scaffold
from ._table import counts, table

__all__ = [
    "CANARY",
    "Closeness",
    "Dataset",
    "Difference",
    "Problem",
    "build_dataset",
    "check_dataset",
    "closest_pairs",
    "compare",
    "counts",
    "own",
    "publish_dataset",
    "read_dataset",
    "scaffold",
    "table",
]
