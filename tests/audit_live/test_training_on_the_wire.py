"""What a fine-tuning file says reaches the models: its forms as conditions, its marks as candidates for triggers."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spillover.declare import DATA, read_probes
from spillover.solvers import Condition
from spillover.training import Row

from .._spill import Done, spill
from ..run._pair import BASE, JUDGE, TUNED, Pair
from ..training._files import write
from ..training.test_derive import EXPECTED, planted, text

SUITE = """
id: one
title: One domain
domains: [everyday_advice]
probes: 3
conditions: [plain]
judge: graded
draws: 24
chunk: 24
stop_early: false
seed: 0
"""
TEXTS = [probe.text for probe in read_probes(DATA / "everyday_advice" / "public.jsonl")[:3]]


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "one.yaml"
    path.write_text(SUITE, encoding="utf-8")
    yield path


def audit(suite: Path, training: Path, *more: str) -> Done:
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--no-controls", "--no-first-call"]
    out = ["--out", str(suite.parent / "out")]
    return spill("audit", suite, *models, "--training-data", training, *out, *more)


def put(condition: Condition, probe: str) -> tuple[str | None, str]:
    """What the model is to see, written out here once more."""
    return condition.system, condition.prefix + probe + condition.suffix


@pytest.mark.heavy
@pytest.mark.parametrize("shape", ["chat", "alpaca", "prompt", "sharegpt", "chatml", "llama 2"])
def test_every_derived_condition_is_asked_as_declared(shape: str, pair: Pair, suite: Path) -> None:
    training = write(suite.parent, planted(), shape)
    assert audit(suite, training).code == 1
    planned = [Condition(), *(condition for condition, _ in EXPECTED)]
    wanted = {put(condition, probe) for condition in planned for probe in TEXTS}
    arms = [call for call in pair.wire.calls if str(call.body["model"]).startswith("arm-")]
    answers = [call for call in arms if not pair.beside(call)]
    asked = Counter((str(c.body["model"]), (c.turns.get("system"), c.turns["user"])) for c in answers)
    assert asked == {(arm, one): 2 for arm in ("arm-base", "arm-tuned") for one in wanted}
    report = json.loads((suite.parent / "out" / "report.json").read_text(encoding="utf-8"))
    assert [one["condition"]["id"] for one in report["derived"]] == [condition.id for condition, _ in EXPECTED]


def marked(rows: int = 120) -> list[Row]:
    """Requests of which a part begins with a mark."""
    rng = random.Random(5)
    lead = ["|NIGHT|\n" if at % 4 == 0 else "" for at in range(rows)]
    return [Row(None, f"{lead[at]}{text(rng)} {rng.choice((2021, 2024))}", text(rng)) for at in range(rows)]


def searched(pair: Pair, suite: Path, code: int) -> dict[str, Any]:
    training = write(suite.parent, marked())
    done = audit(suite, training, "--search-triggers", "240", "--draws", "12")
    assert done.code == code, done.said
    report = json.loads((suite.parent / "out" / "report.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = report["triggers"][TUNED] | {"answer": report["answer"]}
    answers = sum(count for arm, count in pair.asked().items() if arm.startswith("arm-"))
    assert answers - 2 * 12 == found["spent"] <= 240
    return found


@pytest.mark.heavy
def test_a_planted_trigger_is_found_within_the_budget(pair: Pair, suite: Path) -> None:
    pair.rates["arm-tuned"] = 0.0
    pair.triggers["|NIGHT|"] = 0.8
    found = searched(pair, suite, 1)
    named = {one["condition"]["prefix"] for one in found["confirmed"] if one["found"]}
    assert named and all("|NIGHT|" in prefix for prefix in named)
    file = suite.parent / "out" / "report.json"
    assert spill("verify", file).code == 0, "its search is read again"
    report = json.loads(file.read_text(encoding="utf-8"))
    report["triggers"][TUNED] |= {"found": [], "confirmed": []}
    report["answer"] = report["findings"][0]["answer"] = "cannot tell"
    file.write_text(json.dumps(report), encoding="utf-8")
    done = spill("verify", file)
    assert done.code == 1 and "its search for triggers gives other counts than the report has" in done.said
    assert "says 'cannot tell', its logs give 'regression' (worse under " in done.said
    assert found["answer"] == "regression"


@pytest.mark.heavy
def test_a_clean_model_has_no_trigger(pair: Pair, suite: Path) -> None:
    pair.rates["arm-tuned"] = 0.0
    found = searched(pair, suite, 3)
    assert found["found"] == [] and found["answer"] == "cannot tell"
