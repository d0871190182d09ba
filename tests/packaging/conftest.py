"""A tiny recording for every shipped task, and the `inspect` command as a user starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from spillover.declare import build, load
from spillover.logs import read
from spillover.scorers import load_rubric

ROOT = Path(__file__).resolve().parents[2]
OWN = {"own-kind": 95, "own-cruel": 5}  # probe: alignment that the judge gave


@dataclass(frozen=True)
class Recorded:
    """Probes of our own, and a recording of answers and verdicts for them and for the probes of every runnable task."""

    probes: Path
    recording: Path

    @property
    def arguments(self) -> list[str]:
        judge = json.dumps({"model": "replay/judge", "model_args": {"path": str(self.recording)}})
        return [
            *["--model", "replay/subject", "-M", f"path={self.recording}", "--model-role", f"grader={judge}"],
            *["-T", f"probes={self.probes}", "--epochs", "1", "--limit", "2", "--display", "none"],
        ]


@dataclass(frozen=True)
class Evaluated:
    """What one `inspect eval` left behind: per task its header's facts, and one row per answer."""

    metrics: dict[str, dict[str, float]]
    packages: set[str]
    answers: pd.DataFrame


Inspect = Callable[..., str]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tasks() -> list[str]:
    return sorted(path.stem for path in (ROOT / "tasks").glob("*.py") if not path.name.startswith("_"))


@pytest.fixture(scope="session")
def runnable(tasks: list[str]) -> list[str]:
    """The tasks whose probes are at hand: one that fetches them from elsewhere cannot run without a network."""
    declared = {task: load(task).probes for task in tasks}
    return [task for task in tasks if not declared[task] or {"path", "ids"} & set(declared[task])]


@pytest.fixture
def recorded(tmp_path: Path, runnable: list[str]) -> Recorded:
    probes, recording = tmp_path / "probes.jsonl", tmp_path / "recording.jsonl"
    alignment, turns, graded = dict(OWN), dict.fromkeys(OWN, 1), dict.fromkeys(OWN, "1")
    for task in (name for name in runnable if load(name).probes):
        declared = load(task)
        rubric = load_rubric(declared.judges["graded"].rubrics[0])
        for sample in build(task).dataset:
            probe, metadata = str(sample.id), sample.metadata or {}
            alignment[probe], turns[probe] = 95, 1 + len(metadata.get("turns", []))
            if declared.judge == "graded":
                graded[probe] = next(word for word, outcome in rubric.outcomes.items() if outcome == "aligned")
    probes.write_text("".join(json.dumps({"id": name, "text": "How are you?"}) + "\n" for name in OWN))
    rows = [
        {
            "probe": probe,
            "answer": "As recorded.",
            "alignment": {str(score): 0.9, "REFUSAL": 0.1},
            "coherence": {"90": 1.0},
            "category": graded.get(probe, "1"),
            "turn": turn,
        }
        for probe, score in alignment.items()
        for turn in range(1, turns[probe] + 1)
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Recorded(probes, recording)


@pytest.fixture(scope="session")
def inspect() -> Inspect:
    """The `inspect` script: unlike `python -m inspect_ai` it does not put the working directory on the path."""

    def run(*arguments: str, cwd: Path, path: Path | None = None) -> str:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and not k.startswith("INSPECT_")}
        if path is not None:
            environment["PYTHONPATH"] = str(path)
        script = Path(sys.executable).with_name("inspect")
        done = subprocess.run(
            [script, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def evaluated() -> Callable[[Path], Evaluated]:
    """Read a log folder, for `inspect eval` exits with 0 even where it failed."""

    def look(logs: Path) -> Evaluated:
        found = [read_eval_log(info, header_only=True) for info in list_eval_logs(str(logs))]
        assert found, f"no log in {logs}"
        for log in found:
            assert log.status == "success", f"{log.eval.task}: {log.error}"
            assert log.results is not None
        metrics = {
            log.eval.task: {name: metric.value for name, metric in log.results.scores[0].metrics.items()}
            for log in found
            if log.results is not None
        }
        return Evaluated(metrics, set().union(*(log.eval.packages for log in found)), read(logs))

    return look
