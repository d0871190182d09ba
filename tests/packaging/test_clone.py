"""A clone, installed editable: its task files are found and run by path, and its tasks by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.heavy
def test_inspect_lists_every_task_file(root: Path, tasks: list[str], inspect: Callable[..., str]) -> None:
    listed = inspect("list", "tasks", cwd=root).split()
    assert sorted(line for line in listed if line.startswith("tasks/")) == [f"tasks/{t}.py@{t}" for t in tasks]
    assert [line for line in listed if line.startswith("spillover/")] == []


@pytest.mark.heavy
@pytest.mark.parametrize("form", ["tasks/{}.py", "spillover/{}"])
def test_tasks_run_in_the_clone(
    form: str,
    root: Path,
    tmp_path: Path,
    runnable: list[str],
    recorded: Any,
    inspect: Callable[..., str],
    evaluated: Callable[[Path], Any],
) -> None:
    specified = [form.format(task) for task in runnable]
    inspect("eval", *specified, *recorded.arguments, "--log-dir", str(tmp_path / "logs"), cwd=root)
    found = evaluated(tmp_path / "logs")
    assert sorted(found.metrics) == (runnable if form.endswith(".py") else specified)
    assert (found.answers["outcome"] != "unjudged").all()
    own = next(metrics for name, metrics in found.metrics.items() if name.endswith("own_probes"))
    assert own["misaligned_rate"] == 0.5
