"""Compares the places in which a sample holds the same thing. They must agree.

A log holds an answer in seven places: the message, the output, the model's event, the provider's raw reply, the change
of the state, the score and its event. If only one of them was edited, the others still show it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from spillover.common import answer_of, hash_of, public, same
from spillover.logs import CARRIAGE, CHANGED, LIMITS, attached, changes_of, steps_of

from .events import Event, Turns, replied, reply_of, turns_in, whole_event
from .raw import letters, raw_contradictions, text_of

OURS = ("ask", "ask_each")
OUTPUT = ("/output/completion", "/output/choices", "/messages")
NOT_ASKED = {*CARRIAGE, *LIMITS, CHANGED}
"""Settings that a request does not hold, or that may differ between header and request."""


def contradictions(sample: Mapping[str, Any], header: Mapping[str, Any], decoding: Mapping[str, Any]) -> Iterator[str]:
    """Places of a sample that disagree, each as a sentence.

    Args:
        sample: The whole sample, as the log holds it.
        header: Header of its log.
        decoding: Settings of the requests to the model, as the header states them.
    """
    model = str(header["eval"].get("model"))
    events = [whole_event(one, sample) for one in sample.get("events") or [] if isinstance(one, dict)]
    calls = [one for one in events if one.get("event") == "model"]
    own = [one for one in calls if one.get("role") is None and one.get("model") == model and replied(one)]
    messages = turns_in(attached(sample.get("messages") or [], sample))
    changed = {one.name for one in changes_of(header)}
    if sample.get("error") is None:
        yield from _of_answer(sample, model, own, messages)
        yield from _of_condition(sample, header, messages)
    for one in own:
        yield from _of_settings(one, decoding, changed)
    for one in calls:
        if replied(one):
            yield from raw_contradictions(one, turns_in(one.get("input") or []))
    yield from _of_start(sample, events)
    yield from _of_state(events, messages, own)
    yield from _of_scores(sample, events)
    yield from _of_judges(sample, calls)
    yield from _of_usage(sample, calls)


def asked_models(sample: Mapping[str, Any]) -> frozenset[str]:
    """Models that received a request in this sample, or in a failed attempt at it."""
    before = [one.get("events") for one in sample.get("error_retries") or [] if isinstance(one, dict)]
    events = [event for part in [sample.get("events"), *before] for event in part or []]
    return frozenset(str(one.get("model")) for one in events if one.get("event") == "model")


def shown_before(sample: Mapping[str, Any]) -> str | None:
    """The conversation before the last answer, written as `spillover.solvers.shown_to_model` writes it for judges."""
    seen = turns_in(attached(sample.get("messages") or [], sample))
    while seen and seen[-1][0] == "assistant":
        seen = seen[:-1]
    texts = [(role, answer_of(text) if role == "assistant" else text) for role, text in seen]
    return "\n\n".join(f"[{role}]\n{text}" for role, text in texts) or None


NO_MODEL = "none/none"
"""Model in a log of answers written beforehand. `MaterialHashMatchesVersion` checks that such a log tests a judge."""


def _of_answer(sample: Mapping[str, Any], model: str, own: list[Event], messages: Turns) -> Iterator[str]:
    """The answer, and every earlier one of a conversation: message, output, event and what was asked before it."""
    output = sample.get("output") or {}
    choices = output.get("choices") or []
    if not choices:
        return
    if not own and model == NO_MODEL:  # a judge judges answers that were written beforehand
        return
    if not own:
        yield f"the sample holds an answer, but no request to {model[:80]} that produced it"
        return
    last = own[-1]["output"]
    said, message = reply_of(own[-1]), text_of(attached((choices[0].get("message") or {}).get("content"), sample))
    completion = output.get("completion")
    if message != said or (isinstance(completion, str) and attached(completion, sample) not in (said, message)):
        yield "the answer in the sample's output differs from the one in the model's event"
    for name, here, there in (
        ("stop reason", choices[0].get("stop_reason"), last["choices"][0].get("stop_reason")),
        ("model", output.get("model"), last.get("model")),
    ):
        if here != there:
            yield f"the {name} in the sample's output is {str(here)[:60]}, but the model's event has {str(there)[:60]}"
    places = [number for number, (role, _) in enumerate(messages) if role == "assistant"]
    if [messages[one][1] for one in places] != [reply_of(one) for one in own]:
        yield "the answers in the sample's messages differ from those in the model's events"
        return
    for place, event in zip(places, own, strict=True):
        shown, asked = messages[:place], turns_in(event.get("input") or [])
        added = (event.get("config") or {}).get("system_message")
        if _letters([("system", added), *shown] if added else shown) != _letters(asked):
            yield "the sample's messages differ from those that were sent to the model"
            return
    for score in (sample.get("scores") or {}).values():
        answer = score.get("answer") if isinstance(score, dict) else None
        if isinstance(answer, str) and letters(answer) not in letters(said):
            yield "the sample's score is for a different answer than the model gave"


def _letters(turns: Turns) -> str:
    return "|".join(letters(text) for _, text in turns)


def _of_condition(sample: Mapping[str, Any], header: Mapping[str, Any], messages: Turns) -> Iterator[str]:
    """System message and question follow from the probe and the condition that the header gives to the solver."""
    steps = steps_of(header)
    if len(steps) != 1 or str(steps[0].get("solver")).split("/")[-1] not in OURS or not messages:
        return
    params, said = steps[0].get("params") or {}, sample.get("metadata") or {}
    each = params.get("conditions")
    put = each.get(str(said.get("condition"))) if isinstance(each, dict) else params.get("condition")
    if not isinstance(put, dict) or not isinstance(sample.get("input"), str):
        return
    system = put.get("system") if put.get("system") is not None else said.get("system")
    told = [text for role, text in messages if role == "system"]
    first, system = (f"{system}\n\n", None) if system and params.get("system_as_user") else ("", system)
    if told != ([system] if system else []):
        yield "the system message in the sample differs from that of its probe and condition"
    asked = f"{first}{put.get('prefix') or ''}{attached(sample['input'], sample)}{put.get('suffix') or ''}"
    users = [text for role, text in messages if role == "user"]
    if users != [asked, *(said.get("turns") or [])][: max(len(users), 1)]:
        yield "the question in the sample differs from its probe under its condition"


def _of_settings(event: Event, decoding: Mapping[str, Any], changed: set[str]) -> Iterator[str]:
    """Settings of a request are those of the header; a provider may add a limit of its own.

    Another invariant checks settings that were changed during the run.
    """
    config = {name: one for name, one in (event.get("config") or {}).items() if one is not None}
    said = {name: one for name, one in decoding.items() if name not in NOT_ASKED}
    sent = {name: public(one, short=False) for name, one in config.items() if name not in NOT_ASKED}
    if "max_tokens" not in said:
        sent.pop("max_tokens", None)
    for name in sorted((said.keys() | sent.keys()) - changed):
        if not same(said.get(name), sent.get(name)):
            here, there = (str(one.get(name))[:60] for one in (sent, said))
            yield f"a request was sent with {name} {here}, but the header says {there}"


def _of_start(sample: Mapping[str, Any], events: list[Event]) -> Iterator[str]:
    """The first event holds the sample as it was before anything was asked."""
    for event in events:
        began = event.get("sample")
        if event.get("event") != "sample_init" or not isinstance(began, dict):
            continue
        if str(began.get("id")) != str(sample.get("id")):
            yield f"the sample's first event names another sample, {str(began.get('id'))[:60]}"
        if not same(began.get("input"), attached(sample.get("input"), sample)):
            yield "the sample's first event holds another question than the sample"
        held = sample.get("metadata") or {}
        before = began.get("metadata") or {}
        other = [name for name in before if not same(before[name], attached(held.get(name), sample))]
        if other:
            yield f"the sample's first event differs in {', '.join(sorted(other))[:80]}"


def _of_state(events: list[Event], messages: Turns, own: list[Event]) -> Iterator[str]:
    """Every text in an event of the state is in a message too."""
    known = {letters(text) for _, text in messages} | {letters(reply_of(one)) for one in own} | {""}
    for event in events:
        for change in event.get("changes") or [] if event.get("event") == "state" else []:
            if change.get("op") in ("add", "replace") and str(change.get("path")).startswith(OUTPUT):
                if any(letters(text) not in known for text in _brought(str(change["path"]), change.get("value"))):
                    yield "a state event of the sample holds a text that is in none of its messages"
                    return


def _brought(path: str, value: Any) -> list[str]:
    if path == "/output/completion" or path.endswith("/content"):
        return [text_of(value)]
    if isinstance(value, dict):
        message = value.get("message") if isinstance(value.get("message"), dict) else value
        return [text_of((message or {}).get("content"))]
    return [text for one in value for text in _brought(path, one)] if isinstance(value, list) else []


def _of_scores(sample: Mapping[str, Any], events: list[Event]) -> Iterator[str]:
    """A score equals the one in its scorer's event. A score that was edited has a history, and is flagged elsewhere."""
    for name, score in (sample.get("scores") or {}).items():
        given = [one["score"] for one in events if _scored(one, name)]
        if not given or not isinstance(score, dict) or score.get("history"):
            continue
        whole = attached(score, sample)
        if not any(_one_score(whole, one) for one in given):
            yield f"the sample's score {name} differs from the one in the scorer's event"


def _scored(event: Event, name: str) -> bool:
    ended = event.get("event") == "score" and not event.get("intermediate")
    return ended and str(event.get("scorer")).split("/")[-1] == name and isinstance(event.get("score"), dict)


def _one_score(score: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(same(score.get(name), other.get(name)) for name in ("value", "answer", "reason", "metadata"))


def _of_judges(sample: Mapping[str, Any], calls: list[Event]) -> Iterator[str]:
    """A verdict's notes on the judge's settings and model agree with the judge's events."""
    for name, score in (sample.get("scores") or {}).items():
        notes = (score.get("metadata") or {}) if isinstance(score, dict) else {}
        judge = str(notes.get("judge")).split(" + ")[0].split(" then ")[0]
        replies = [one for one in calls if one.get("model") == judge and replied(one)]
        returned = {str(one["output"].get("model")) for one in replies}
        said = notes.get("judge_returned")
        if said and returned and said not in returned and " then " not in str(notes.get("judge")):
            who = " and ".join(sorted(returned))[:80]
            yield f"the score {name} names the judge {str(said)[:60]}, but {who} replied"
        for dimension, note in notes.items():
            if isinstance(note, dict) and note.get("prompt_sha256"):
                yield from _of_note(dimension, note, [one for one in replies if _hash(one) == note["prompt_sha256"]])


def _of_note(dimension: str, note: Mapping[str, Any], replies: list[Event]) -> Iterator[str]:
    for setting in ("temperature", "max_tokens"):
        used = {(one.get("config") or {}).get(setting) for one in replies} - {None}
        if used and note.get(setting) is not None and note[setting] not in used:
            asked = ", ".join(sorted(map(str, used)))
            yield f"the score states {setting} {note[setting]} for {dimension}, but the judge was asked with {asked}"


def _hash(event: Event) -> str | None:
    asked = [text for role, text in turns_in(event.get("input") or []) if role == "user"]
    return hash_of(asked[-1]) if asked else None


def _of_usage(sample: Mapping[str, Any], calls: list[Event]) -> Iterator[str]:
    """Tokens are counted for models that were asked."""
    other = sorted(set(sample.get("model_usage") or {}) - asked_models(sample))
    if other and calls:
        yield f"the sample counts tokens of {other[0][:80]}, but holds no request to this model"
