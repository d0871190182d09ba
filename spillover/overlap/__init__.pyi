from .encoder import installed, minilm
from .exact import Index
from .meaning import Asked, distinct, recall
from .report import Overlap
from .search import Limits, overlap
from .units import LOOKED_FOR, Unit, heldout_rows, looked_for, units_of, words

__all__ = [
    "LOOKED_FOR",
    "Asked",
    "Index",
    "Limits",
    "Overlap",
    "Unit",
    "distinct",
    "heldout_rows",
    "installed",
    "looked_for",
    "minilm",
    "overlap",
    "recall",
    "units_of",
    "words",
]
