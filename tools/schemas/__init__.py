"""For maintainers: write the JSON Schemas that ship, from the shapes in the code. Needs a clone."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
