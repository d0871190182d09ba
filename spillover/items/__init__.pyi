from .core import ASKS_SHARE, MOTIF_CAP, Candidate, choose_core
from .strength import Strengths, base_log_odds, beta_prior, log_odds, predicted, shrunk

__all__ = [
    "ASKS_SHARE",
    "MOTIF_CAP",
    "Candidate",
    "Strengths",
    "base_log_odds",
    "beta_prior",
    "choose_core",
    "log_odds",
    "predicted",
    "shrunk",
]
