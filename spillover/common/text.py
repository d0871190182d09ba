"""Text from elsewhere made harmless: it must not steer a terminal, hide a character, or pass for markup."""

import unicodedata
from collections.abc import Iterable, Sequence

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for every character that cannot be printed."""


def printable(text: str, instead: str = UNPRINTABLE) -> str:
    """Text on one line in which something else stands `instead` of every character that cannot be printed."""
    return "".join(one if one.isprintable() else instead for one in text)


def one_line(text: str) -> str:
    """Text on one line, its white space folded and its other unprintable characters replaced; see `printable`."""
    return printable(" ".join(text.split()))


def visible(text: str, keep: str = "") -> str:
    """Text with the code of every character that could hide or steer: controls, bidi, zero width, line ends.

    Args:
        text: The text.
        keep: Characters that stay as they are, such as line ends.
    """
    return "".join(one if one in keep or not _hides(one) else f"[U+{ord(one):04X}]" for one in text)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]], align: str = "") -> str:
    """A table in Markdown.

    Args:
        head: Names of the columns.
        rows: What the columns hold, row by row; text from elsewhere must be harmless already.
        align: A letter for each column: `r` for one that is set to the right, `l` for others, as the missing ones are.
    """
    rule = ["---:" if one == "r" else "---" for one in align.ljust(len(head), "l")]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, rule, *rows))


def _hides(one: str) -> bool:
    kind = unicodedata.category(one)
    return kind[0] == "C" or kind in ("Zl", "Zp")
