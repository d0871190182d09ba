from .build import compose
from .conditions import put
from .html import report_html
from .made_of import command, stated
from .markdown import report_markdown
from .model import Report, Sequence, plain
from .sentences import summary

__all__ = [
    "Report",
    "Sequence",
    "command",
    "compose",
    "plain",
    "put",
    "report_html",
    "report_markdown",
    "stated",
    "summary",
]
