"""What `verify` checks: every sample of a log, its summaries, its reductions and the table made from it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, trouble
from spillover.logs import (
    DRAWS,
    EACH,
    Account,
    LogSource,
    Returned,
    add_returned,
    frame_of,
    log_rows,
    not_sent,
    opened,
)
from spillover.records import Record

from .answered import Answered, answered
from .odd import Odd
from .problem import Problem
from .shipped import Shipped

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class ReadLog:
    """One log, read whole.

    Attributes:
        source: The log.
        samples: Every sample, in the order of the file.
        summaries: Its summaries; None for a layout that has none.
        reductions: Its reductions.
        table: What `read` makes of it: answers that count.
        whole: The same with answers that were declared invalid.
        account: What was planned and what became of it.
        not_sent: Settings that were requested but are missing from the requests, each as a sentence.
        returned: Model names that came back with answers.
        odd: What a person should look at.
    """

    source: LogSource
    samples: list[Answered]
    summaries: list[dict[str, Any]] | None
    reductions: list[dict[str, Any]]
    table: "pd.DataFrame"
    whole: "pd.DataFrame"
    account: Account
    not_sent: tuple[str, ...] = ()
    returned: Returned = field(default_factory=dict)
    odd: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """Path."""
        return self.source.file

    @property
    def score(self) -> str:
        """Name of the score that counts."""
        return EACH if self.source.task == DRAWS else "judged"

    def scorer_options(self) -> dict[str, Any]:
        """Arguments of the scorer; empty where the header names none."""
        scorers = self.source.header["eval"].get("scorers") or []
        own = (one.get("options") for one in scorers if str(one.get("name")).split("/")[-1] == self.score)
        return dict(next(own, None) or {})

    def options(self, domain: str) -> dict[str, Any]:
        """Arguments of the scorer for a domain; empty where the header names none."""
        options = self.scorer_options()
        return dict(options.get("protocols", {}).get(domain, {})) if self.score == EACH else options

    def every_options(self) -> list[dict[str, Any]]:
        """Arguments of the scorer for every domain of the log."""
        tasks = sorted(set(self.table["task"])) if self.score == EACH else [self.source.task]
        return [options for task in tasks if (options := self.options(task))]


@dataclass(frozen=True, slots=True)
class Submission:
    """What is verified together.

    Attributes:
        logs: Logs.
        record: A record of them, or None.
        file: Path of the record.
        shipped: What the package knows of its versions, or None.
    """

    logs: list[ReadLog]
    record: Record | None = None
    file: str = ""
    shipped: Shipped | None = None


def read_whole(source: LogSource) -> ReadLog:
    """Read every sample of a log.

    Raises:
        LogError: Where it cannot be read.
    """
    samples: list[Answered] = []
    lacking: set[str] = set()
    returned: Returned = {"": set()}
    odd = Odd()
    odd.look("header.json", source.header)
    for part, sample in source.samples():
        samples.append(answered(source, part, sample))
        lacking |= not_sent(sample)
        add_returned(returned, sample, source.model)
        odd.look(part, sample)
    summaries, reductions = None, source.header.get("reductions") or []
    if not source.file.endswith(".json"):
        try:
            with opened(source.file) as archive:
                summaries = archive.part("summaries.json")
                reductions = archive.part("reductions.json") if "reductions.json" in archive.names() else []
        except (ValueError, KeyError) as error:
            said = f"the log's summaries cannot be read ({trouble(error)}); give the log as its run wrote it"
            raise LogError(f"{source.file}: {said}") from error
    found = log_rows(source.file)
    assert found is not None
    tables = frame_of(found), frame_of(found, invalidated=True)
    lacks, flags = tuple(sorted(lacking)), tuple(odd.flags(source.name))
    return ReadLog(source, samples, summaries, reductions or [], *tables, found.account, lacks, returned, flags)
