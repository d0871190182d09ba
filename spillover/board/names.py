"""What a model's name and its fine-tune record say of it, for filters; and texts from elsewhere made visible."""

import re
from dataclasses import dataclass
from typing import Any

from spillover.common import counted, visible

from .display import Display

LONGEST = 300
"""Characters of a text from a record that a row shows."""
LONGEST_LINE = 8_000
"""Characters of a text that a card shows."""
SIZES = ((4, "up to 4B"), (15, "4B to 15B"), (40, "15B to 40B"))
LARGE, UNKNOWN = "above 40B", "unknown"
_SIZE = re.compile(r"(?<![a-z0-9.])(\d{1,4}(?:\.\d{1,3})?)b(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What is said of a model.

    Attributes:
        provider: First part of its name.
        family: Family of its base.
        size: Parameters in billions, as the name says, or None.
        size_class: The same, in classes.
        weights: `open`, `closed` or `unknown`.
        method: How it was fine-tuned, or `none said`.
    """

    provider: str
    family: str
    size: float | None
    size_class: str
    weights: str
    method: str


def named(model: str, base: str | None, finetune: dict[str, Any] | None, display: Display) -> Named:
    """Read provider, family, size, weights and method off a model's name, its base's and its fine-tune record."""
    provider = model.partition("/")[0] if "/" in model else UNKNOWN
    texts = [one.lower() for one in (base, model) if one]
    found = next((one for text in texts for one in display.families if one.find in text), None)
    sizes = [float(match[1]) for text in reversed(texts) for match in _SIZE.finditer(text.rpartition("/")[2])]
    size = next((one for one in sizes if one > 0), None)
    weights = "open" if provider in display.open_providers else found.weights if found else UNKNOWN
    method = (finetune or {}).get("method")
    return Named(
        provider=inert(provider),
        family=found.word if found else "other",
        size=size,
        size_class=UNKNOWN if size is None else next((word for most, word in SIZES if size <= most), LARGE),
        weights=weights,
        method=inert(method) if isinstance(method, str) else "none said",
    )


def inert(text: str, longest: int = LONGEST) -> str:
    """Text with every character that could hide or steer (controls, bidi, zero width, line ends) made visible, cut."""
    shown = visible(text[:longest])
    return shown if len(text) <= longest else f"{shown}… [{counted(len(text) - longest, 'character')} more]"


def made_visible(value: Any, depth: int = 6) -> Any:
    """Plain data with every text in it made visible; what is nested deeper is said to be."""
    if isinstance(value, str):
        return "\n".join(inert(line, LONGEST_LINE) for line in value[:LONGEST_LINE].split("\n"))
    if isinstance(value, dict | list) and not depth:
        return "(nested too deep to show)"
    if isinstance(value, dict):
        return {inert(str(key)): made_visible(one, depth - 1) for key, one in list(value.items())[:200]}
    return [made_visible(one, depth - 1) for one in value[:500]] if isinstance(value, list) else value
