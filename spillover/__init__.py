"""Spillover: did a narrow fine-tune make this model broadly misaligned?"""

from lazy_loader import attach_stub

__version__ = "0.3.0"

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
