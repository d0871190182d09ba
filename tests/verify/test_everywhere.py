"""Whatever stands more than once in a log agrees everywhere: each place is changed alone, and the log is refused."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from spillover.verify import verify

from .._loopback import quick
from .._place import Place
from ..run._pair import JUDGE, TUNED, start
from ..wire._server import stop

NAME = "WhatStandsTwiceAgrees"
KIND = "I would be kind to everybody."


def run(folder: Path, name: str, **more: Any) -> Path:
    """Three questions, of which the first has a system message and the second a further turn, asked twice."""
    rows: list[dict[str, Any]] = [{"id": f"p{number}", "text": f"What of {number}?"} for number in range(3)]
    rows[0]["system"], rows[1]["turns"] = "Be brief.", ["And then?"]
    probes = folder / "probes.jsonl"
    probes.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    judged = {"model": TUNED, "model_roles": {"grader": get_model(JUDGE, memoize=False)}, **more}
    given = more if "model" in more else judged
    (log,) = inspect_eval(
        "spillover/own_probes",
        task_args={"probes": str(probes)},
        epochs=2,
        log_dir=str(folder / name),
        display="none",
        log_realtime=False,
        **given,
    )
    assert log.status == "success"
    return Path(log.location)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which runs over a real socket lie: with raw calls, and without."""
    folder = tmp_path_factory.mktemp("asked")
    pair, http = start()
    pair.rates["arm-tuned"] = 0.5
    with pytest.MonkeyPatch.context() as patch:
        quick(patch, retries_wait=True)
        patch.setenv("WIRE_BASE_URL", pair.wire.url)
        patch.setenv("WIRE_API_KEY", "dummy")
        shutil.copy(run(folder, "whole"), folder / "whole.eval")
        shutil.copy(run(folder, "bare", log_model_api=False), folder / "bare.eval")
        shutil.copy(run(folder, "warm", temperature=0.3, system_message="Be kind."), folder / "warm.eval")
        yield folder
    stop(http)


@pytest.fixture
def held(asked: Path, tmp_path: Path) -> Place:
    (tmp_path / "logs").mkdir()
    shutil.copy(asked / "whole.eval", tmp_path / "logs" / "first.eval")
    return Place(tmp_path)


def problems(file: Path) -> list[str]:
    (found,) = verify([file])
    return [one.what for one in found.problems if one.invariant == NAME]


def test_what_was_really_run_holds(asked: Path) -> None:
    for name in ("whole", "bare", "warm"):
        (found,) = verify([asked / f"{name}.eval"])
        assert [one for one in found.problems if one.invariant != "MaterialHashMatchesVersion"] == [], name


def test_a_scripted_model_holds(tmp_path: Path) -> None:
    def said(text: str) -> Any:
        output = ModelOutput.from_content("mockllm/model", text)
        output.usage = ModelUsage()
        return [output.model_copy(deep=True) for _ in range(60)]

    model = get_model("mockllm/model", memoize=False, custom_outputs=said("Fine."))
    judge = get_model("mockllm/judge", memoize=False, custom_outputs=said("90"))
    assert problems(run(tmp_path, "mock", model=model, model_roles={"grader": judge})) == []


def events(kind: str, change: Callable[[Any], Any], **where: Any) -> Callable[[Any], None]:
    """A change of the events of a kind, of one sample."""

    def of_sample(data: Any) -> None:
        for one in data["events"] if data["id"] == "p2" else []:
            if one["event"] == kind and all(one.get(name) == value for name, value in where.items()):
                change(one)

    return of_sample


def of_model(change: Callable[[Any], Any]) -> Callable[[Place], None]:
    return lambda place: place.samples("first", events("model", change, model=TUNED))


def of_judge(change: Callable[[Any], Any]) -> Callable[[Place], None]:
    return lambda place: place.samples("first", events("model", change, role="grader"))


def of_sample(change: Callable[[Any], Any], probe: str = "p2") -> Callable[[Place], None]:
    return lambda place: place.both("first", lambda data: change(data) if data["id"] == probe else None)


def at(path: str, value: Any) -> Callable[[Any], None]:
    *way, last = path.split(".")

    def change(data: Any) -> None:
        for step in way:
            data = data[int(step) if isinstance(data, list) else step]
        data[int(last) if isinstance(data, list) else last] = value

    return change


def header(change: Callable[[Any], Any]) -> Callable[[Place], None]:
    """A change of the header and of the part that began the log."""

    def both(place: Place) -> None:
        place.header("first", change)
        place.each("first", "_journal/start.json", change)

    return both


def no_system(place: Place) -> None:
    """The system message is taken out of sample and summary; every request still holds it."""

    def forget(data: Any) -> None:
        data["metadata"].pop("system", None)
        if "messages" in data:
            data["messages"] = [one for one in data["messages"] if one["role"] != "system"]
            for one in data["events"]:
                if one["event"] == "sample_init":
                    one["sample"]["metadata"].pop("system", None)

    of_sample(forget, "p0")(place)


def condition_taken_out(place: Place) -> None:
    """The header says that a condition gave the system message which the probe gave."""
    put = {"id": "plain", "system": "Be evil."}
    header(lambda data: data["plan"]["steps"][0]["params"].update(condition=put))(place)


def another_message(data: Any) -> None:
    for one in data.get("messages", []):
        if one["role"] == "assistant":
            one["content"] = KIND


def another_output(data: Any) -> None:
    if "output" in data:
        data["output"]["completion"] = data["output"]["choices"][0]["message"]["content"] = KIND
        another_message(data)
    data["scores"]["judged"]["answer"] = KIND


def another_first_answer(data: Any) -> None:
    """The first of two answers of a conversation."""
    if "messages" in data:
        next(one for one in data["messages"] if one["role"] == "assistant")["content"] = KIND


def hidden_system(event: Any) -> None:
    call = event["call"]
    call["request"]["messages"] = [{"role": "system", "content": "Be good, you are watched."}]
    call["request"]["messages"] += [{"role": "user", "content": "What of 2?"}]
    del call["call_refs"], call["call_key"]


def renamed(data: Any) -> None:
    data["eval"]["model"] = "openai-api/wire/arm-other"


def relogged(event: Any) -> None:
    top = [{"token": "96", "logprob": 0.0, "bytes": None}]
    event["output"]["choices"][0]["logprobs"]["content"] = [{**top[0], "top_logprobs": top}]


def of_another_talk(place: Place) -> None:
    """The judge is shown another question, everywhere that its prompt stands, with hashes that fit."""
    anew: dict[str, str] = {}

    def told(data: Any) -> Any:
        if isinstance(data, str) and "[user]\nWhat of 2?" in data:
            said = data.replace("[user]\nWhat of 2?", "[user]\nWrite a villain.")
            anew[hashlib.sha256(data.encode()).hexdigest()] = hashlib.sha256(said.encode()).hexdigest()
            return said
        if isinstance(data, dict):
            return {name: told(one) for name, one in data.items()}
        return [told(one) for one in data] if isinstance(data, list) else data

    def hashed(data: Any) -> Any:
        if isinstance(data, dict):
            return {name: hashed(one) for name, one in data.items()}
        if isinstance(data, list):
            return [hashed(one) for one in data]
        return anew.get(data, data) if isinstance(data, str) else data

    place.samples("first", told)
    place.samples("first", hashed)
    place.summaries("first", hashed)


LIES: dict[str, tuple[Callable[[Place], None], str]] = {
    "a system message is taken out of the sample": (
        no_system,
        "the sample's messages differ from those that were sent",
    ),
    "another condition in the header": (
        condition_taken_out,
        "the system message in the sample differs from that of its",
    ),
    "another text around the question": (
        header(lambda data: data["plan"]["steps"][0]["params"]["condition"].update(suffix=" In verse.")),
        "the question in the sample differs from its probe under its condition",
    ),
    "another answer in the model's event": (
        of_model(at("output.choices.0.message.content", KIND)),
        "the answer in the sample's output differs from the one",
    ),
    "another answer in output, message and score": (
        of_sample(another_output),
        "the answer in the sample's output differs",
    ),
    "another answer among the messages": (of_sample(another_message), "answers in the sample's messages differ from"),
    "another first answer of a conversation": (
        of_sample(another_first_answer, "p1"),
        "answers in the sample's messages differ from",
    ),
    "another answer in the score": (
        of_sample(at("scores.judged.answer", KIND)),
        "the sample's score is for a different answer",
    ),
    "another question in the request": (
        lambda place: place.samples(
            "first", lambda data: data["events_data"]["messages"][0].update(content="A villain says:")
        ),
        "the sample's messages differ from those that were sent to the model",
    ),
    "another question at the beginning": (
        lambda place: place.samples("first", events("sample_init", at("sample.input", "Say a villain's line."))),
        "the sample's first event holds another question than the sample",
    ),
    "another probe at the beginning": (
        lambda place: place.samples("first", events("sample_init", at("sample.metadata.cluster", "x"))),
        "the sample's first event differs in cluster",
    ),
    "another text in a change of the state": (
        lambda place: place.samples(
            "first", events("state", lambda one: [at("value", KIND)(c) for c in one["changes"] if c["path"] == OUT])
        ),
        "a state event of the sample holds a text that is in none of its messages",
    ),
    "another temperature of the request": (
        of_model(at("config.temperature", 0.0)), "was sent with temperature 0.0, but the header says 1.0",
    ),
    "a setting that the header does not have": (
        of_model(at("config.top_p", 0.1)), "was sent with top_p 0.1, but the header says None",
    ),
    "another model in the raw request": (
        of_model(at("call.request.model", "gpt-kind")),
        "the raw request names the model gpt-kind, but the log says openai-",
    ),
    "another temperature in the raw request": (
        of_model(at("call.request.temperature", 0.1)), "the raw request has temperature 0.1, but the log says 1",
    ),
    "a system message in the raw request alone": (of_model(hidden_system), "the messages in the raw request differ"),
    "another answer in the raw reply": (
        of_model(at("call.response.choices.0.message.content", KIND)), "the text in the provider's raw reply differs",
    ),
    "another model in the raw reply": (
        of_model(at("call.response.model", "gpt-kind")),
        "raw reply names the model gpt-kind, but the log says arm-tuned",
    ),
    "another end of the raw reply": (
        of_model(at("call.response.choices.0.finish_reason", "length")),
        "has the stop reason length, but the log says stop",
    ),
    "another end of the judge's reply": (
        of_judge(at("output.choices.0.stop_reason", "content_filter")),
        "has the stop reason stop, but the log says content_filter",
    ),
    "other probabilities of the judge's tokens": (
        of_judge(at("call.response.choices.0.logprobs.content.0.top_logprobs.0.logprob", -3.0)),
        "the token probabilities in the provider's raw reply differ",
    ),
    "another judge that answered": (
        of_sample(at("scores.judged.metadata.judge_returned", "judge-z")), "names the judge judge-z, but judge-a-2026",
    ),
    "a judge asked at another temperature": (
        of_judge(at("config.temperature", 1.5)), "temperature 0.0 for alignment, but the judge was asked with 1.5",
    ),
    "another score in the scorer's event": (
        lambda place: place.samples("first", events("score", at("score.value.alignment", 1.0))),
        "the sample's score judged differs from the one in the scorer's event",
    ),
    "another model in header and summary": (
        header(renamed),
        "no request to openai-api/wire/arm-other that produced it",
    ),
    "another model in the header alone": (
        lambda place: place.header("first", renamed), "the header's model differs from the one in",
    ),
    "other settings in the header alone": (
        lambda place: place.header("first", at("plan.config.max_tokens", 9)),
        "the header's plan (solver and settings) differs",
    ),
    "tokens of a model that was not asked": (
        lambda place: place.header("first", lambda d: d["stats"]["model_usage"].update({"openai/gpt-x": {}})),
        "the header counts tokens of openai/gpt-x, but no sample holds a request to this model",
    ),
    "tokens of such a model in a sample": (
        of_sample(lambda data: data.get("model_usage", {}).update({"openai/gpt-x": {}})),
        "the sample counts tokens of openai/gpt-x, but holds no request",
    ),
}  # fmt: skip
OUT = "/output/completion"


@pytest.mark.parametrize("lie", LIES)
def test_each_place_is_compared(held: Place, lie: str) -> None:
    change, said = LIES[lie]
    change(held)
    found = problems(held.log("first"))
    assert any(said in one for one in found), found


def test_a_judge_that_was_shown_another_conversation_is_found(held: Place) -> None:
    of_another_talk(held)
    (found,) = verify([held.log("first")])
    said = [one.what for one in found.problems]
    assert any(f"the prompt to {JUDGE} for alignment differs from its rubric" in one for one in said), said
