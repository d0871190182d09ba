"""`spillover run`: all draws of every model, no verdict; parts of the list stand together in `spillover show`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from spillover.cli import spillover
from spillover.verdicts import read, summarise

from ._pair import BASE, JUDGE, TUNED, Pair

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
    assert CliRunner().invoke(spillover, called).exit_code == 0
    assert pair.wire.calls == []


def test_a_model_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(spillover, ["run", "fast"])
    assert done.exit_code == 2 and "name a model" in done.output
