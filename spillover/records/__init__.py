"""Records: one model's results as one JSON file, typed, read back strictly; how one is made out of logs."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
