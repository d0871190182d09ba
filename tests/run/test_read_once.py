"""What a command opens: every declaration, question and log once, counted in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ._pair import BASE, JUDGE, TUNED, Pair

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = """ai_human_relations creative_writing emergent_misalignment ethical_reasoning everyday_advice expert_advice
oversight_and_shutdown persona_and_identity power_and_goals social_attitudes vulnerable_user""".split()
SUITE = f"""
id: eleven
title: Eleven domains
domains: [{", ".join(DOMAINS)}]
conditions: [plain, json]
judge: graded
draws: 192
chunk: 32
"""
SHIPPED = ("spillover", "tasks", "scorers", "solvers", "dataset")
"""Folders of what is shipped."""


@dataclass(frozen=True)
class Opened:
    """What one call of a command opened.

    Attributes:
        shipped: Openings of each shipped file, by its path below the root.
        logs: Openings of logs by us, and by Inspect for us outside of its own run.
    """

    shipped: dict[str, int]
    logs: int

    @property
    def declarations(self) -> int:
        """Openings of declarations, the base and the groups among them."""
        return sum(n for name, n in self.shipped.items() if name.startswith("tasks/") and name.endswith(".yaml"))

    @property
    def twice(self) -> list[str]:
        """Shipped files that were opened more than once."""
        return [name for name, count in self.shipped.items() if count > 1]


def opened(tmp_path: Path, times: int, code: int, *args: str) -> list[Opened]:
    """What a command opened in a process that calls it so many times."""
    out = tmp_path / "opened.json"
    env = os.environ | {"INSPECT_DISPLAY": "none"}
    call = [sys.executable, "-m", "tests.run._opened", str(out), str(times), *args]
    done = subprocess.run(call, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(out.read_text(encoding="utf-8"))
    assert [one["code"] for one in seen] == [code] * times, done.stderr
    return [Opened(_shipped(one["files"]), sum(one["logs"].values())) for one in seen]


def _shipped(files: dict[str, int]) -> dict[str, int]:
    paths = {Path(os.path.realpath(name)): count for name, count in files.items()}
    below = {path.relative_to(ROOT).as_posix(): n for path, n in paths.items() if path.is_relative_to(ROOT)}
    return {name: count for name, count in below.items() if name.split("/")[0] in SHIPPED}


@pytest.mark.heavy
def test_a_plan_opens_every_file_once(tmp_path: Path) -> None:
    (found,) = opened(tmp_path, 1, 0, "plan", "standard")
    assert found.declarations > 11 and found.shipped["scorers/labelled/everyday_advice.jsonl"] == 1
    assert found.twice == [] and found.logs == 0


@pytest.mark.heavy
def test_an_audit_opens_every_declaration_and_every_log_once(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 0.0
    suite, out = tmp_path / "eleven.yaml", tmp_path / "out"
    suite.write_text(SUITE, encoding="utf-8")
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE]
    call = ["audit", str(suite), *models, "--seed", "0", "--all-draws", "--no-controls", "--out", str(out)]
    first, again = opened(tmp_path, 2, 3, *call)
    assert len(list((out / "logs").glob("*/done.json"))) == 6 and len(list(out.rglob("*.eval"))) == 12 + 3
    assert len(DOMAINS) < first.declarations <= 20 and first.twice == []
    assert first.logs <= 24
    assert again.declarations == 0 and again.logs == 0
    pair.wire.calls.clear()
    (later,) = opened(tmp_path, 1, 3, *call)
    assert pair.wire.calls == []
    assert later.declarations <= 20 and later.twice == []
    assert later.logs == 12 + 3, "a later process opens each log once"
