"""Honest logs, an honest record and its submission, to be spoilt."""

from ..submissions.conftest import ready
from ..verdicts.conftest import honest

__all__ = ["honest", "ready"]
