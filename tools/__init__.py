"""For maintainers: build, check and publish dataset and cards; a Hub on loopback for tests. Needs a clone."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
