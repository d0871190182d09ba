"""The events of a sample, whole: what a condensed log keeps elsewhere stands in its place again."""

from collections.abc import Mapping
from typing import Any

from spillover.logs import attached

from .raw import text_of

Event = dict[str, Any]
Turns = list[tuple[str, str]]


def replied(event: Event) -> bool:
    """Whether a call to a model brought a reply."""
    return not event.get("error") and bool((event.get("output") or {}).get("choices"))


def whole_event(event: Event, sample: Mapping[str, Any]) -> Event:
    """An event with what a condensed log keeps elsewhere: messages, parts of requests, long texts."""
    if event.get("event") not in ("model", "score", "sample_init", "state"):
        return event
    pools, found = sample.get("events_data") or {}, dict(event)
    if event.get("event") == "model":
        found["input"] = [*(event.get("input") or []), *_referred(event.get("input_refs"), pools.get("messages"))]
        call = event.get("call")
        if isinstance(call, dict) and call.get("call_refs"):
            key = str(call.get("call_key") or "messages")
            request = {**(call.get("request") or {}), key: _referred(call["call_refs"], pools.get("calls"))}
            found["call"] = {**call, "request": request}
    whole: Event = attached(found, sample)
    return whole


def _referred(refs: Any, pool: Any) -> list[Any]:
    return [one for first, last in refs or [] for one in (pool or [])[first:last]]


def turns_in(messages: Any) -> Turns:
    """Role and text of each message."""
    return [(str(one.get("role")), text_of(one.get("content"))) for one in messages if isinstance(one, dict)]


def reply_of(event: Event) -> str:
    """The text that a call to a model brought."""
    return text_of((event["output"]["choices"][0].get("message") or {}).get("content"))
