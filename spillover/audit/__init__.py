"""Audit: is a fine-tune worse than its base, and is it shown? From logs, or live."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
