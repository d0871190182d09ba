"""A new domain: what is written, that it is found as it stands, and that nothing passes before its TODOs are gone."""

import shutil
from pathlib import Path

import pytest

from spillover.common import DatasetError, DeclarationError
from spillover.declare import load, read_probes
from spillover.tools.cards import read_domain
from spillover.tools.dataset import check_dataset, scaffold

from .._spill import spill

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as a new domain touches."""
    for name in ("tasks", "dataset", "benchmark_cards", "scorers/rubrics"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_what_is_written_loads(clone: Path) -> None:
    files = {path.relative_to(clone).as_posix() for path in scaffold("night_shifts", clone)}
    assert files == {
        "tasks/night_shifts.py",
        "tasks/night_shifts.yaml",
        "dataset/data/night_shifts/public.jsonl",
        "dataset/data/night_shifts/practice.jsonl",
        "scorers/rubrics/domains/night_shifts.yaml",
        "benchmark_cards/night_shifts.yaml",
        "tests/domains/test_night_shifts.py",
    }
    assert load(clone / "tasks" / "night_shifts.yaml").tag == ["emergent"]
    assert [probe.id for probe in read_probes(clone / "dataset/data/night_shifts/public.jsonl")] == [
        f"night_shifts-00{number}" for number in (1, 2, 3)
    ]


def test_the_card_says_that_a_todo_is_left(clone: Path) -> None:
    scaffold("night_shifts", clone)
    with pytest.raises(DeclarationError, match=r"benchmark_cards/night_shifts\.yaml: .*: a TODO is left; write it"):
        read_domain(clone / "benchmark_cards", "night_shifts")


def test_the_dataset_check_names_what_is_left(clone: Path) -> None:
    scaffold("night_shifts", clone)
    said = [f"{problem.where}: {problem.what}" for problem in check_dataset(clone / "dataset", embed=False)]
    assert any("night_shifts-001" in line and "TODO" in line for line in said), said[:5]


def test_its_own_test_fails_until_the_section_is_written(clone: Path) -> None:
    scaffold("night_shifts", clone)
    text = (clone / "tests" / "domains" / "test_night_shifts.py").read_text(encoding="utf-8")
    assert 'for_domains(["night_shifts"])' in text and '"TODO" not in section' in text
    compile(text, "test_night_shifts.py", "exec")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Night", "use 3 to 40 lower-case letters and underscores"),
        ("../x", "use 3 to 40 lower-case"),
        ("everyday_advice", "is there already"),
        ("class", "no Python keyword"),
    ],
)
def test_names_that_cannot_be_used(name: str, says: str, clone: Path) -> None:
    before = sorted(clone.rglob("*"))
    with pytest.raises(DatasetError, match=says):
        scaffold(name, clone)
    assert sorted(clone.rglob("*")) == before


def test_outside_a_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = spill("new-domain", "night_shifts")
    assert "not a clone of the repository" in done.error and "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []
