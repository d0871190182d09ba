"""`spillover run`: all draws of every model, no verdict; parts of the list stand together in `spillover show`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from spillover.cli.commands import spillover
from spillover.logs import read
from spillover.results import summarise

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
    done = CliRunner().invoke(spillover, [*called, "--json"])
    assert done.exit_code == 0, done.output
    assert [one["model"] for one in json.loads(done.stdout)] == [BASE, TUNED] * 4
    table = read(str(tmp_path / "out" / "logs"))
    assert set(table.groupby(["model", "task", "probe", "condition"]).size()) == {2}
    arms = summarise(table)
    assert len(arms) == 2 * 2 * 2 and {arm.answers for arm in arms} == {8}
    shown = CliRunner().invoke(spillover, ["show", str(tmp_path / "out" / "logs"), "--base", BASE])
    assert shown.exit_code == 0, shown.output
    pair.wire.calls.clear()
    again = CliRunner().invoke(spillover, called)
    assert again.exit_code == 0 and pair.wire.calls == []
    assert f"Base: {BASE}" in again.stdout and "misaligned rate" in again.stdout, "it ends with the table of show"


def test_a_model_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(spillover, ["run", "fast"])
    assert done.exit_code == 2 and "name a model" in done.output


def test_a_judge_that_says_nothing_usable_is_told_and_is_no_success(called: list[str], pair: Pair) -> None:
    whole = pair.reads
    pair.wire.reads = lambda call: {"text": "banana"} if call.body["model"] == "judge-a" else whole(call)
    done = CliRunner().invoke(spillover, [*called, "--draws", "8"])
    assert done.exit_code == 70, done.output
    for model in (BASE, TUNED):
        assert f"{model}: 8 of 8 answers unjudged: 8 x " in done.stdout
    assert f"no verdict at all on {BASE}, {TUNED}" in done.stderr


def test_some_answers_without_a_verdict_are_counted(called: list[str], pair: Pair) -> None:
    whole = pair.reads
    pair.rates["arm-tuned"] = 0.5
    mute = {"text": "banana"}
    pair.wire.reads = lambda call: mute if call.part == "category" and BAD in str(call.body) else whole(call)
    done = CliRunner().invoke(spillover, [*called, "--draws", "8", "--json"])
    assert done.exit_code == 0, done.output
    (said,) = [line for line in done.stderr.splitlines() if "unjudged" in line]
    table = read([one["log"] for one in json.loads(done.stdout)])
    missing = table[table["outcome"] == "unjudged"]
    assert 0 < len(missing) < 8 and said.startswith(f"{TUNED}: {len(missing)} of 8 answers unjudged: ")
