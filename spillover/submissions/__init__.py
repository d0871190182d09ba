"""Submissions to the leaderboard: prepared, checked as if every one were hostile, retracted in the open.

Importing this loads the standard library only.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._check import Checked, check, check_each
    from ._prepare import prepare, read_overlap, read_submission
    from ._status import LEVELS, Status, read_status, retract

__all__ = [
    "LEVELS",
    "Checked",
    "Status",
    "check",
    "check_each",
    "prepare",
    "read_overlap",
    "read_status",
    "read_submission",
    "retract",
]

_LAZY = {
    "Checked": "_check",
    "check": "_check",
    "check_each": "_check",
    "prepare": "_prepare",
    "read_overlap": "_prepare",
    "read_submission": "_prepare",
    "LEVELS": "_status",
    "Status": "_status",
    "read_status": "_status",
    "retract": "_status",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
