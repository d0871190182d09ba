"""One whole sample as `verify` checks it: the answer, its scores, and the calls of its judges."""

import math
from dataclasses import dataclass, replace
from typing import Any

from spillover.common import LogError, answer_of, hash_of, stop_reason, trouble
from spillover.logs import LogSource, attached, is_judges

from .everywhere import asked_models, contradictions, shown_before


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
        return None if self.prompt is None else hash_of(self.prompt)


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
        contradictions: Places of the sample that disagree, each as a sentence; see `everywhere`.
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


def answered(source: LogSource, part: str, sample: dict[str, Any]) -> Answered:
    """What is looked at of one sample.

    Args:
        source: Its log.
        part: Its name in the log.
        sample: The whole sample.

    Raises:
        LogError: Where it is not of the shape that Inspect writes.
    """
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
        said = f"{part} does not hold a sample ({trouble(wrong)}); give the log as its run wrote it"
        raise LogError(f"{source.file}: {said}") from wrong


def _call(event: dict[str, Any], sample: dict[str, Any]) -> Call:
    output = event.get("output") or {}
    choices = output.get("choices") or []
    content = attached(choices[0]["message"].get("content"), sample) if choices else ""
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
    said = [attached(one.get("content"), sample) for one in messages if one.get("role") == "user"]
    return said[-1] if said and isinstance(said[-1], str) else None


def _text(content: Any) -> str:
    """Text of a message, whose content may come in parts."""
    if isinstance(content, str):
        return content
    return "\n".join(str(one.get("text", "")) for one in content or [] if one.get("type") == "text")
