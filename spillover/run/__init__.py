"""Plan and execution: what is asked of which models, in chunks that survive a kill; the manifest."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
