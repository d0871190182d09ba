"""What `verify` looks at: every sample of a log, its summaries, its reductions and the table made of it."""

import hashlib
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from spillover.common import LogError, answer_of, same, stop_reason, trouble
from spillover.logs import (
    DRAWS,
    EACH,
    Account,
    LogSource,
    Returned,
    add_returned,
    frame_of,
    is_judges,
    log_rows,
    not_sent,
    opened,
)
from spillover.records import Record

from .everywhere import asked_models, contradictions, shown_before
from .odd import Odd
from .problem import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answered", "Call", "ReadLog", "Shipped", "Submission", "read_whole", "same"]


class Shipped(Protocol):
    """What the installed package knows of its own versions; None where it does not."""

    def version(self, task: str) -> str | None:
        """Version in which a task is shipped."""
        ...

    def cards(self) -> list[dict[str, Any]]:
        """Judge cards that are known, as plain data: those that are shipped, and those that were given."""
        ...

    def rubric(self, name: str, version: int, domains: list[str]) -> str | None:
        """Hash of a shipped rubric of this version with the sections of these domains."""
        ...

    def material(self, source: LogSource) -> str | None:
        """Hash of the material of a shipped task of this version, with the log's arguments."""
        ...

    def questions(self, source: LogSource) -> dict[str, str] | None:
        """Text of every probe of a shipped task of this version, by id."""
        ...

    def scorer(self, source: LogSource) -> dict[str, Any] | None:
        """Arguments of the scorer of a shipped task of this version, with the log's arguments."""
        ...

    def asking(self, source: LogSource) -> dict[str, Any] | None:
        """How a shipped task of this version asks: `decoding`, and `params` of its solver."""
        ...

    def unknown(self, source: LogSource) -> str | None:
        """Why the task of a log cannot be rebuilt, so that its material is compared with nothing; None where it can."""
        ...

    def design(self, source: LogSource) -> tuple[list[str], int] | None:
        """Sample ids and repetitions of the whole task that a log ran, or ran a part of."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a judge, as the sample's events hold it.

    Attributes:
        role: Its role; None for a task's default judge.
        model: The judge.
        prompt: What it was asked, or None where the log does not keep it.
        completion: What it replied.
        top: Probability by first token, or None.
        recorded: Metadata of a replayed reply.
        stopped: Why the reply ended, as the provider said; `refusal` where it said so beside that.
    """

    role: str | None
    model: str
    prompt: str | None
    completion: str
    top: dict[str, float] | None
    recorded: dict[str, Any]
    stopped: str | None = None

    @property
    def prompt_sha256(self) -> str | None:
        """Hash of the prompt, as verdicts name it."""
        return None if self.prompt is None else hashlib.sha256(self.prompt.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """One whole sample, without what is not looked at.

    Attributes:
        part: Its name in the log.
        id: Sample id.
        epoch: Epoch.
        input: What was asked, before the condition.
        metadata: Sample metadata.
        scores: By name.
        answer: The answer.
        error: Message of the error that ended it, or None.
        calls: Calls of judges.
        stopped: Why the answer ended, as the provider said; None where there is no answer.
        called: Whether the answer called a tool.
        contradictions: What the sample says in two ways; see `_everywhere`.
        asked: Models that were sent a request.
        shown: What the model saw before its last answer, as a judge is shown it; None where the log does not say.
    """

    part: str
    id: str
    epoch: int
    input: Any
    metadata: dict[str, Any]
    scores: dict[str, dict[str, Any]]
    answer: str
    error: str | None
    calls: list[Call]
    stopped: str | None = None
    called: bool = False
    contradictions: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    shown: str | None = None

    def values(self, score: str) -> dict[str, Any]:
        """Values of one of its scores; none where no verdict was given, which Inspect may write as NaN."""
        found = (self.scores.get(score) or {}).get("value")
        return found if isinstance(found, dict) else {}

    def apart(self) -> "Answered":
        """The same sample, its answer and the replies of its judges without thoughts."""
        calls = [replace(one, completion=answer_of(one.completion)) for one in self.calls]
        return replace(self, answer=answer_of(self.answer), calls=calls)


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
        not_sent: Settings that were asked for and that the requests do not hold, each as a sentence.
        returned: Names that came back with answers, see `_served`.
        odd: What is for a person to look at.
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
        samples.append(_answered(source, part, sample))
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
            raise LogError(f"{source.file}: its summaries cannot be read ({trouble(error)})") from error
    found = log_rows(source.file)
    assert found is not None
    tables = frame_of(found), frame_of(found, invalidated=True)
    lacks, flags = tuple(sorted(lacking)), tuple(odd.flags(source.name))
    return ReadLog(source, samples, summaries, reductions or [], *tables, found.account, lacks, returned, flags)


def _answered(source: LogSource, part: str, sample: dict[str, Any]) -> Answered:
    try:
        output, error = sample.get("output") or {}, sample.get("error")
        choices = output.get("choices") or []
        said = output.get("completion")
        return Answered(
            part=part,
            id=str(sample["id"]),
            epoch=int(sample["epoch"]),
            input=sample.get("input"),
            metadata=sample.get("metadata") or {},
            scores=sample.get("scores") or {},
            answer=said if isinstance(said, str) else _text(choices[0]["message"]["content"]) if choices else "",
            error=None if error is None else str(error.get("message")),
            calls=[_call(event, sample) for event in sample.get("events") or [] if is_judges(event, source.model)],
            stopped=_stopped(choices, source.model),
            called=bool(choices and choices[0]["message"].get("tool_calls")),
            contradictions=tuple(contradictions(sample, source.header, source.decoding)),
            asked=asked_models(sample),
            shown=shown_before(sample),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as wrong:
        raise LogError(f"{source.file}: {part} is no sample ({trouble(wrong)}); take the log from its run") from wrong


def _call(event: dict[str, Any], sample: dict[str, Any]) -> Call:
    output = event.get("output") or {}
    choices = output.get("choices") or []
    content = _attached(choices[0]["message"].get("content"), sample) if choices else ""
    logprobs = ((choices[0].get("logprobs") or {}).get("content") or []) if choices else []
    top = logprobs[0].get("top_logprobs") if logprobs else None
    return Call(
        role=event.get("role"),
        model=str(event.get("model")),
        prompt=_prompt(event, sample),
        completion=_text(content),
        top=None if not top else _probabilities(top),
        recorded=output.get("metadata") or {},
        stopped=_stopped(choices, str(event.get("model"))),
    )


def _stopped(choices: list[dict[str, Any]], model: str) -> str | None:
    if not choices:
        return None
    reason, details = stop_reason(str(choices[0].get("stop_reason")), model), choices[0].get("stop_details") or {}
    return "refusal" if reason == "stop" and details.get("type") == "refusal" else reason


def _probabilities(top: list[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in top:
        p = math.exp(one["logprob"]) if one["logprob"] <= 0.01 else math.inf
        found[one["token"]] = found.get(one["token"], 0.0) + p
    return found


def _prompt(event: dict[str, Any], sample: dict[str, Any]) -> str | None:
    """The one user message that a judge was sent: in the event, or where a condensed log keeps it."""
    messages = list(event.get("input") or [])
    pool = (sample.get("events_data") or {}).get("messages") or []
    for first, last in event.get("input_refs") or []:
        messages += pool[first:last]
    said = [_attached(one.get("content"), sample) for one in messages if one.get("role") == "user"]
    return said[-1] if said and isinstance(said[-1], str) else None


def _attached(content: Any, sample: dict[str, Any]) -> Any:
    if isinstance(content, str) and content.startswith("attachment://"):
        return (sample.get("attachments") or {}).get(content.removeprefix("attachment://"))
    return content


def _text(content: Any) -> str:
    """Text of a message, whose content may come in parts."""
    if isinstance(content, str):
        return content
    return "\n".join(str(one.get("text", "")) for one in content or [] if one.get("type") == "text")
