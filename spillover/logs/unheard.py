"""Verdicts that are missing because a call to a judge failed: the answer is there and can be judged later."""

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
    """What the provider said of the first of these calls that failed, on one line."""
    samples = list(samples)
    events = (event for sample in samples for event in sample.events if event.event == "model")
    errors = [event.error for event in events if event.error]
    reasons = (reason for sample in samples for reason in _reasons(sample, None))
    said = " ".join(next((str(one) for one in (*errors, *reasons)), "no reason given").split())
    if found := _KEY.search(said[:SHOWN]):  # what it says may repeat the key
        return f"the key is refused ({found[0]})"
    return said[:SHOWN]


def _reasons(sample: Any, score: str | None) -> Iterator[str]:
    for name, one in (sample.scores or {}).items():
        said = one.metadata or {}
        panel = said.get("panel")
        for part in (said, *(panel if isinstance(panel, list) else ())) if score in (None, name) else ():
            reason = str((part.get("reason") if isinstance(part, dict) else None) or "")
            if JUDGE_ERROR in reason:
                yield reason
