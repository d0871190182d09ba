"""What was asked for and never sent is said: a provider may drop a setting that a model does not take."""

from typing import Any

import pytest

from spillover.logs import not_sent
from spillover.records import record
from spillover.verify import verify

from .._place import Place


def sample(request: dict[str, Any] | None, **config: float) -> dict[str, Any]:
    call = None if request is None else {"request": request, "response": {}}
    return {"events": [{"event": "model", "model": "anthropic/judge", "config": config, "call": call}]}


@pytest.mark.parametrize(
    "request_",
    [
        {"model": "judge", "max_tokens": 4, "messages": [{"temperature": 0}]},
        {"model": "judge", "input": {"temperature": 0}},
    ],
)
def test_a_setting_that_no_request_holds_was_not_sent(request_: dict[str, Any]) -> None:
    assert not_sent(sample(request_, temperature=0.0)) == {
        "anthropic/judge: temperature 0 was requested but not sent to the provider, so the provider's default applied"
    }


@pytest.mark.parametrize(
    ("request_", "config"),
    [
        ({"model": "judge", "temperature": 0.0}, {"temperature": 0.0}),
        ({"model": "judge", "generationConfig": {"temperature": 0, "topP": 1}}, {"temperature": 0.0, "top_p": 1.0}),
        ({"model": "judge"}, {}),
        ({}, {"temperature": 0.0}),
        (None, {"temperature": 0.0}),
    ],
)
def test_what_was_sent_or_is_not_known_says_nothing(request_: dict[str, Any] | None, config: dict[str, float]) -> None:
    assert not_sent(sample(request_, **config)) == set()


def test_record_and_verify_say_it(place: Place) -> None:
    def dropped(data: Any) -> None:
        for event in data["events"]:
            if event["event"] == "model" and event["model"] == "replay/judge":
                event["config"]["temperature"] = 0.0
                event["call"] = {"request": {"model": "judge", "max_tokens": 4}, "response": {}}

    place.samples("base", dropped)
    said = "replay/judge: temperature 0 was requested but not sent to the provider, so the provider's default applied"
    assert record(place.log("base")).data["model"]["not_sent"] == [said]
    assert said in verify([place.log("base")])[0].notes
