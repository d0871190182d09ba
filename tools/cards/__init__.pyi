from .build import build_cards, cards
from .read import FOLDER, read_assessment, read_domain

__all__ = [
    "FOLDER",
    "build_cards",
    "cards",
    "read_assessment",
    "read_domain",
]
