from .make import ACCOUNT, public_arguments, record, records
from .measured_logs import content_hash, named_model, scores_in_range
from .model import (
    LARGEST_RECORD,
    SCHEMA,
    Record,
    read_record,
    safe_name,
)
from .shape import JudgePart, LogRow, RecordShape
from .shape_figures import BothTargets, Measured, PooledRow, RecordedEstimate, ResultRow

__all__ = [
    "ACCOUNT",
    "LARGEST_RECORD",
    "SCHEMA",
    "BothTargets",
    "JudgePart",
    "LogRow",
    "Measured",
    "PooledRow",
    "Record",
    "RecordShape",
    "RecordedEstimate",
    "ResultRow",
    "content_hash",
    "named_model",
    "public_arguments",
    "read_record",
    "record",
    "records",
    "safe_name",
    "scores_in_range",
]
