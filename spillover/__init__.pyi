from .audit import audit_logs, audit_models
from .audit.decide import Rule
from .logs import read
from .plan import Suite, load_suite, plan_suite
from .records import read_record, record
from .results import agreement, differences, summarise

__version__: str

__all__ = [
    "Rule",
    "Suite",
    "agreement",
    "audit_logs",
    "audit_models",
    "differences",
    "load_suite",
    "plan_suite",
    "read",
    "read_record",
    "record",
    "summarise",
]
