from .from_logs import LeakJudge, audit_logs
from .live_audit import audit_models

__all__ = [
    "LeakJudge",
    "audit_logs",
    "audit_models",
]
