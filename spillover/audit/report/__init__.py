"""Report: an audit as plain data, as Markdown, as one HTML file."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
