from ._capability import Capability, Measured, capability
from ._compare import misaligned_rate
from ._controls import Control, written_items
from ._evidence import evidence
from ._gate import Rule, judge_pair, overall
from ._html import report_html
from ._leak import Leak
from ._live import audit_models
from ._made_of import stated
from ._markdown import report_markdown
from ._panel import as_judged_by
from ._parts import Transcript
from ._report import Report, Sequence
from ._request import Request
from ._run import LeakJudge, audit_logs
from ._sequence import outcomes_by_judge
from ._took import ALPHA, MOST_OF_FILE, answers_asked, is_played, prompts
from ._triggers import put
from ._verify_report import verify_report
from ._version import require_this_rule
from ._words import summary

__all__ = [
    "ALPHA",
    "MOST_OF_FILE",
    "Capability",
    "Control",
    "Leak",
    "LeakJudge",
    "Measured",
    "Report",
    "Request",
    "Rule",
    "Sequence",
    "Transcript",
    "answers_asked",
    "as_judged_by",
    "audit_logs",
    "audit_models",
    "capability",
    "evidence",
    "is_played",
    "judge_pair",
    "misaligned_rate",
    "outcomes_by_judge",
    "overall",
    "prompts",
    "put",
    "report_html",
    "report_markdown",
    "require_this_rule",
    "stated",
    "summary",
    "verify_report",
    "written_items",
]
