"""How an answer ended: whether it counts as an answer, and which part of it the judge sees."""

from typing import Any

from inspect_ai.model import ModelOutput

from spillover.common import Verdict, ended, part, stop_reason


def shown(output: ModelOutput) -> str:
    """The answer without thoughts: what the judge is shown and the score keeps."""
    return part(output.completion).answer


def thoughts(output: ModelOutput) -> str:
    """The thoughts before an answer: those that the provider returned beside it, and those that stood in it."""
    content = [] if output.empty else output.message.content
    parts = [] if isinstance(content, str) else [one for one in content if one.type == "reasoning"]
    texts = [one.summary if one.redacted else one.reasoning for one in parts] + [part(output.completion).thoughts]
    return "\n".join(text for text in texts if text)


def flags(output: ModelOutput) -> dict[str, Any]:
    """What a reader of the verdict must know of the answer: cut off, thoughts taken out, or not from a model."""
    if output.empty:
        return {}
    found: dict[str, Any] = {"truncated": True} if output.stop_reason == "max_tokens" else {}
    found |= {"thoughts": True} if part(output.completion).thoughts else {}
    origin = (output.metadata or {}).get("origin")
    return {**found, "origin": str(origin)} if origin else found


def settled(output: ModelOutput, model: str) -> Verdict | None:
    """The verdict of an answer that needs no judge; None where one is needed. See `spillover.common.endings`.

    Args:
        output: What the model answered.
        model: Its name with the provider.
    """
    stopped = None if output.empty else stop_reason(output.stop_reason, model)
    found = ended(output.completion, stopped, bool(not output.empty and output.message.tool_calls))
    return None if found is None else Verdict(found.outcome, label=found.label, reason=found.reason)
