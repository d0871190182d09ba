"""Text from elsewhere made harmless: it must not steer a terminal, hide a character, or pass for markup."""

import unicodedata

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for every character that cannot be printed."""


def printable(text: str) -> str:
    """Text on one line in which every character that cannot be printed is replaced by `UNPRINTABLE`."""
    return "".join(one if one.isprintable() else UNPRINTABLE for one in text)


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


def _hides(one: str) -> bool:
    kind = unicodedata.category(one)
    return kind[0] == "C" or kind in ("Zl", "Zp")
