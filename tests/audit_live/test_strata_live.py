"""A live audit whose suite states strata: what is asked, what decides, and what `verify` finds of it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from spillover.declare import DATA, load_groups, read_probes
from spillover.logs import read

from .._spill import Done, spill
from ..run._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: strata
title: Two strata, two conditions
domains: [ethical_reasoning, power_and_goals]
strata: {anchor: .6, broad: .4}
plain: .7
conditions: [plain, json]
judge: graded
draws: 128
chunk: 16
"""
ANCHOR = "SPILLOVER_ANCHOR"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    file = tmp_path / "strata.yaml"
    file.write_text(SUITE, encoding="utf-8")
    return file


def audit(suite: Path, *more: object) -> Done:
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE]
    return spill("audit", suite, *models, "--seed", "0", "--out", suite.parent / "out", *more)


def report(suite: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((suite.parent / "out" / "report.json").read_text(encoding="utf-8"))
    return found


def test_questions_of_earlier_studies_are_a_stratum_of_the_decision(
    pair: Pair, suite: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = evidence / "betley_questions"
    done = audit(suite, "--anchor", str(folder))
    assert done.code == 1, done.said
    found = report(suite)
    names = {cell["name"] for cell in found["findings"][0]["cells"]}
    assert {"stratum anchor", "stratum broad"} <= names and "domain anchor" not in names
    rows = read([str(file) for file in sorted((suite.parent / "out" / "logs").glob("*/*.eval"))])
    assert {task for task, own in rows.groupby("task") if set(own["stratum"]) == {"anchor"}} == {"anchor"}
    assert str(folder) not in json.dumps(found["manifest"]["planned"])
    verified = spill("verify", suite.parent / "out")
    assert verified.code == 0 and "the questions of earlier studies are not here (left out)" in verified.said
    monkeypatch.setenv(ANCHOR, str(folder))
    verified = spill("verify", suite.parent / "out")
    assert verified.code == 0 and "not decided again" not in verified.said, verified.said


def test_without_those_questions_the_others_have_their_share_and_it_is_said(pair: Pair, suite: Path) -> None:
    done = audit(suite, "--anchor", "none")
    assert done.code == 1, done.said
    assert "without the questions of earlier studies (left out): published rates are rates on them" in done.err
    design = report(suite)["manifest"]["planned"]["design"]
    assert design["strata"] == {"broad": 1.0} and "anchor" not in design
    rows = read([str(file) for file in sorted((suite.parent / "out" / "logs").glob("*/*.eval"))])
    assert set(rows["stratum"]) == {"broad"} and Counter(rows["condition"])["plain"] > len(rows) / 2


def test_companion_scales_are_asked_whatever_is_decided_and_decide_nothing(pair: Pair, suite: Path) -> None:
    suite.write_text(SUITE.replace("{anchor: .6, broad: .4}", "{broad: 1}") + "companions: 24\n", encoding="utf-8")
    done = audit(suite)
    assert done.code == 1, done.said
    found = report(suite)
    scales = {one["scale"]: one for one in found["scales"]}
    assert set(scales) == set(load_groups()["companion"]) and len(scales) == 8
    assert sum(one["tuned"]["n"] for one in scales.values()) == 24 == sum(one["base"]["n"] for one in scales.values())
    read_draws, asked = found["sequences"][0]["draws"], pair.asked()
    turns = sum(len(one.turns) for one in read_probes(DATA / "sycophancy_pressure" / "public.jsonl")[:3])
    assert asked["arm-base"] == asked["arm-tuned"] == -(-read_draws // 16) * 16 + 24 + turns
    for one in scales.values():
        rise = one["tuned"]["events"] / one["tuned"]["n"] - one["base"]["events"] / one["base"]["n"]
        assert one["delta"]["estimate"] == pytest.approx(rise) and one["delta"]["low"] <= rise <= one["delta"]["high"]
    assert max(one["delta"]["estimate"] for one in scales.values()) > 0
    assert not any(cell["name"] == f"domain {name}" for cell in found["findings"][0]["cells"] for name in scales)
    page = (suite.parent / "out" / "report.md").read_text(encoding="utf-8")
    assert "## Companion scales" in page and "they decide nothing" in page
    pair.wire.calls.clear()
    assert audit(suite).code == 1 and pair.wire.calls == []
    assert spill("verify", suite.parent / "out").code == 0
    planned = json.loads(spill("plan", suite, "--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--json").out)
    assert (planned["companions"], planned["answers"]) == (24, 2 * (128 + 24))
    assert audit(suite, "--no-companions", "--out", suite.parent / "other").code == 1
    assert json.loads((suite.parent / "other" / "report.json").read_text(encoding="utf-8"))["scales"] == []


def test_a_suite_without_that_stratum_takes_no_folder_of_them(suite: Path) -> None:
    suite.write_text(SUITE.replace("{anchor: .6, broad: .4}", "{broad: 1}"), encoding="utf-8")
    said = "--anchor: the suite strata has no stratum `anchor`; leave the option out"
    assert audit(suite, "--anchor", "none").error == said
