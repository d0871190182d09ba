"""The board as one HTML file that opens from a disk: no request, a strict policy, texts from elsewhere only as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spillover.common import hash_of, page_policy

from .display import Display
from .downloads import bibtex, json_text

FOLDER = Path(__file__).parent
SCRIPTS = ("elements.js", "plots.js", "state.js", "table.js", "card.js", "downloads.js", "board.js")
"""Parts of the page's one script, in the order in which they need one another."""


def page_html(board: Mapping[str, Any], cards: Mapping[str, Any], display: Display) -> str:
    """The page.

    Args:
        board: The board as plain data.
        cards: Cards by id of their row.
        display: Columns, order, words and colours.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    text, css, script = json_text(board), _css(display), _script()
    shown = {**display.shown(), "bibtex": _bibtex(board, text, display)}
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("board.html.j2").render(
        board=board,
        title=display.title,
        lead=display.lead,
        levels=display.verification.as_plain(),
        policy=page_policy(css, script, "data: blob:"),
        css=Markup(css),
        script=Markup(script),
        data=Markup(text),
        cards=Markup(json_text(cards)),
        display=Markup(json_text(shown)),
    )


def _css(display: Display) -> str:
    light, dark = display.variables("light"), display.variables("dark")
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}\n'
        "@media (prefers-color-scheme: dark) { "
        f':root:not([data-theme="light"]) {{ color-scheme: dark; {dark} }} }}\n'
        f"{(FOLDER / 'board.css').read_text(encoding='utf-8')}"
        f"@media print {{ :root, :root[data-theme], :root:not([data-theme]) {{ color-scheme: light; {light} }} }}\n"
    )


def _script() -> str:
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return '"use strict";\n(() => {\n' + "".join(parts) + "})();\n"


def _bibtex(board: Mapping[str, Any], text: str, display: Display) -> str:
    versions = sorted({one["suite_version"] for one in board["groups"]})
    newest = max((row["created"] for row in board["rows"]), default="")
    return bibtex(display.title, versions, newest, hash_of(text))
