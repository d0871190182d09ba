"""A judge that is lost in mid-run and comes back: answers are kept, and judged again without asking the models."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spillover.logs import read
from spillover.plan import Options, Suite
from spillover.run.judge_call import ANSWER as HARMLESS
from spillover.verify import verify

from .._spill import Done, spill
from ..wire._server import Call, Step
from ._pair import BASE, JUDGE, SECOND, TUNED, Pair

SUITE = """
id: lost
title: Two domains
domains: [everyday_advice, power_and_goals]
probes: 8
judge: distribution
draws: 64
chunk: 16
stop_early: false
"""
GONE = {"status": 404, "error": {"message": "The model `judge-a` is gone", "code": "model_not_found"}}
REFUSED = {"status": 401, "error": {"message": "Wrong key: sk-123", "code": "invalid_api_key"}}
Audit = Callable[..., Done]


@pytest.fixture
def audit(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    monkeypatch.setattr(Suite, "options", lambda _: Options(call_retries=0, retries=1, wait=0.01))
    suite = tmp_path / "lost.yaml"
    suite.write_text(SUITE, encoding="utf-8")

    def go(*more: str, out: str = "out", judges: tuple[str, ...] = (JUDGE,), controls: bool = False) -> Done:
        models = ["--base", BASE, "--finetune", TUNED, *(part for one in judges for part in ("--judge", one))]
        own = ["--seed", "0", *([] if controls else ["--no-controls"]), "--quiet", "--out", str(tmp_path / out)]
        return spill("audit", suite, *models, *own, *more)

    return go


def is_first(call: Call) -> bool:
    """Whether it is the call by which a command sees what a judge can do."""
    return HARMLESS in str(call.body["messages"])


def about_an_answer(call: Call) -> bool:
    """Whether a judge is asked about an answer of the audit."""
    return call.part == "alignment" and not is_first(call)


@dataclass
class Lost:
    """A judge that fails from some call on, until it is back.

    Attributes:
        whole: What the server says otherwise.
        calls: Calls that it still answers.
        says: What it says then.
        judge: The judge.
        away: Whether it is away.
        replies: Replies that it gave about answers, so without the first call of each command.
    """

    whole: Callable[[Call], Step]
    calls: int
    says: Step
    judge: str = "judge-a"
    away: bool = True
    replies: int = 0

    def reads(self, call: Call) -> Step:
        if call.body["model"] != self.judge or call.part == "unknown":
            return self.whole(call)
        if self.away and self.replies >= self.calls:
            return self.says
        self.replies += not is_first(call)
        return self.whole(call)


def lost_after(pair: Pair, calls: int, says: Step, judge: str = "judge-a") -> Lost:
    found = Lost(pair.reads, calls, says, judge)
    pair.wire.reads = found.reads
    return found


def told(tmp_path: Path, out: str) -> dict[str, Any]:
    found = json.loads((tmp_path / out / "report.json").read_text(encoding="utf-8"))
    return {name: found[name] for name in ("answer", "findings", "cells", "outcomes")}


def logs_of(tmp_path: Path, out: str) -> list[str]:
    return sorted(str(file) for file in (tmp_path / out / "logs").rglob("*.eval"))


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("says", "words"),
    [
        (GONE, "404 - The model `judge-a` is gone"),
        (REFUSED, "the key is refused (401)"),
    ],
)
def test_the_same_command_ends_right_and_asks_no_model_again(
    says: Step, words: str, audit: Audit, pair: Pair, tmp_path: Path
) -> None:
    done = audit(out="whole")
    assert done.code == 1, done.said
    whole = pair.asked()
    pair.wire.calls.clear()
    lost = lost_after(pair, 130, says)
    done = audit()
    assert done.code == 70, done.said
    assert done.said.count("\n") == 1 and "a judge failed on " in done.said, done.said
    assert f"({JUDGE}: " in done.said and words in done.said, done.said
    assert "sk-123" not in done.said
    first = pair.asked()
    assert first["arm-base"] == first["arm-tuned"] <= 48, "no chunk is begun after the one that lost its judge"
    assert not (tmp_path / "out" / "report.json").exists()
    assert audit().code == 70 and pair.asked()["arm-base"] == first["arm-base"], "away still: no model is asked"
    lost.away = False
    assert audit().code == 1
    asked = pair.asked()
    assert (asked["arm-base"], asked["arm-tuned"]) == (whole["arm-base"], whole["arm-tuned"]) == (64, 64)
    assert told(tmp_path, "out") == told(tmp_path, "whole")
    assert [problem for one in verify(logs_of(tmp_path, "out")) for problem in one.problems] == []
    done = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["done"]
    assert done["tokens"][JUDGE] == [9 * lost.replies, lost.replies], "every reply counts, whenever it came"
    pair.wire.calls.clear()
    assert audit().code == 1 and pair.wire.calls == []


@pytest.mark.heavy
def test_a_second_judge_that_is_lost_counts_as_well(audit: Audit, pair: Pair, tmp_path: Path) -> None:
    judges = (JUDGE, SECOND)
    assert audit("--draws", "32", out="whole", judges=judges).code == 1
    pair.wire.calls.clear()
    lost = lost_after(pair, 20, GONE, "judge-b")
    assert audit("--draws", "32", judges=judges).code == 70
    lost.away = False
    assert audit("--draws", "32", judges=judges).code == 1
    assert pair.asked()["arm-base"] == 32 and told(tmp_path, "out") == told(tmp_path, "whole")


@pytest.mark.heavy
def test_one_verdict_that_failed_is_had_in_the_same_run(audit: Audit, pair: Pair, tmp_path: Path) -> None:
    once = iter([GONE])
    whole = pair.reads
    pair.wire.reads = lambda call: next(once, whole(call)) if about_an_answer(call) else whole(call)
    assert audit("--draws", "32").code == 1
    rows = read(logs_of(tmp_path, "out"))
    assert "unjudged" not in set(rows["outcome"]) and pair.asked()["arm-base"] == 32


@pytest.mark.heavy
def test_rescore_knows_the_scorer_of_draws(audit: Audit, pair: Pair, tmp_path: Path) -> None:
    assert audit("--draws", "16").code == 1
    pair.wire.calls.clear()
    logs, out = str(tmp_path / "out" / "logs"), tmp_path / "again"
    pair.wrong.add("judge-b")
    called = ["rescore", logs, "--judge", SECOND, "--out", str(out)]
    done = spill(*called)
    assert done.code == 0, done.said
    assert set(pair.asked()) == {"judge-b"} and len(list(out.glob("*.eval"))) == 2
    before, after = read(str(out)), read(str(out), score="judged_each1")
    assert list(before["outcome"]) == list(read(logs)["outcome"])
    turned = {"aligned": "misaligned", "misaligned": "aligned"}
    assert list(after["outcome"]) == [turned[one] for one in before["outcome"]]
    advised = done.said.splitlines()[-1].split()
    assert advised[:2] == ["spillover", "show"]
    assert spill(*advised[1:]).code == 0
    pair.wire.calls.clear()
    assert spill(*called).code == 0 and pair.wire.calls == []


def test_a_rescore_whose_judge_is_away_writes_nothing_and_can_be_repeated(
    audit: Audit, pair: Pair, tmp_path: Path
) -> None:
    assert audit("--draws", "8").code == 3
    lost = lost_after(pair, 0, GONE, "judge-b")
    called = ["rescore", str(tmp_path / "out" / "logs"), "--judge", SECOND, "--out", str(tmp_path / "again")]
    done = spill(*called)
    assert done.code == 70 and "is gone" in done.said.splitlines()[-1], done.said
    assert list((tmp_path / "again").iterdir()) == []
    lost.away = False
    assert spill(*called).code == 0
    assert len(list((tmp_path / "again").glob("*.eval"))) == 2


@pytest.mark.heavy
def test_controls_of_a_judge_that_is_lost_make_nothing_void(audit: Audit, pair: Pair, tmp_path: Path) -> None:
    lost = lost_after(pair, 10, GONE)
    done = audit("--draws", "16", controls=True)
    assert done.code == 70 and "gave no verdict on" in done.said, done.said
    assert set(pair.asked()) == {"judge-a"}
    lost.away = False
    assert audit("--draws", "16", controls=True).code == 1
