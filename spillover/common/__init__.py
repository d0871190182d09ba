"""What every package may import: outcomes, verdicts, errors, files, interrupts. It imports no other package of ours."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
