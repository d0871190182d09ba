"""Conditions and triggers in words: as they are put to the model, not by their ids."""

from collections.abc import Mapping
from typing import Any


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
