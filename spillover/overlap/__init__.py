"""Overlap: does a fine-tuning file contain our probes, their paraphrases or their translations?"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
