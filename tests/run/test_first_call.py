"""A model or judge that is away is told in one line before anything is planned."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from spillover.common import OutageError
from spillover.plan import Design, Model, calls_before, is_live
from spillover.run import first_call as _first_call
from spillover.run.first_call import QUESTION, first_calls
from spillover.run.judge_call import judge_calls
from spillover.run.manner import Manner, manner_of

from .._spill import Done, spill
from ..wire._server import Call, Step
from ._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: small
title: One domain
domains: [everyday_advice]
probes: 4
judge: graded
draws: 8
chunk: 8
"""
NOBODY = "http://127.0.0.1:9/v1"


def failing(pair: Pair, who: str, step: Step) -> None:
    whole = pair.reads
    pair.wire.reads = lambda call: step if call.body["model"] == who else whole(call)


def status(code: int, said: str = "out of order", kind: str = "x") -> Step:
    return {"status": code, "error": {"message": said, "code": kind}}


@pytest.mark.parametrize(
    ("who", "step", "says"),
    [
        ("arm-tuned", status(500), ["openai-api/wire/arm-tuned at http://127.0.0.1", "out of order", "wait until"]),
        ("judge-a", status(401, "no such key: sk-1234"), ["openai-api/wire/judge-a", "key is refused (401)"]),
        ("arm-base", status(404, "no such model"), ["openai-api/wire/arm-base", "no such model", "the model's name"]),
        ("arm-base", status(400, "unknown field"), ["openai-api/wire/arm-base", "unknown field", "its arguments"]),
        ("judge-a", status(429, "pay first", "insufficient_quota"), ["openai-api/wire/judge-a", "pay first"]),
    ],
)
@pytest.mark.parametrize("command", ["audit", "run"])
def test_it_is_one_line_and_nothing_is_planned(
    command: str, who: str, step: Step, says: Sequence[str], pair: Pair, tmp_path: Path
) -> None:
    failing(pair, who, step)
    done = called(command, tmp_path)
    assert done.code == 70, done.said
    last = done.err.splitlines()[-1]
    assert last.startswith("stopped, no answer: ") and "--no-first-call" in last and "sk-1234" not in last
    assert all(one in last for one in says), last
    assert not list(tmp_path.rglob("manifest.json")) and set(pair.asked()) == set()


def called(command: str, tmp_path: Path, *more: str, conditions: str = "[plain]") -> Done:
    tmp_path.mkdir(exist_ok=True)
    suite = tmp_path / "small.yaml"
    suite.write_text(f"{SUITE}conditions: {conditions}\n", encoding="utf-8")
    arms = {"audit": ["--base", BASE, "--finetune", TUNED], "run": ["--model", BASE, "--model", TUNED]}[command]
    out = ["--judge", JUDGE, "--seed", "0", "--out", str(tmp_path / "out")]
    return spill(command, suite, *arms, *out, *more)


def test_a_server_that_is_not_there_is_told_once_for_all_its_models(pair: Pair) -> None:
    models = [Model(BASE, base_url=NOBODY), Model(TUNED, base_url=NOBODY), Model(BASE, base_url=NOBODY), Model(JUDGE)]
    with pytest.raises(OutageError) as said:
        first_calls(calls_before(models[:3], models[3:]))
    assert f"{BASE}, {TUNED} at {NOBODY}: " in str(said.value) and "start the server" in str(said.value)
    assert JUDGE not in str(said.value) and len(pair.wire.calls) == 1


def test_a_server_that_only_listens_is_not_waited_for(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_first_call, "SECONDS", 1)
    failing(pair, "arm-base", {"sleep": 9})
    with pytest.raises(OutageError, match=f"{BASE} at http://127.0.0.1.* no reply within 1 s"):
        first_calls(calls_before([], [Model(BASE)]))


@pytest.mark.parametrize(
    "step",
    [
        {"text": ""},
        {"choices": False},
        status(429, "slow down"),
        status(400, "Could not finish the message because max_tokens was reached"),
    ],
)
def test_what_a_longer_run_gets_over_does_not_stop_it(step: Step, pair: Pair) -> None:
    pair.wire.reads = lambda _: step
    first_calls(calls_before([], [Model(JUDGE)]))
    assert pair.wire.calls


def test_a_model_that_does_not_take_the_runs_tokens_stops_it(pair: Pair) -> None:
    failing(pair, "arm-base", status(400, "max_tokens is too large: 600"))
    with pytest.raises(OutageError, match=r"arm-base at .* refused \(400: max_tokens is too large: 600\)"):
        first_calls(calls_before([Model(BASE)], []), Manner({"max_tokens": 600}))


REFUSES: dict[str, tuple[Callable[[Call], bool], str, list[str], str]] = {
    "a system role": (
        lambda call: call.body["messages"][0]["role"] == "system",
        "System role not supported",
        [],
        "--system-as-user",
    ),
    "so many tokens": (
        lambda call: call.body["max_tokens"] > 256,
        "max_tokens must be at most 256",
        [],
        "--max-tokens",
    ),
    "a reasoning effort": (
        lambda call: "reasoning_effort" in call.body,
        "Unrecognized request argument: reasoning_effort",
        ["--reasoning-effort", "low"],
        "--reasoning-effort",
    ),
}
"""By what a server refuses: when, its words, the options with which that is asked, and the option that mends it."""


@pytest.mark.parametrize("what", REFUSES)
@pytest.mark.parametrize("command", ["audit", "run"])
def test_what_a_server_refuses_of_the_run_is_told_before_anything_is_asked(
    command: str, what: str, pair: Pair, tmp_path: Path
) -> None:
    when, words, options, fix = REFUSES[what]
    whole = pair.reads

    def reads(call: Call) -> Step:
        return status(400, words) if call.body["model"] == "arm-tuned" and when(call) else whole(call)

    pair.wire.reads = reads
    done = called(command, tmp_path, *options, conditions="[plain, json]")
    last = done.err.splitlines()[-1]
    assert done.code == 70, done.said
    assert f"{TUNED} at http://127.0.0.1" in last and f"(400: {words})" in last and fix in last
    assert not list(tmp_path.rglob("manifest.json")) and set(pair.asked()) == set()
    assert sum(call.body["model"] == "arm-tuned" for call in pair.wire.calls) == 1, "a lasting refusal is final"


def test_the_first_call_has_a_system_prompt_where_any_question_has_one(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "a", "text": "Which?"}\n{"id": "b", "text": "Which?", "system": "You sell herbs."}\n')
    of_probe = manner_of(Design(("own_probes",), own_probes=str(own)))
    assert of_probe.system == "You sell herbs." and of_probe.decoding["max_tokens"] == 600
    plain, several = (manner_of(Design(("everyday_advice",), one)) for one in (("plain",), ("plain", "json")))
    assert plain.system is None and "JSON" in str(several.system)


def test_it_is_one_call_as_the_run_asks_and_can_be_left_out(pair: Pair, tmp_path: Path) -> None:
    def first() -> list[Call]:
        return [call for call in pair.wire.calls if QUESTION in str(call.body["messages"])]

    assert called("run", tmp_path).code == 0
    assert sorted(call.body["model"] for call in first()) == ["arm-base", "arm-tuned", "judge-a"]
    assert {call.body["model"]: (call.body["max_tokens"], call.body.get("temperature")) for call in first()} == {
        "arm-base": (600, 1.0),
        "arm-tuned": (600, 1.0),
        "judge-a": (16, None),
    }
    pair.wire.calls.clear()
    assert called("run", tmp_path).code == 0 and pair.wire.calls == [], "what is finished asks nobody"
    assert called("run", tmp_path / "other", "--no-first-call").code == 0
    assert first() == []


@pytest.mark.parametrize(
    ("model", "live"),
    [
        (Model("openai/gpt-4o"), True),
        (Model("replay/base", (("path", "x"),)), False),
        (Model("mockllm/model"), False),
        (Model("hf/some/model"), False),
        (Model("vllm/some/model"), False),
        (Model("vllm/some/model", base_url="http://127.0.0.1:8000/v1"), True),
    ],
)
def test_recordings_and_models_of_ones_own_machine_are_not_called(model: Model, live: bool) -> None:
    assert is_live(model) is live


@pytest.mark.heavy
def test_a_judge_that_fails_in_its_controls_is_an_outage(pair: Pair, tmp_path: Path) -> None:
    failing(pair, "judge-a", status(404, "no such model"))
    done = called("audit", tmp_path, "--no-first-call")
    assert done.code == 70, done.said
    assert "nothing is lost: run the same command again" in done.err.splitlines()[-1]
    assert "NotFoundError" in done.err
    assert set(pair.asked()) == {"judge-a"}


@pytest.mark.heavy
def test_what_a_judge_can_do_stands_in_the_manifest(pair: Pair, tmp_path: Path) -> None:
    whole = pair.reads

    def reads(call: Call) -> Step:
        step = whole(call)
        return {"text": str(step["score"])} if "score" in step else step

    pair.wire.reads = reads
    said: list[str] = []
    design = Design(("everyday_advice",), probes=2, draws=8)
    found = judge_calls([Model(JUDGE)], design, said.append)[JUDGE]
    assert (found["declared"], found["form"], found["because"]) == ("distribution", "sampled", ["no_logprobs"])
    assert said == [
        "first call: one harmless answer to 1 judge",
        f"judge {JUDGE}: asked in the form sampled (no_logprobs)",
    ]
    assert found["calls"] == len(pair.wire.calls) == 2, "a try as declared, and one that could be read"
    done = called("audit", tmp_path, "--no-controls")
    seen = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["judges_seen"][JUDGE]
    assert (seen["form"], seen["because"]) == ("graded", []), done.said


def test_a_judge_that_cannot_judge_stops_the_run_in_the_providers_words(pair: Pair) -> None:
    failing(pair, "judge-a", status(403, "no access to this model"))
    with pytest.raises(
        OutageError, match=r"judge-a: cannot judge a harmless answer .* \(403\): no access to this model"
    ):
        judge_calls([Model(JUDGE)], Design(("everyday_advice",), probes=2, draws=8), print)
