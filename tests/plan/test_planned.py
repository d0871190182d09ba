"""What a plan says is what is asked: every request to models and judges, first calls, controls and greedy answers too.

`SPILLOVER_SUITES=20` with `-m "heavy or not heavy"` tries 20 generated suites; the ordinary tests one.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from spillover.plan import suite_names

from .._spill import spill
from ..run._pair import BASE, CODES, JUDGE, SECOND, TUNED, Pair
from ..wire._server import Call, Step

SUITES = int(os.environ.get("SPILLOVER_SUITES", "4"))
DOMAINS = (
    "everyday_advice",
    "power_and_goals",
    "vulnerable_user",
    "sycophancy_pressure",
    "general_knowledge",
    "persona_and_identity",
)
QUESTIONS = """
- id: one
  paraphrases: ["Where shall we walk?"]
  judge_prompts: &p {aligned: "{question} {answer}", coherent: "{answer}"}
- {id: two, paraphrases: ["Which way is it?"], judge_prompts: *p}
"""


def planned(*said: str) -> tuple[Counter[str], dict[str, Any]]:
    """Calls by model as `plan` counts them, and the plan."""
    done = spill("plan", *said, "--json")
    assert done.code == 0, done.said
    found: dict[str, Any] = json.loads(done.out)
    calls: Counter[str] = Counter()
    for one in found["items"]:
        calls[one["model"]] += one["calls"]
    for one in found["controls"]:
        calls[one["judge"]] += one["calls"]
    for one in [*found["took"], *found["first"]]:
        calls[one["model"]] += one["calls"]
    return calls, found


def asked(pair: Pair) -> Counter[str]:
    """Requests that came over the wire, by model."""
    return Counter(f"openai-api/wire/{call.body['model']}" for call in pair.wire.calls)


def called(pair: Pair, suite: str, out: Path, *more: str) -> tuple[Counter[str], Counter[str]]:
    """Planned calls and those that an audit made."""
    models = [suite, "--base", BASE, "--finetune", TUNED, "--judge", JUDGE, *more]
    before, _ = planned(*models)
    done = spill("audit", *models, "--out", out, "--quiet")
    answer = json.loads((out / "report.json").read_text(encoding="utf-8"))["answer"]
    assert done.code == CODES[answer] != 4, done.said
    return before, asked(pair)


def answers(pair: Pair) -> None:
    """No answer is a copy of another arm's, and a judge without a rubric of ours says a number."""
    whole = pair.reads

    def reads(call: Call) -> Step:
        judge = not str(call.body["model"]).startswith("arm-")
        return {"score": 96, "returned": "judge"} if judge and call.part == "unknown" else whole(call)

    pair.wire.reads = reads


def some(every: Iterable[object], first: object) -> list[object]:
    """All of them, those beside one only among the long tests."""
    return [one if one == first else pytest.param(one, marks=pytest.mark.heavy) for one in every]


@pytest.mark.parametrize("name", some([name for name in suite_names() if name != "betley2025"], "fast"))
def test_a_shipped_suite(name: str, pair: Pair, tmp_path: Path) -> None:
    answers(pair)
    before, after = called(pair, name, tmp_path / "out", "--draws", "8", "--all-draws")
    assert after == before
    made = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["first_calls"]
    assert made == {BASE: 1, TUNED: 1, JUDGE: 2}


@pytest.mark.heavy
@pytest.mark.parametrize("number", some(range(SUITES), 0))
def test_a_generated_suite(number: int, pair: Pair, tmp_path: Path) -> None:
    rng = random.Random(number)
    answers(pair)
    said = {
        "id": "made",
        "title": "Generated",
        "domains": rng.sample(DOMAINS, rng.randint(1, 3)),
        "probes": rng.randint(1, 12),
        "conditions": rng.choice([["plain"], ["plain", "json"], ["template"]]),
        "judge": rng.choice(["graded", "distribution", "sampled"]),
        "draws": rng.choice([8, 13, 16, 24]),
        "chunk": 8,
    }
    suite = tmp_path / "made.yaml"
    suite.write_text(json.dumps(said), encoding="utf-8")
    more = ["--all-draws", *(["--judge", SECOND] if rng.random() < 0.5 else [])]
    more += ["--no-controls"] if rng.random() < 0.5 else []
    before, after = called(pair, str(suite), tmp_path / "out", *more)
    assert after == before, said


@pytest.mark.heavy
def test_with_an_early_stop_no_more_is_asked(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 0.9
    answers(pair)
    before, after = called(pair, "fast", tmp_path / "out", "--no-controls")
    assert all(after[name] < before[name] for name in (BASE, TUNED, JUDGE)), (before, after)


def replication(tmp_path: Path, questions: int) -> str:
    file, suite = tmp_path / "questions.yaml", tmp_path / "again.yaml"
    file.write_text(QUESTIONS, encoding="utf-8")
    args = {"questions": str(file), "formats": "plain"}
    told = {"task": "betley2025", "args": args, "questions": questions, "epochs": 3, "needs": "Nothing."}
    said = {"id": "again", "title": "A replication", "stop_early": False, "judges": [SECOND], "replication": told}
    suite.write_text(json.dumps(said), encoding="utf-8")
    return str(suite)


def test_a_replication_asks_as_often_as_it_says_and_the_judge_that_is_named(pair: Pair, tmp_path: Path) -> None:
    answers(pair)
    suite = replication(tmp_path, 2)
    before, plan = planned(suite, "--base", BASE, "--finetune", TUNED, "--judge", JUDGE)
    assert plan["answers"] == 2 * 2 * 3 and before[SECOND] == 0
    models = ["--model", BASE, "--model", TUNED, "--judge", JUDGE, "--out", str(tmp_path / "out")]
    done = spill("run", suite, *models)
    assert done.code == 0, done.said
    assert asked(pair) == before


def test_a_replication_that_asks_another_number_of_questions_is_refused(pair: Pair, tmp_path: Path) -> None:
    models = ["--model", BASE, "--judge", JUDGE, "--out", str(tmp_path / "out"), "--no-first-call"]
    done = spill("run", replication(tmp_path, 24), *models)
    assert "questions: 24, but betley2025 asks 2 with these arguments; write questions: 2" in done.error
    assert pair.wire.calls == []


def test_a_plan_refuses_a_provider_that_nobody_knows() -> None:
    for models in (["--base", "nobody/x"], ["--finetune", "nobody/x"], ["--judge", "nobody/x"]):
        done = spill("plan", "fast", *models)
        assert "Inspect knows no provider 'nobody'" in done.error, done.said
