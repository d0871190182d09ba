"""The dataset as a product: build, check, versions, publication, and overlap with fine-tuning files."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
