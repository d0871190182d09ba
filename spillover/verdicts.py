"""The names that `spillover.verdicts` offered in 0.1 and 0.2, for one release more: import them from `spillover`."""

from importlib import import_module
from typing import Any

MOVED = {
    "read": "spillover.logs",
    "log_files": "spillover.logs",
    "summarise": "spillover.results",
    "differences": "spillover.results",
    "agreement": "spillover.results",
    "heldout_gaps": "spillover.results",
    "self_report_gaps": "spillover.results",
    "ingest": "spillover.results",
    "open_store": "spillover.results",
    "results": "spillover.results",
    "record": "spillover.records",
    "records": "spillover.records",
    "read_record": "spillover.records",
    "verify": "spillover.verify",
}
"""Where each name is now."""


def __getattr__(name: str) -> Any:
    """A moved name, with a DeprecationWarning that says where it is.

    Raises:
        AttributeError: Where the name was never offered.
    """
    if name not in MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import warnings

    warnings.warn(f"spillover.verdicts.{name} is {MOVED[name]}.{name} now", DeprecationWarning, stacklevel=2)
    return getattr(import_module(MOVED[name]), name)
