"""Markdown of plain parts: tables, lists, and text from elsewhere made inert."""

from collections.abc import Iterable, Sequence

from spillover.common import markdown_table, printable

MARKUP = "\\|<>[]`*_#&~"
"""Characters that mean something in Markdown."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are text from elsewhere."""
    return markdown_table([*map(text, head)], ([*map(text, row)] for row in rows))


def bullets(lines: Iterable[str]) -> str:
    """A list of lines from elsewhere."""
    return "\n".join(f"- {text(line)}" for line in lines)


def text(said: str) -> str:
    """Text from elsewhere, inert in Markdown and on a terminal."""
    return "".join("\\" + one if one in MARKUP else one for one in printable(said))
