"""How an answer is judged: rubrics, the judge forms, the scorer, its metrics."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
