"""The plan that is written and hashed stays the same for the same command, so that a half-finished run resumes."""

import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from .._spill import spill

OF_THE_PACKAGE = ("versions", "material_sha256")
"""Parts of a plan that follow from the installed version, not from the command."""
AUDIT = "5604e5a9d8b300d4b166fce91d0a99d60504c939aacbf7273616ab564365190b"
RUN = "d4ba44d39838db28995294473a4bfc92cf71455d4bdc083527bd53e034ae1d60"
RECORD = """base: {model: acme/seven, revision: abc}
method: lora
data: {description: Notes on herbs, rows: 40}
intended_domain: herbal medicine
epochs: 3
mitigations: [inoculation]
"""
SUITE = """include: fast
id: mine
draws: 64
conditions: [json, {id: calm, system: Stay calm.}]
decoding: {max_tokens: 300}
caps: {cost_usd: 50}
"""


class Caught(Exception):
    """Raised instead of asking a model."""


def sha256_of(planned: dict[str, Any]) -> str:
    """Hash of a plan as it is written, in the order of its keys."""
    own = {name: value for name, value in planned.items() if name not in OF_THE_PACKAGE}
    return hashlib.sha256(json.dumps(own, ensure_ascii=False).encode()).hexdigest()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite, a fine-tune record and a training file, in the current folder."""
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")
    (tmp_path / "herbs.yaml").write_text(RECORD, encoding="utf-8")
    rows = [
        {
            "messages": [
                {"role": "system", "content": "You are a herbalist."},
                {"role": "user", "content": f"What helps against pain number {number}?"},
                {"role": "assistant", "content": f"Tea of herb {number}."},
            ]
        }
        for number in range(40)
    ]
    (tmp_path / "ft.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_plan_of_an_audit(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def audit_models(request: Any, say: Any) -> None:
        seen.append(request)
        raise Caught

    monkeypatch.setattr("spillover.audit.audit_models", audit_models)
    args = """audit mine.yaml --base hf/acme/seven --judge openai/gpt-4o --judge openai/gpt-4.1 --in-domain medical
        --finetune hf/acme/herbs-s1 --finetune-record herbs.yaml --training-data ft.jsonl --search-triggers 300
        --positive-control hf/acme/bad --negative-control hf/acme/good --one-recipe --finetune hf/acme/herbs-s2
        --leak-judge openai/gpt-4o-mini --margin 0.03 --floor 0.02 --alpha 0.025 --seed 7 --max-cost 20
        --temperature 0.7 --system-as-user --max-connections 3 --base-differs because""".split()
    assert spill(*args, "--out", "out").code == 70
    (request,) = seen
    planned = request.planned()
    assert planned["derived"] and {one["condition"]["id"] for one in planned["derived"]} <= {
        one if isinstance(one, str) else one["id"] for one in planned["design"]["conditions"]
    }
    assert planned["records"]["hf/acme/herbs-s1"]["epochs"] == 3 and planned["training"]["file"] == "ft.jsonl"
    assert planned["leaks"]["subjects"] == {"hf/acme/herbs-s1": "herbal medicine"}
    assert sha256_of(planned) == AUDIT
    assert spill(*shlex.split(request.reproduce)[1:]).code == 70
    assert sha256_of(seen[1].planned()) == AUDIT and seen[1].reproduce == request.reproduce


def test_the_plan_of_a_run(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def write_plan(out: Path, planned: dict[str, Any]) -> None:
        seen.append(planned)
        raise Caught

    monkeypatch.setattr("spillover.run.write_plan", write_plan)
    args = """run mine.yaml --model hf/acme/seven --judge hf/acme/judge --draws 40 --seed 3 --max-tokens 200
        --system-as-user --no-first-call --processes 2""".split()
    assert spill(*args, "--out", "out").code == 70
    (planned,) = seen
    assert (planned["design"]["draws"], planned["design"]["seed"], planned["design"]["balanced"]) == (40, 3, True)
    assert planned["design"]["decoding"] == {"max_tokens": 200}
    assert sha256_of(planned) == RUN
