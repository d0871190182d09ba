from .build import build_cards, cards
from .read import FOLDER, JUDGE, read_assessment, read_domain, read_fields

__all__ = [
    "FOLDER",
    "JUDGE",
    "build_cards",
    "cards",
    "read_assessment",
    "read_domain",
    "read_fields",
]
