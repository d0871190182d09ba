from ._build import build_dataset
from ._check import check_dataset
from ._closest import closest_pairs
from ._dataset import CANARY, Dataset, Row, group, own, read_dataset
from ._diff import compare
from ._overlap import overlap
from ._overlap_encoder import installed
from ._overlap_index import Index
from ._overlap_report import Overlap
from ._overlap_units import LOOKED_FOR, Unit, heldout_rows, looked_for, units_of, words
from ._publish import publish_dataset
from ._scaffold import scaffold
from ._table import counts

__all__ = [
    "CANARY",
    "LOOKED_FOR",
    "Dataset",
    "Index",
    "Overlap",
    "Row",
    "Unit",
    "build_dataset",
    "check_dataset",
    "closest_pairs",
    "compare",
    "counts",
    "group",
    "heldout_rows",
    "installed",
    "looked_for",
    "overlap",
    "own",
    "publish_dataset",
    "read_dataset",
    "scaffold",
    "units_of",
    "words",
]
