"""Honest logs, an honest record and its submission, to be spoilt."""

from ..submissions.conftest import ready

__all__ = ["ready"]
