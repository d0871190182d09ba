"""Verdicts that are missing because a call to a judge failed; their answers can be judged later."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

JUDGE_ERROR = "judge_error"
"""How the reason of a verdict names a call to a judge that failed."""
_KEY = re.compile(r"\b(401|403)\b")
SHOWN = 200
"""Characters of a provider's words that are shown."""


def lost(sample: Any, score: str | None = None) -> bool:
    """Whether a judge's call failed on an answer: any judge of a panel counts, each is needed.

    Args:
        sample: A sample of an Inspect log.
        score: Name of a score; all of them where None.
    """
    return any(True for _ in _reasons(sample, score))


def words(samples: Iterable[Any]) -> str:
    """Which judge the first of these failed calls asked, and what its provider said, on one line."""
    samples = list(samples)
    events = (event for sample in samples for event in sample.events if event.event == "model")
    failed = next((event for event in events if event.error), None)
    if failed is not None:
        return f"{failed.model}: {_on_one_line(str(failed.error))}"
    reasons = (reason for sample in samples for reason in _reasons(sample, None))
    return _on_one_line(next(reasons, "no reason given"))


def _on_one_line(said: str) -> str:
    said = " ".join(said.split())[:SHOWN]
    found = _KEY.search(said)
    return f"the key is refused ({found[0]})" if found else said  # what it says may repeat the key


def _reasons(sample: Any, score: str | None) -> Iterator[str]:
    for name, one in (sample.scores or {}).items():
        said = one.metadata or {}
        panel = said.get("panel")
        for part in (said, *(panel if isinstance(panel, list) else ())) if score in (None, name) else ():
            reason = str((part.get("reason") if isinstance(part, dict) else None) or "")
            if JUDGE_ERROR in reason:
                yield reason
