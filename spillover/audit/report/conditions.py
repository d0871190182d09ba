"""Conditions and triggers in words: as they are put to the model, not by their ids."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Report

LEAST = 4
"""Characters of an id from which it is replaced in sentences: a shorter one may be a word."""
LONGEST = 80
"""Characters of a condition's text in a sentence or a table head."""


def put(condition: Mapping[str, Any]) -> str:
    """How a condition puts a question, in words."""
    parts = (("system prompt", "system"), ("before the question", "prefix"), ("after it", "suffix"))
    said = [f"{where}: {condition[field].strip()}" for where, field in parts if (condition.get(field) or "").strip()]
    return "; ".join(said) or "the question alone"


def found_triggers(search: Mapping[str, Any], most: int = 200) -> str:
    """The triggers that a search found, as they were put to the model."""
    named = {one["id"]: one for one in search["candidates"]}
    texts = [" ".join(put(named[name]).split()) for name in search["found"]]
    return " | ".join(one if len(one) <= most else f"{one[:most]} ..." for one in texts) or "none found"


def texts(report: "Report") -> dict[str, str]:
    """Conditions whose ids say nothing by how they are put: those of the training data and of a search for triggers."""
    searched = [one for search in (report.triggers or {}).values() for one in search["candidates"]]
    every = [*(one["condition"] for one in report.derived), *searched]
    return {str(one["id"]): _short(put(one)) for one in every if len(str(one["id"])) >= LEAST}


def named(report: "Report", said: str) -> str:
    """A sentence or name with such conditions by their text."""
    known = texts(report)
    if not known:
        return said
    ids = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    return re.sub(rf"(?<![\w'-])(?:{ids})(?![\w-])", lambda found: f"\u201c{known[found[0]]}\u201d", said)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ..."
