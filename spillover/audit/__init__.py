"""Base against fine-tune: integrity, gate, report."""

from ._gate import Cell, Finding, Rule, judge_pair
from ._html import report_html
from ._integrity import CHECKS, integrity_problems
from ._markdown import report_markdown
from ._report import Report
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
    "report_html",
    "report_markdown",
]
