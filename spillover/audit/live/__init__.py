"""Live: what an audit asks for beside its draws: controls, the trigger search, whether a fine-tune was loaded."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
