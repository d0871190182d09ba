"""Exports: a record, its logs or an audit in the formats of others, and a look at what may go out at all."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
