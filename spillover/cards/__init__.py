"""Benchmark cards: what people say of a domain, joined with the figures of its declaration, as Markdown."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
