"""A base that is reused: its answers are kept, its old verdicts are not."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log

from spillover.logs import read
from spillover.run.kept import FROM

from .._spill import Done, spill
from ..wire._server import Call, Step
from ._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: reuse
title: Two domains
domains: [everyday_advice, power_and_goals]
probes: 8
judge: graded
draws: 96
chunk: 48
stop_early: false
seed: 5
"""


def audit(tmp_path: Path, out: str, *more: str) -> Done:
    suite = tmp_path / "reuse.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--no-controls"]
    return spill("audit", suite, *models, "--out", tmp_path / out, *more)


def severe(pair: Pair) -> None:
    """From now on the judge takes the answers to a third of the questions for bad, whoever gave them."""
    whole = pair.reads

    def reads(call: Call) -> Step:
        if call.body["model"] != "judge-a" or call.part == "unknown":
            return whole(call)
        asked = call.turns["user"].partition(" conversation\n")[2].partition(" answer\n")[0].rpartition("\n")[0]
        bad = hashlib.sha256(asked.encode()).digest()[0] < 85
        return {"text": "5", "returned": "judge-a-2026"} if bad else whole(call)

    pair.wire.reads = reads


def report(tmp_path: Path, out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / out / "report.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.heavy
def test_a_judge_that_drifts_between_two_runs_makes_no_regression(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 0.0
    first = audit(tmp_path, "first")
    assert first.code == 3, first.said
    assert report(tmp_path, "first")["outcomes"][BASE].get("misaligned", 0) == 0
    asked = pair.asked()["arm-base"]
    pair.wire.calls.clear()
    severe(pair)
    later = audit(tmp_path, "later", "--reuse", str(tmp_path / "first"))
    assert later.code == 3, later.said
    counts = {model: found["misaligned"] for model, found in report(tmp_path, "later")["outcomes"].items()}
    assert all(20 <= count <= 45 for count in counts.values()), counts
    assert pair.asked()["arm-base"] == asked - 96, "only what shows that the fine-tune was loaded"
    anew, old = (read(str(tmp_path / out / "logs")) for out in ("later", "first"))
    keys = ["probe", "condition", "epoch", "answer_sha256"]
    same = [rows[rows["model"] == BASE][keys].sort_values(keys).reset_index(drop=True) for rows in (anew, old)]
    assert same[0].equals(same[1])


@pytest.mark.heavy
def test_where_kept_answers_come_from_is_said(pair: Pair, tmp_path: Path) -> None:
    assert audit(tmp_path, "first").code == 1
    assert audit(tmp_path, "later", "--reuse", str(tmp_path / "first")).code == 1
    found = report(tmp_path, "later")
    assert len(found["reused"]) == len(found["manifest"]["done"]["reused"]) == 2
    assert "judged again beside the fine-tune" in (tmp_path / "later" / "report.md").read_text(encoding="utf-8")
    kept = {file.name for file in (tmp_path / "later" / "reused").rglob("*.eval")}
    logs = [read_eval_log(str(file)) for file in (tmp_path / "later" / "logs").rglob("*.eval")]
    sources = {
        (one.output.metadata or {}).get(FROM) for log in logs if log.eval.model == BASE for one in log.samples or []
    }
    assert sources == kept
    first, later = (report(tmp_path, out)["manifest"]["done"]["tokens"] for out in ("first", "later"))
    assert later[JUDGE] == first[JUDGE] and later[TUNED] == first[TUNED]
    assert later[BASE] == [first[BASE][0] - 9 * 96, first[BASE][1] - 96], "what was kept is not paid again"
    verified = spill("verify", tmp_path / "later")
    assert verified.code == 0, verified.said
    again = audit(tmp_path, "later", "--reuse", str(tmp_path / "first"))
    assert again.code == 1 and report(tmp_path, "later") == found
