from .build import Compared, compose
from .conditions import put
from .html import report_html
from .made_of import command
from .markdown import report_markdown
from .model import Report, Sequence
from .sentences import summary
from .shape_outline import Outline
from .shape_report import ReportShape
from .statements import stated

__all__ = [
    "Compared",
    "Outline",
    "Report",
    "ReportShape",
    "Sequence",
    "command",
    "compose",
    "put",
    "report_html",
    "report_markdown",
    "stated",
    "summary",
]
