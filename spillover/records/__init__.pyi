from .make import ACCOUNT, public_arguments, record, records
from .measured_logs import content_hash, named_model, scores_in_range
from .model import (
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

__all__ = [
    "ACCOUNT",
    "DEEPEST",
    "LARGEST_RECORD",
    "SCHEMA",
    "Record",
    "content_hash",
    "deeper_than",
    "digest",
    "finite_float",
    "named_model",
    "no_number",
    "once",
    "public_arguments",
    "read_record",
    "record",
    "records",
    "safe_name",
    "scores_in_range",
    "small_int",
]
