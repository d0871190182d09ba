from .compared import base_of, differences, is_model, uncompared
from .gaps import Gap, heldout_gaps, self_report_gaps
from .judge_agreement import Agreement, agreement
from .parquet import FILES, ingest, table_of, write_table
from .pooled import DOMAINS, REPLICATION, Part, Pooled, pool
from .store import TARGETS, open_store, results
from .summary import Arm, estimates_of, summarise

__all__ = [
    "DOMAINS",
    "FILES",
    "REPLICATION",
    "TARGETS",
    "Agreement",
    "Arm",
    "Gap",
    "Part",
    "Pooled",
    "agreement",
    "base_of",
    "differences",
    "estimates_of",
    "heldout_gaps",
    "ingest",
    "is_model",
    "open_store",
    "pool",
    "results",
    "self_report_gaps",
    "summarise",
    "table_of",
    "uncompared",
    "write_table",
]
