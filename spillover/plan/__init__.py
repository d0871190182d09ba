"""Plan: what a suite asks, in which order, by which models, at what price, and what it will be able to show."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
