"""How a probe is put to a model: conditions, and the solver that applies one."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
