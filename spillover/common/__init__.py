"""What every room may import: the names of outcomes. A leaf of the standard library alone."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
