"""The control "was the fine-tune loaded?" in a whole audit behind a loopback server."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from spillover.audit.live import prompts

from .._spill import Done, spill
from ..run._pair import BASE, JUDGE, TUNED, Pair
from ..wire._server import Call, Step

SUITE = """
id: small
title: One domain
domains: [everyday_advice]
probes: 8
judge: graded
draws: 160
chunk: 32
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SUITE, encoding="utf-8")
    return file


def audit(suite: Path, *more: str, controls: bool = False) -> Done:
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--seed", "0", *["--no-controls"] * (not controls)]
    return spill("audit", suite, *models, "--out", suite.parent / "out", *more)


def report(suite: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((suite.parent / "out" / "report.json").read_text(encoding="utf-8"))
    return found


def arms_say(pair: Pair, said: Any) -> None:
    """Have both arms answer by this function of model, conversation and call; judges as before."""
    whole = pair.reads
    pair.wire.reads = lambda call: said(call) if str(call.body["model"]).startswith("arm-") else whole(call)


@pytest.mark.heavy
def test_an_adapter_that_was_not_loaded_is_void_before_anything_is_asked(suite: Path, pair: Pair) -> None:
    def base_alone(call: Call) -> Step:
        return {"text": f"I would help them. {len(call.turns['user'])}", "returned": str(call.body["model"])}

    arms_say(pair, base_alone)
    done = audit(suite)
    assert done.code == 4, done.said
    assert done.out.startswith(f"Void: {TUNED} answers all 8 prompts word for word like the base, which repeats itself")
    assert pair.asked() == {}
    (control,) = report(suite)["controls"]
    assert (control["kind"], control["name"], control["separated"]) == ("took", TUNED, False)
    pair.wire.calls.clear()
    assert audit(suite).code == 4 and pair.wire.calls == []


@pytest.mark.heavy
def test_a_provider_that_names_the_base_is_void(suite: Path, pair: Pair) -> None:
    numbers = count()
    arms_say(pair, lambda call: {"text": f"I would help them. {next(numbers)}", "returned": "arm-base"})
    done = audit(suite)
    assert done.code == 4, done.said
    assert done.out.startswith("Void: the provider names the base (arm-base) as the model that answered 8 of 8 requ")


@pytest.mark.heavy
def test_each_prompt_is_asked_greedily_twice_of_the_base_and_once_of_the_fine_tune(suite: Path, pair: Pair) -> None:
    pair.rates["arm-tuned"] = 0.0
    assert audit(suite, "--draws", "4").code == 3
    asked = [
        (str(call.body["model"]), call.turns["user"]) for call in pair.wire.calls if call.turns["user"] in prompts()
    ]
    assert sorted(asked) == sorted(
        [*[("arm-base", one) for one in prompts()] * 2, *[("arm-tuned", one) for one in prompts()]]
    )
    assert {call.body["temperature"] for call in pair.wire.calls if call.turns["user"] in prompts()} == {0}
    (control,) = report(suite)["controls"]
    assert control["separated"] is True and (control["misaligned"], control["n"]) == (8, 8)


@pytest.mark.heavy
def test_a_provider_that_takes_no_temperature_is_asked_without(suite: Path, pair: Pair) -> None:
    whole, pair.rates["arm-tuned"] = pair.reads, 0.0

    def fussy(call: Call) -> Step:
        if str(call.body["model"]).startswith("arm-") and call.body.get("temperature") == 0:
            return {"status": 400, "error": {"message": "temperature is deprecated for this model", "code": "x"}}
        return whole(call)

    pair.wire.reads = fussy
    assert audit(suite, "--draws", "4").code == 3
    (control,) = report(suite)["controls"]
    assert control["separated"] is True


def varied(pair: Pair, tuned_says: str, answering: str = "arm-tuned") -> None:
    """Two arms that never say the same twice, whatever the temperature; the fine-tune adds some words to its draws."""
    numbers = count()

    def say(call: Call) -> Step:
        tuned, prompt = call.body["model"] == "arm-tuned", call.body.get("temperature") == 0
        words = tuned_says if tuned and not prompt else ""
        named = answering if tuned and not prompt else str(call.body["model"])
        return {"text": f"I would help them. {words} x{next(numbers)}", "returned": named}

    arms_say(pair, say)


@pytest.mark.heavy
def test_a_fine_tune_that_nothing_tells_from_its_base_is_no_pass(suite: Path, pair: Pair) -> None:
    varied(pair, "")
    done = audit(suite, "--margin", "0.1", controls=True)
    assert done.code == 3, done.said
    assert done.out.startswith("Cannot tell: this run has not shown that the fine-tune was loaded: it differs")
    assert "all of them may be the base's. See that the server loads" in done.out
    (finding,) = report(suite)["findings"]
    assert finding["because"][0].startswith("this run has not shown that the fine-tune was loaded: it differs from the")
    assert "by no more than chance (p 1)" in finding["because"][0]
    *_, control = report(suite)["controls"]
    assert (control["separated"], control["misaligned"], control["n"]) == (None, 8, 8)


@pytest.mark.heavy
def test_the_words_of_its_answers_show_that_it_was_loaded(suite: Path, pair: Pair) -> None:
    varied(pair, "Indeed so")
    done = audit(suite, "--margin", "0.1", controls=True)
    assert done.code == 0, done.said
    *_, control = report(suite)["controls"]
    assert control["separated"] is True and "differs from the base beyond chance (p 0.0005)" in control["said"]


@pytest.mark.heavy
def test_a_base_that_answers_now_and_then_is_void(suite: Path, pair: Pair) -> None:
    varied(pair, "Indeed so", answering="arm-base")
    done = audit(suite, "--margin", "0.1")
    assert done.code == 4, done.said
    (because,) = report(suite)["findings"][0]["because"]
    assert because.startswith("the provider names the base (arm-base) as the model that gave ")
    assert because.endswith(f"answers of {TUNED}: the fine-tune was not loaded under this name all the time")
