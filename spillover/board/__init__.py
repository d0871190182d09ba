"""The leaderboard: records as one page that opens from a file, and as CSV, JSON and Parquet."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
