"""Settings that were asked for but never sent: a provider may drop what a model does not support."""

from collections.abc import Iterator, Mapping
from typing import Any

SETTINGS = {"temperature": ("temperature",), "top_p": ("top_p", "topP"), "seed": ("seed", "random_seed")}
"""Settings that change answers, and the names under which requests of providers hold them."""
TURNS = ("messages", "input", "contents", "system", "instructions", "tools")
"""Parts of a request that hold texts: what is called so in them is no setting."""


def not_sent(sample: Mapping[str, Any]) -> set[str]:
    """What the requests of a sample lack of the settings that were asked for, each as a sentence.

    Only requests that the log keeps as they were sent can say it; Inspect keeps the first ones of each model.

    Args:
        sample: A whole sample as plain data.
    """
    return {said for event in sample.get("events") or [] if event.get("event") == "model" for said in _of(event)}


def _of(event: Mapping[str, Any]) -> Iterator[str]:
    request = (event.get("call") or {}).get("request")
    if not isinstance(request, dict) or not request or event.get("error"):
        return
    held, config = set(_names(request)), event.get("config") or {}
    for setting, names in SETTINGS.items():
        if config.get(setting) is not None and not held & set(names):
            asked = f"{event.get('model')}: {setting} {config[setting]:g}"
            yield f"{asked} was requested but not sent to the provider, so the provider's default applied"


def _names(request: Mapping[str, Any]) -> Iterator[str]:
    """Names of all fields of a request but those of its texts."""
    for name, value in request.items():
        yield str(name)
        if isinstance(value, dict) and name not in TURNS:
            yield from _names(value)
