"""The Hugging Face Hub: fetch a revision of the dataset, publish a folder, serve a folder on loopback."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
