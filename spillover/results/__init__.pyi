from .gaps import Gap, heldout_gaps, self_report_gaps
from .judge_agreement import Agreement, agreement
from .parquet import FILES, ingest, table_of, write_table
from .store import TARGETS, open_store, results
from .summary import Arm, base_of, differences, estimates_of, summarise, uncompared

__all__ = [
    "FILES",
    "TARGETS",
    "Agreement",
    "Arm",
    "Gap",
    "agreement",
    "base_of",
    "differences",
    "estimates_of",
    "heldout_gaps",
    "ingest",
    "open_store",
    "results",
    "self_report_gaps",
    "summarise",
    "table_of",
    "uncompared",
    "write_table",
]
