"""The `replay` model provider, and the readers of answers and verdicts made elsewhere."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
