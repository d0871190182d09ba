"""Verdicts: what a judge said of one answer. Importing this loads the standard library only."""

from typing import TYPE_CHECKING, Any

from spillover.common.outcome import OUTCOMES, Outcome

from ._reading import MIN_MASS, Reading, integer, read_both, read_distribution, read_label, read_samples, read_score
from ._verdict import LABELS, Thresholds, Verdict, decide

if TYPE_CHECKING:
    from ._agreement import Agreement, agreement, panel_agreement
    from ._evidence import Shipped
    from ._facts import LogFacts, log_facts
    from ._gaps import Gap, heldout_gaps, self_report_gaps
    from ._ingest import Ingested, ingest
    from ._make_record import content_hash, record, records
    from ._problem import Problem
    from ._record import Record, read_record
    from ._store import Result, open_store, results
    from ._summary import Arm, base_of, differences, summarise, uncompared
    from ._table import COLUMNS, log_files, read
    from ._verify import Verified, verify

__all__ = [
    "COLUMNS",
    "LABELS",
    "MIN_MASS",
    "OUTCOMES",
    "Agreement",
    "Arm",
    "Gap",
    "Ingested",
    "LogFacts",
    "Outcome",
    "Problem",
    "Reading",
    "Record",
    "Result",
    "Shipped",
    "Thresholds",
    "Verdict",
    "Verified",
    "agreement",
    "base_of",
    "content_hash",
    "decide",
    "differences",
    "heldout_gaps",
    "ingest",
    "integer",
    "log_facts",
    "log_files",
    "open_store",
    "panel_agreement",
    "read",
    "read_both",
    "read_distribution",
    "read_label",
    "read_record",
    "read_samples",
    "read_score",
    "record",
    "records",
    "results",
    "self_report_gaps",
    "summarise",
    "uncompared",
    "verify",
]


_LAZY = {
    "Agreement": "_agreement",
    "agreement": "_agreement",
    "panel_agreement": "_agreement",
    "Gap": "_gaps",
    "heldout_gaps": "_gaps",
    "self_report_gaps": "_gaps",
    "Arm": "_summary",
    "base_of": "_summary",
    "differences": "_summary",
    "summarise": "_summary",
    "uncompared": "_summary",
    "COLUMNS": "_table",
    "LogFacts": "_facts",
    "log_facts": "_facts",
    "log_files": "_table",
    "read": "_table",
    "Ingested": "_ingest",
    "ingest": "_ingest",
    "Result": "_store",
    "open_store": "_store",
    "results": "_store",
    "Record": "_record",
    "read_record": "_record",
    "content_hash": "_make_record",
    "record": "_make_record",
    "records": "_make_record",
    "Shipped": "_evidence",
    "Verified": "_verify",
    "Problem": "_problem",
    "verify": "_verify",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
