"""kill -9 at random moments, and the same command again: the same final table, and nothing asked twice over.

`make test-kills` kills 50 times; the ordinary tests a few.
"""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spillover.logs import read

from ._pair import BASE, JUDGE, TUNED, Pair

pytestmark = pytest.mark.heavy

KILLS = int(os.environ.get("SPILLOVER_KILLS", "2"))
SUITE = """
id: kills
title: Two domains, two conditions
domains: [everyday_advice, power_and_goals]
probes: 8
conditions: [plain, json]
judge: graded
draws: 64
chunk: 16
stop_early: false
"""


def command(suite: Path, out: Path, processes: int) -> list[str]:
    models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--no-controls", "--quiet"]
    more = ["--out", str(out), "--processes", str(processes), "--max-connections", "4"]
    return [sys.executable, "-m", "spillover.cli", "audit", str(suite), *models, *more]


def finished(out: Path) -> dict[str, Any]:
    """The report without what a clock or a random name put into it, and the table of all answers."""
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    names = list(json.loads((out / "manifest.json").read_text(encoding="utf-8"))["done"]["logs"])
    rows = read([str(next((out / "logs").rglob(name))) for name in names])
    keys = ["model", "task", "probe", "condition", "epoch", "outcome", "label", "answer_sha256"]
    table = sorted(map(str, rows[keys].itertuples(index=False, name=None)))
    return {name: report[name] for name in ("answer", "findings", "cells", "effects", "outcomes")} | {"table": table}


@pytest.mark.parametrize("processes", [1, 2] if KILLS >= 10 else [1])
def test_killed_and_called_again_it_ends_the_same(processes: int, pair: Pair, tmp_path: Path) -> None:
    suite = tmp_path / "kills.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    rng = random.Random(f"{KILLS}:{processes}")
    assert subprocess.run(command(suite, tmp_path / "whole", processes), check=False).returncode == 1
    once = sum(count for arm, count in pair.asked().items() if arm.startswith("arm-"))
    assert once == 2 * 64
    whole = finished(tmp_path / "whole")
    kills, run, lost = 0, 0, 0
    while kills < (KILLS // 2 if KILLS >= 10 else KILLS) or run == 0:
        run += 1
        pair.wire.calls.clear()
        out = tmp_path / f"run-{run}"
        own = 0
        while True:
            process = subprocess.Popen(
                command(suite, out, processes),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            try:
                said = process.communicate(timeout=rng.uniform(1.0, 6.0) if own < 6 else None)[1]
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)  # the workers are left behind, as a real kill would
                process.communicate()
                kills, own = kills + 1, own + 1
                continue
            assert process.returncode == 1, said.decode()[-500:]
            break
        assert finished(out) == whole
        asked = sum(count for arm, count in pair.asked().items() if arm.startswith("arm-"))
        lost = asked - once
        assert 0 <= lost <= 2 * 16 * processes * own, "what a kill costs is what was under way"
        print(f"run {run}: killed {own} times, {lost} answers asked again of {once}")
    print(f"{kills} kills with {processes} processes, {run} runs, the same table each time")
