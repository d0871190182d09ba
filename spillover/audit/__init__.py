"""Base against fine-tune: integrity, gate, report."""

from ._gate import Cell, Finding, Rule, judge_pair
from ._integrity import CHECKS, integrity_problems
from ._report import Report, report_markdown
from ._run import audit_logs

__all__ = [
    "CHECKS",
    "Cell",
    "Finding",
    "Report",
    "Rule",
    "audit_logs",
    "integrity_problems",
    "judge_pair",
    "report_markdown",
]
