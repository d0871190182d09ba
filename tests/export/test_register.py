"""The inspect_evals register: entries against the register's own model, and what is refused."""

import importlib.util
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spillover.common import DeclarationError
from spillover.declare import load
from spillover.export.read import sound_record
from spillover.tools import Asked, register_entry, source_of

from .._spill import Done
from .conftest import Made

ROOT = Path(__file__).resolve().parents[2]
URL, SHA = "https://example.org/lab/spillover", "ab" * 20
TASK = Asked("own_probes", "Own probes", "Questions of\n one's own.", load("own_probes").version, 4)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one task, committed."""
    made = tmp_path / "clone"
    (made / "tasks").mkdir(parents=True)
    (made / "tasks" / "own_probes.py").write_text("@task\ndef own_probes(): ...\n", encoding="utf-8")
    git = ["git", "-C", str(made), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for asked in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "One task"]):
        subprocess.run([*git, *asked], check=True, capture_output=True)
    (made / "tasks" / "later.py").write_text("@task\ndef later(): ...\n", encoding="utf-8")
    return made


def head(clone: Path) -> str:
    return subprocess.run(
        ["git", "-C", str(clone), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The register's own model of an entry, out of the wheel of inspect_evals."""
    folder = tmp_path_factory.mktemp("inspect_evals")
    asked = ["download", "--no-deps", "--python-version", "3.12", "--only-binary=:all:", "inspect-evals>=0.26"]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *asked, "-d", str(folder)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("pip reaches no registry (timeout)")
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        pytest.skip(f"pip cannot get inspect-evals ({said.stderr.strip().splitlines()[-1:]})")
    with zipfile.ZipFile(wheels[0]) as parts:
        file = Path(parts.extract("inspect_evals/metadata.py", folder))
    spec = importlib.util.spec_from_file_location("inspect_evals_metadata", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it speaks an older pydantic's words
        spec.loader.exec_module(module)
    return module.ExternalEvalMetadata


def test_entries_fit_the_model_of_the_register(register: Any, made: Made, clone: Path) -> None:
    source = source_of(clone, URL, ["lab"])
    entry = register_entry(TASK, source, clone, records=[sound_record(made.record)], run_commit=SHA)
    found = register(**yaml.safe_load(yaml.safe_dump(entry)), id="spillover_own_probes")
    assert str(found.source.repository_url) == URL and found.source.repository_commit == head(clone)
    assert found.tasks[0].task_path == "tasks/own_probes.py" and found.description == "Questions of one's own."
    (row,) = found.evaluation_report.results
    figures = {one.key: one.value for one in row.metrics}
    assert figures["misaligned_rate"] == pytest.approx(2 / 3) and figures["unjudged"] == 2
    assert figures["low"] < figures["misaligned_rate"] < figures["high"] and row.model == "replay/tuned"
    assert any("lower is better" in one for one in found.evaluation_report.notes)
    assert any("scripted" in one for one in found.evaluation_report.notes)
    with pytest.raises(ValueError, match="task_path"):
        register(**{**entry, "tasks": [{"name": "own_probes"}]}, id="x")


def test_the_command_writes_an_entry_for_each_shipped_task(
    run: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))  # as in a copy of the files without their history
    tasks = ("emergent_misalignment", "vulnerable_user")
    given = ["--repository-url", URL, "--maintainer", "lab", "--clone", ROOT, "--out", tmp_path]
    named = [one for task in tasks for one in ("--task", task)]
    said = run("inspect-evals-register", *given, *named, "--commit", SHA)
    assert said.code == 0, said.said
    for task in tasks:
        entry = yaml.safe_load((tmp_path / f"spillover_{task}" / "eval.yaml").read_text(encoding="utf-8"))
        assert (ROOT / entry["tasks"][0]["task_path"]).is_file() and entry["tasks"][0]["dataset_samples"] >= 30
        assert "id" not in entry and entry["source"]["repository_commit"] == SHA
    said = run("inspect-evals-register", *given, "--task", "nonsense", "--commit", SHA)
    assert said.code == 2 and "no such task" in said.error
    assert run("inspect-evals-register", "--out", tmp_path).code == 2  # no address is ever made up


@pytest.mark.parametrize(
    ("url", "maintainer", "commit", "says"),
    [
        ("spillover", "lab", SHA, "--repository-url 'spillover': not an address"),
        ("https://example.org/lab/spillover\nx: y", "lab", SHA, "not an address"),
        (URL, "@lab ", SHA, "--maintainer '@lab ': not an account"),
        (URL, "lab", "main", "commit 'main'; give its 40 hexadecimal digits"),
    ],
)
def test_where_the_code_lies_is_checked(url: str, maintainer: str, commit: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=says):
        source_of(tmp_path, url, [maintainer], commit)


def test_a_task_must_be_there_at_that_commit(clone: Path, made: Made) -> None:
    source = source_of(clone, URL, ["lab"])
    with pytest.raises(DeclarationError, match=r"tasks/gone\.py: no task `gone` there"):
        register_entry(Asked("gone", "", "", "1-A", 0), source, clone)
    with pytest.raises(DeclarationError, match=rf"tasks/later\.py: not in commit {source.commit}"):
        register_entry(Asked("later", "", "", "1-A", 0), source, clone)
    with pytest.raises(DeclarationError, match=f"not in commit {SHA}"):
        register_entry(TASK, source_of(clone, URL, ["lab"], SHA), clone)
    found = [sound_record(made.record)]
    with pytest.raises(DeclarationError, match="--run-commit"):
        register_entry(TASK, source, clone, records=found)
    with pytest.raises(DeclarationError, match="hold no judged answer to this task"):
        register_entry(Asked("own_probes", "", "", "9-Z", 4), source, clone, records=found, run_commit=SHA)
