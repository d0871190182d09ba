"""Submissions to the leaderboard: prepared, checked as if every one were hostile, retracted in the open.

Importing this loads the standard library only.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
