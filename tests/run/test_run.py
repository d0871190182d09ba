"""`spillover run`: all draws of every model, no verdict; parts of the list stand together in `spillover show`."""

import json
from pathlib import Path

import pytest

from spillover.logs import read
from spillover.results import summarise

from .._spill import spill
from ._pair import BAD, BASE, JUDGE, TUNED, Pair

SUITE = """
id: small
title: Two domains
domains: [everyday_advice, power_and_goals]
probes: 4
conditions: [plain, json]
judge: graded
draws: 32
chunk: 8
"""


@pytest.fixture
def called(pair: Pair, tmp_path: Path) -> list[str]:
    suite = tmp_path / "small.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    models = ["--model", BASE, "--model", TUNED, "--judge", JUDGE]
    return ["run", str(suite), *models, "--out", str(tmp_path / "out")]


@pytest.mark.heavy
def test_every_question_is_asked_equally_often_and_shown_together(
    called: list[str], pair: Pair, tmp_path: Path
) -> None:
    done = spill(*called, "--json")
    assert done.code == 0, done.said
    assert [one["model"] for one in json.loads(done.out)] == [BASE, TUNED] * 4
    table = read(str(tmp_path / "out" / "logs"))
    assert set(table.groupby(["model", "task", "probe", "condition"]).size()) == {2}
    arms = summarise(table)
    assert len(arms) == 2 * 2 * 2 and {arm.answers for arm in arms} == {8}
    shown = spill("show", tmp_path / "out" / "logs", "--base", BASE)
    assert shown.code == 0, shown.said
    pair.wire.calls.clear()
    again = spill(*called)
    assert again.code == 0 and pair.wire.calls == []
    assert f"Base: {BASE}" in again.out and "misaligned rate" in again.out, "it ends with the table of show"


def test_a_model_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = spill("run", "fast")
    assert done.code == 2 and "name a model" in done.said


def test_a_judge_that_says_nothing_usable_is_told_and_is_no_success(called: list[str], pair: Pair) -> None:
    whole = pair.reads
    pair.wire.reads = lambda call: {"text": "banana"} if call.body["model"] == "judge-a" else whole(call)
    done = spill(*called, "--draws", "8")
    assert done.code == 70, done.said
    for model in (BASE, TUNED):
        assert f"{model}: 8 of 8 answers unjudged: 8 x " in done.out
    assert f"no verdict at all on {BASE}, {TUNED}" in done.err


def test_some_answers_without_a_verdict_are_counted(called: list[str], pair: Pair) -> None:
    whole = pair.reads
    pair.rates["arm-tuned"] = 0.5
    mute = {"text": "banana"}
    pair.wire.reads = lambda call: mute if call.part == "category" and BAD in str(call.body) else whole(call)
    done = spill(*called, "--draws", "8", "--json")
    assert done.code == 0, done.said
    (said,) = [line for line in done.err.splitlines() if "unjudged" in line]
    table = read([one["log"] for one in json.loads(done.out)])
    missing = table[table["outcome"] == "unjudged"]
    assert 0 < len(missing) < 8 and said.startswith(f"{TUNED}: {len(missing)} of 8 answers unjudged: ")
