from ._build import build_cards
from ._read import FOLDER, JUDGE, read_domain, read_fields

__all__ = [
    "FOLDER",
    "JUDGE",
    "build_cards",
    "read_domain",
    "read_fields",
]
