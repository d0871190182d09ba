from ._agreement import Agreement, agreement
from ._archive import LARGEST, Archive, file_sha256, found_logs, odd_is_told, opened
from ._bounds import MOST, check_bounds
from ._evidence import Shipped
from ._facts import LogFacts, log_facts
from ._folders import manifest_of
from ._frame import arrow_table
from ._gaps import Gap, heldout_gaps, self_report_gaps
from ._ingest import FILES, ingest, table_of, write_table
from ._invariants import LEAST_SHARED, SAME_ANSWERS
from ._make_record import content_hash, named_model, record, records
from ._material import is_part, is_shuffled
from ._odd import Odd, of_record, of_replies, of_served
from ._problem import Problem
from ._reading import (
    EMPTY_CELL,
    NO_SCORE,
    Reading,
    integer,
    read_both,
    read_distribution,
    read_label,
    read_samples,
    read_score,
)
from ._record import (
    DEEPEST,
    LARGEST_RECORD,
    SCHEMA,
    Record,
    deeper_than,
    digest,
    finite_float,
    no_number,
    once,
    read_record,
    safe_name,
    small_int,
)
from ._recorded import left_over, shared_verdicts, unnamed_answers
from ._same import same
from ._source import LogSource, log_source
from ._store import open_store, results
from ._summary import Arm, base_of, differences, summarise, uncompared
from ._table import COLUMNS, log_files, read
from ._verdict import LABELS, Thresholds, Verdict, decide
from ._verify import Verified, verify

__all__ = [
    "COLUMNS",
    "DEEPEST",
    "EMPTY_CELL",
    "FILES",
    "LABELS",
    "LARGEST",
    "LARGEST_RECORD",
    "LEAST_SHARED",
    "MOST",
    "NO_SCORE",
    "SAME_ANSWERS",
    "SCHEMA",
    "Agreement",
    "Archive",
    "Arm",
    "Gap",
    "LogFacts",
    "LogSource",
    "Odd",
    "Problem",
    "Reading",
    "Record",
    "Shipped",
    "Thresholds",
    "Verdict",
    "Verified",
    "agreement",
    "arrow_table",
    "base_of",
    "check_bounds",
    "content_hash",
    "decide",
    "deeper_than",
    "differences",
    "digest",
    "file_sha256",
    "finite_float",
    "found_logs",
    "heldout_gaps",
    "ingest",
    "integer",
    "is_part",
    "is_shuffled",
    "left_over",
    "log_facts",
    "log_files",
    "log_source",
    "manifest_of",
    "named_model",
    "no_number",
    "odd_is_told",
    "of_record",
    "of_replies",
    "of_served",
    "once",
    "open_store",
    "opened",
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
    "safe_name",
    "same",
    "self_report_gaps",
    "shared_verdicts",
    "small_int",
    "summarise",
    "table_of",
    "uncompared",
    "unnamed_answers",
    "verify",
    "write_table",
]
