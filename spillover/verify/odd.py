"""Finds what a person should look at in logs and records. It may be honest, but an ordinary run does not produce it.

`spillover verify` and `spillover leaderboard check` both print these flags; none of them fails anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from spillover.common import Served, counted, oddities
from spillover.records import Record

from .problem import Problem

AHEAD = timedelta(days=1)
"""How far a date may lie in the future: clocks may be wrong, and some dates name no time zone."""
COUNTS = ("completed", "total")
ASK = "ask the submitter"


class Odd:
    """Collects what is odd in the parts of one log, part by part."""

    def __init__(self) -> None:
        self._header: list[str] = []
        self._samples: Counter[str] = Counter()

    def look(self, name: str, part: Any) -> None:
        """Look at one part."""
        if not isinstance(part, dict):
            return
        if name == "header.json":
            self._header += _of_header(part)
        elif name.startswith("samples/"):
            self._samples.update(_of_sample(part))

    def flags(self, where: str) -> list[Problem]:
        """What was found, counted over the samples."""
        kinds = [f"{counted(count, 'sample')} {what}" for what, count in sorted(self._samples.items())]
        return [_flag(where, what) for what in [*self._header, *kinds]]


def _of_header(header: dict[str, Any]) -> Iterator[str]:
    spec = header.get("eval")
    created = spec.get("created") if isinstance(spec, dict) else None
    if (why := odd_date(created)) is not None:
        yield f"the run {why}"
    if header.get("status") != "success":
        results = header.get("results")
        done, asked = (results.get(f"{one}_samples") if isinstance(results, dict) else None for one in COUNTS)
        said = f"{str(done)[:9]} of {str(asked)[:9]} samples completed"
        yield f"the run ended with status {str(header.get('status'))[:40]!r}, not 'success' ({said})"
    if header.get("invalidated"):
        yield "the log is marked as invalidated"


def _of_sample(sample: dict[str, Any]) -> Iterator[str]:
    if sample.get("invalidation"):
        yield "are marked as invalidated"
    scores = sample.get("scores")
    each = scores.values() if isinstance(scores, dict) else ()
    if any(isinstance(score, dict) and score.get("history") for score in each):
        yield "have a score that was edited after the run (its history says so)"


def odd_date(said: Any) -> str | None:
    """Why a run cannot have begun at this date; None where it can."""
    try:
        begun = datetime.fromisoformat(str(said))
    except ValueError:
        return f"began at {str(said)[:40]!r}, which is not a date"
    begun = begun if begun.tzinfo is not None else begun.replace(tzinfo=UTC)
    return f"began at {str(said)[:40]}, which is in the future" if begun > datetime.now(UTC) + AHEAD else None


def of_record(made: Record) -> list[Problem]:
    """Flags of a record alone: a date in the future, and a manifest, which no log can prove."""
    why = odd_date(made.typed.created)
    said = [] if why is None else [f"the record's newest run {why}"]
    if made.typed.manifest is not None:
        said.append("the record has a manifest, but no log can prove that the plan is older than the answers")
    return [_flag("record.json", one) for one in said]


def of_served(found: Iterable[Served], where: str) -> list[Problem]:
    """Flags of what served the answers: names, addresses and arguments that do not fit the requested model."""
    return [Problem("AnswersAreItsOwn", where, one, ASK) for one in oddities(found)]


def of_replies(reread: int, judged: int) -> list[Problem]:
    """A flag where verdicts could not be checked against their judges' replies.

    Args:
        reread: Verdicts that were read again.
        judged: Verdicts that judges gave.
    """
    if reread == judged:
        return []
    said = f"only {reread} of {judged} verdicts could be checked against the judge's replies"
    return [Problem("VerdictsAreReread", "logs", said, "ask for logs that hold every call of the judge")]


def _flag(where: str, what: str) -> Problem:
    return Problem("NothingIsOdd", where, what, ASK)
