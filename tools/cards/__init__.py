"""Benchmark cards: what people wrote, joined with figures of declarations and dataset."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
