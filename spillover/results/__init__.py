"""Results: what logs say, arm by arm, as counts, rates, differences, gaps and agreements; the store of answers."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
