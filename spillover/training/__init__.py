"""Fine-tuning files: one reader for the conditions of an audit and for the search for our probes."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
