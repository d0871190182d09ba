"""Items: how often each question brings out misaligned answers, and which of ours are chosen as the core."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
