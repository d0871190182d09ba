"""Compares a provider's raw request and reply with Inspect's account of the same call. A log keeps both.

Shapes that are read: OpenAI's chat completions and everything compatible, its Responses, Anthropic, Google and Bedrock.
Other shapes are not checked, and neither is a log without raw calls (`--no-log-model-api`).
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_THOUGHT = re.compile(r"<(think(?:ing)?)\b[^>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)
_LEFT_OUT = "(no content)"
"""What Inspect sends for an empty turn, which some providers refuse."""
_TOKENS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_SETTINGS = ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty")
_REASONS = {
    "stop": "stop", "end_turn": "stop", "stop_sequence": "stop", "eos": "stop", "STOP": "stop",
    "length": "max_tokens", "max_tokens": "max_tokens", "MAX_TOKENS": "max_tokens",
    "content_filter": "content_filter", "refusal": "content_filter", "SAFETY": "content_filter",
}  # fmt: skip
"""Inspect's name for each provider's stop reason. Other reasons are not compared."""
NEAR = 1e-6
"""How far two log probabilities of one token may differ because of rounding."""


def letters(text: str) -> str:
    """A text without white space, which providers strip and join in ways of their own."""
    return "".join(text.split()).replace("".join(_LEFT_OUT.split()), "")


def text_of(content: Any) -> str:
    """Text of a message's content, whether one string or parts of it."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [one if isinstance(one, str) else one.get("text") for one in parts if _is_text(one)]
    return "\n".join(one for one in texts if isinstance(one, str))


def _is_text(part: Any) -> bool:
    if isinstance(part, str):
        return True
    kinds = (None, "text", "input_text", "output_text")
    return isinstance(part, dict) and part.get("type") in kinds and not part.get("thought")


def raw_contradictions(event: Mapping[str, Any], shown: list[tuple[str, str]]) -> Iterator[str]:
    """Differences between a model event and the raw call in it, each as a sentence.

    Args:
        event: The event, its references resolved.
        shown: Role and text of every message that the event says was sent.
    """
    call = event.get("call") or {}
    request, response = call.get("request") or {}, call.get("response")
    yield from _of_request(event, request, shown)
    if isinstance(response, dict) and not call.get("error"):
        yield from _of_response(event.get("output") or {}, response)


def _of_request(event: Mapping[str, Any], request: Mapping[str, Any], shown: list[tuple[str, str]]) -> Iterator[str]:
    name, model = request.get("model"), str(event.get("model"))
    if isinstance(name, str) and not (name == model or model.endswith((f"/{name}", f":{name}"))):
        yield f"the raw request names the model {name[:60]}, but the log says {model[:80]}"
    turns = _turns(request)
    if turns is not None:
        sent, said = (
            ["".join(letters(text) for role, text in part if (role == "assistant") is own) for own in (False, True)]
            for part in (turns, shown)
        )
        if sent[0] != said[0]:
            yield "the messages in the raw request differ from those in the log"
        elif any(letters(text) not in sent[1] for role, text in shown if role == "assistant"):
            yield "the earlier answers in the raw request differ from those in the log"
    config = event.get("config") or {}
    pairs = [(one, request.get(one), config.get(one)) for one in _SETTINGS]
    thinks = any(request.get(one) for one in ("thinking", "reasoning", "reasoning_effort"))
    limits = [] if thinks else [("max_tokens", request.get(one), config.get("max_tokens")) for one in _TOKENS]
    for setting, sent_with, planned in [*pairs, *limits]:
        if _number(sent_with) and _number(planned) and sent_with != planned:
            yield f"the raw request has {setting} {sent_with}, but the log says {planned}"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _turns(request: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """Role and text of every message of a request; None for a shape that is not known."""
    held = next((request[one] for one in ("messages", "input", "contents") if one in request), None)
    if isinstance(held, str):
        held = [{"role": "user", "content": held}]
    if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
        return None
    inner = request.get("config")
    config: dict[str, Any] = inner if isinstance(inner, dict) else {}
    first = [request.get(one) for one in ("system", "instructions", "system_instruction", "systemInstruction")]
    first += [config.get(one) for one in ("system_instruction", "systemInstruction")]
    found = [("system", text) for one in first if (text := _joined(one))]
    for turn in held:
        role = {"developer": "system", "model": "assistant"}.get(str(turn.get("role")), str(turn.get("role")))
        if "role" in turn:
            found.append((role, text_of(turn.get("content", turn.get("parts")))))
    return found


def _joined(said: Any) -> str:
    if isinstance(said, dict):
        said = said.get("parts", said.get("text"))
    return text_of(said)


def _of_response(output: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    choice = (output.get("choices") or [{}])[0]
    said = text_of((choice.get("message") or {}).get("content"))
    raw = _reply(response)
    if raw is None:
        return
    text, reason, tokens = raw
    if text is not None and letters(said) not in (letters(text), letters(_THOUGHT.sub("", text))):
        yield "the text in the provider's raw reply differs from the answer in the log"
    returned = response.get("model")
    if isinstance(returned, str) and returned and output.get("model") != returned:
        said = str(output.get("model"))[:60]
        yield f"the provider's raw reply names the model {returned[:60]}, but the log says {said}"
    ended = _REASONS.get(str(reason))
    stopped = choice.get("stop_reason")
    if ended is not None and stopped is not None and ended != _REASONS.get(str(stopped), stopped):
        yield f"the provider's raw reply has the stop reason {reason}, but the log says {stopped}"
    logged = _tokens(choice.get("logprobs"))
    if tokens is not None and not _alike(tokens, logged):
        yield "the token probabilities in the provider's raw reply differ from those in the log"


Reply = tuple[str | None, Any, list[tuple[str, float]] | None]
"""Text, why it ended, and probabilities of tokens; None for what the reply does not have."""


def _reply(response: Mapping[str, Any]) -> Reply | None:
    """What a raw reply says; None for a shape that is not known."""
    choices, candidates = response.get("choices"), response.get("candidates")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        first, message = choices[0], choices[0].get("message")
        if not isinstance(message, dict):
            return (first["text"], first.get("finish_reason"), None) if isinstance(first.get("text"), str) else None
        text = text_of(message.get("content")) or str(message.get("refusal") or "")
        return text, first.get("finish_reason"), _tokens(first.get("logprobs")) or None
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
        content = candidates[0].get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        return text_of(parts), candidates[0].get("finishReason") or candidates[0].get("finish_reason"), None
    if isinstance(response.get("content"), list):
        return text_of(response["content"]), response.get("stop_reason"), None
    output = response.get("output")
    if isinstance(output, list):
        said = [text_of(one.get("content")) for one in output if isinstance(one, dict) and one.get("type") == "message"]
        return "\n".join(said), None, None
    if isinstance(output, dict) and isinstance(output.get("message"), dict):
        return text_of(output["message"].get("content")), response.get("stopReason"), None
    return None


def _tokens(logprobs: Any) -> list[tuple[str, float]]:
    """Tokens and their log probabilities in order, each with the alternatives to it."""
    found: list[tuple[str, float]] = []
    for one in (logprobs.get("content") or []) if isinstance(logprobs, dict) else []:
        for token in [one, *(one.get("top_logprobs") or [])]:
            p = token.get("logprob")
            found.append((str(token.get("token")), float(p) if _number(p) else math.nan))
    return found


def _alike(tokens: list[tuple[str, float]], others: list[tuple[str, float]]) -> bool:
    if len(tokens) != len(others):
        return False
    pairs = zip(tokens, others, strict=True)
    return all(name == other and _near(p, q) for (name, p), (other, q) in pairs)


def _near(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= NEAR or (math.isnan(one) and math.isnan(other))
