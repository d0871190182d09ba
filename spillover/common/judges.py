"""Judges that are known: the default pair, the form that works with each, and how long each lives (`judges.yaml`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from .errors import JudgeError
from .plural import counted

FILE = Path(__file__).with_name("judges.yaml")
SOON = 60
"""Days before its shutdown from which a judge is warned of; providers announce a shutdown about as long before."""


@dataclass(frozen=True, slots=True)
class KnownJudge:
    """A judge as `judges.yaml` declares it.

    Attributes:
        id: Inspect's model string.
        form: The judge form that works with it.
        read_on: When its source was read.
        source: Where that is said.
        shutdown: Last day of its life, or None where the provider has named none.
        replacement: What to name instead, or None.
    """

    id: str
    form: str
    read_on: date
    source: str
    shutdown: date | None = None
    replacement: str | None = None


@cache
def _file() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@cache
def known_judges() -> dict[str, KnownJudge]:
    """Every declared judge by its model string."""
    return {one["id"]: KnownJudge(**one) for one in _file()["judges"]}


def default_judges() -> tuple[str, ...]:
    """The default judges, of different families; where one judge is asked for, it is the first."""
    return tuple(_file()["default"])


def today() -> date:
    """Today's date, in UTC."""
    return datetime.now(UTC).date()


def check_alive(judges: Iterable[str]) -> list[str]:
    """Refuse judges that their provider has shut down, and say which end soon.

    Args:
        judges: Inspect's model strings of judges that lie at their provider's own address.

    Returns:
        One line for each judge whose shutdown is at most `SOON` days ahead.

    Raises:
        JudgeError: Where a judge is gone; names its replacement.
    """
    now, soon = today(), []
    for name in dict.fromkeys(judges):
        known = known_judges().get(name)
        if known is None or known.shutdown is None:
            continue
        instead = f"use {known.replacement}" if known.replacement else "give another judge"
        if now > known.shutdown:
            raise JudgeError(f"judge {name}: its provider shut it down on {known.shutdown}; {instead}")
        if (left := (known.shutdown - now).days) <= SOON:
            soon.append(f"judge {name} ends on {known.shutdown}, in {counted(left, 'day')}; after that {instead}")
    return soon
