"""Sections of the report that describe and never decide, as plain tables: one source for HTML and Markdown."""

from dataclasses import dataclass, field
from typing import Any

from ._report import Report


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Attributes:
        title: Its heading.
        said: Sentences above the table.
        head: Column names.
        rows: Cells as text, shape (rows, columns).
    """

    title: str
    said: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def cost(report: Report) -> Section | None:
    """What a live run cost, and what a verdict of each judge did; None where nothing is known of it."""
    done: dict[str, Any] = (report.manifest or {}).get("done") or {}
    if "usd" not in done:
        return None
    missing = ", ".join(sorted(done["unpriced"]))
    if set(done["tokens"]) == set(done["unpriced"]):
        said = [f"Not known: the price file has no price for {missing}."]
    else:
        without = f", without what it has no price for: {missing}" if missing else ""
        said = [f"About ${done['usd']:.2f} by the price file{without}."]
    rows = [
        [judge, f"{one['verdicts']:,}", _usd(one["usd_each"]), *(f"{value:.0f}" for value in one["tokens_each"])]
        for judge, one in done.get("verdicts", {}).items()
    ]
    head = ["judge", "verdicts", "US dollars each", "tokens sent each", "tokens received each"]
    return Section("What it cost", said, head, rows)


def _usd(value: float | None) -> str:
    return "no price" if value is None else f"{value:.5f}"
