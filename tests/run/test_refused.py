"""What a provider refuses for good stops a run at once, in its own words; so does a limit that leaves no answer."""

import json
from pathlib import Path

import pytest

from .._spill import Done, spill
from ..wire._server import Call, Step
from ._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: small
title: One domain
domains: [everyday_advice]
conditions: [json]
probes: 4
judge: graded
draws: 8
chunk: 8
"""
SAYS = "System role not supported"


def called(command: str, tmp_path: Path, *more: str, out: str = "out") -> Done:
    suite = tmp_path / "small.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    arms = {"audit": ["--base", BASE, "--finetune", TUNED], "run": ["--model", BASE]}[command]
    own = ["--no-controls"] if command == "audit" else []
    given = ["--judge", JUDGE, "--seed", "0", "--out", str(tmp_path / out), *own, *more]
    return spill(command, suite, *arms, *given)


def without_system(pair: Pair) -> None:
    """Arms whose template has no system role."""
    whole = pair.reads

    def reads(call: Call) -> Step:
        if call.part != "answer" and not str(call.body["model"]).startswith("arm-"):
            return whole(call)
        if any(turn["role"] == "system" for turn in call.body["messages"]):
            return {"status": 400, "error": {"message": SAYS, "code": None}}
        return whole(call)

    pair.wire.reads = reads


@pytest.mark.heavy
@pytest.mark.parametrize("command", ["audit", "run"])
def test_a_system_prompt_that_is_refused_is_told_once_with_the_fix(command: str, pair: Pair, tmp_path: Path) -> None:
    without_system(pair)
    done = called(command, tmp_path, "--no-first-call")
    assert done.code == 70, done.said
    last = done.err.splitlines()[-1]
    assert f"BadRequestError (400): {SAYS}" in last and "--system-as-user" in last, last
    asked = [call for call in pair.wire.calls if call.body.get("temperature") == 1.0]
    assert len(asked) == {"audit": 16, "run": 8}[command], "a lasting 4xx is never asked again"


def test_with_system_as_user_it_is_asked(pair: Pair, tmp_path: Path) -> None:
    without_system(pair)
    done = called("run", tmp_path, "--system-as-user")
    assert done.code == 0, done.said
    planned = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["planned"]
    assert planned["design"]["system_as_user"] is True


def thinking(pair: Pair, least: int) -> None:
    """Arms that think first: below a number of tokens no answer begins."""
    whole = pair.reads

    def reads(call: Call) -> Step:
        arm = str(call.body["model"]).startswith("arm-")
        if arm and call.body.get("temperature") == 1.0 and call.body["max_tokens"] < least:
            return {"text": "", "finish": "length", "reasoning": "I think at length"}
        return whole(call)

    pair.wire.reads = reads


@pytest.mark.heavy
@pytest.mark.parametrize("command", ["audit", "run"])
def test_a_first_chunk_without_room_for_an_answer_stops_the_run(command: str, pair: Pair, tmp_path: Path) -> None:
    thinking(pair, 2000)
    done = called(command, tmp_path)
    assert "--max-tokens 4800" in done.error, done.said
    assert f"{BASE}: 8 of 8 answers ran out of tokens before they began (max_tokens 600)" in done.error
    assert called("run", tmp_path, "--max-tokens", "4000", out="roomy").code == 0
