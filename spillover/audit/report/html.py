"""The report as one HTML file: no request, a strict Content-Security-Policy, and text from elsewhere only as text."""

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import page_policy, visible
from spillover.estimate import Estimate

from .conditions import named
from .model import Report

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
WIDE = 0.25
"""Length of an interval from which a cell of the heat map is muted: its estimate says little."""
HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
BINS = (0.01, 0.05, 0.1, 0.25, 0.5)
"""Differences from which a cell of the heat map is a shade darker."""


def report_html(report: Report) -> str:
    """The report for people who open a file in a browser."""
    from markupsafe import Markup

    css, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            css=Markup(css),
            script=Markup(script),
            policy=page_policy(css, script),
            put=lambda said: named(report, said),
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from spillover.common import OUTCOMES

    from . import figures, first_page, headline, plots
    from . import rule_words as rules
    from . import sections as sections
    from . import sentences as words

    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    found.globals |= {
        "plots": plots,
        "words": words,
        "figures": figures,
        "first": first_page,
        "head": headline,
        "rules": rules,
        "sections": sections,
        "outcomes": OUTCOMES,
        "heat_rows": heat_rows,
        "bin": heat_bin,
        "wide": too_wide,
    }
    found.filters |= {"said": _said, "name": _name, "short": _short}
    return found


def _shown(value: Any) -> Any:
    """Applied to everything the template prints: what is not our own markup has its hidden characters made visible."""
    from markupsafe import Markup

    if value is None:
        return ""
    return visible(value, keep="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


def _said(value: Any) -> str:
    """Any plain data as text."""
    return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False, default=str)


def _short(said: str) -> str:
    """A sentence with its SHA-256 hashes cut to twelve digits; the folded tables have them whole."""
    return HASH.sub(r"\1…", said)


def _name(model: str) -> str:
    """A model's name without its provider, for headings."""
    return model.split("/", 1)[-1]


def heat_rows(report: Report, model: str) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """Conditions, and per domain the cell under each of them (None where it was not asked)."""
    own = [one for one in report.cells if one.model == model]
    conditions = list(dict.fromkeys(one.condition for one in own))
    found = {(one.domain, one.condition): one for one in own}
    domains = dict.fromkeys(one.domain for one in own)
    return conditions, [(domain, [found.get((domain, put)) for put in conditions]) for domain in domains]


def heat_bin(delta: float) -> str:
    """Class of a cell: `h0`, or `up1` to `up5` and `down1` to `down5`."""
    level = sum(abs(delta) >= edge for edge in BINS)
    return "h0" if not level else f"{'up' if delta > 0 else 'down'}{level}"


def too_wide(delta: Estimate) -> bool:
    """Whether an interval is so wide, and not clear of 0, that a shade would say more than is known."""
    if delta.low != delta.low:
        return True
    return delta.high - delta.low >= WIDE and delta.low <= 0 <= delta.high
