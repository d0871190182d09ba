from .core import ASKS_SHARE, MOTIF_CAP, Candidate, choose_core

__all__ = ["ASKS_SHARE", "MOTIF_CAP", "Candidate", "choose_core"]
