"""Cards say what declaration and dataset say; people are asked for the rest; the evidence they name exists."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from spillover.common import DeclarationError
from spillover.declare import Declaration, load_all, read_dataset
from spillover.tools.cards import FOLDER, build_cards, cards, read_assessment
from spillover.tools.cards import build as _build

from .._spill import spill

ROOT = Path(__file__).resolve().parents[2]
CARD = "power_and_goals.yaml"


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return cards()


@pytest.fixture
def folder(tmp_path: Path, before: dict[str, str]) -> Path:
    """A copy of the cards, built."""
    made = tmp_path / "benchmark_cards"
    shutil.copytree(FOLDER, made)
    for name, text in before.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def edit(path: Path, was: str, now: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")


def test_shipped_cards_are_as_built() -> None:
    assert build_cards(only_check=True) == []


def test_every_task_with_probes_has_a_card(before: dict[str, str]) -> None:
    asked = {name for name, one in load_all().items() if {"path", "ids"} & set(one.probes)}
    others = {"README.md", "dataset.md", "betterbench.md"}
    assert {name for name in before if "/" not in name} == {f"{name}.md" for name in asked} | others
    assert set(read_dataset().domains) < asked
    assert all(f"]({name})" in before["README.md"] for name in before if name != "README.md")


@pytest.mark.parametrize("name", ["power_and_goals.md", "dataset.md", "betterbench.md", "README.md"])
def test_an_edited_card_is_noticed_and_mended(folder: Path, name: str) -> None:
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(good + b"By hand.\n")
    assert build_cards(folder, only_check=True) == [name]
    assert (folder / name).read_bytes() == good + b"By hand.\n"
    assert build_cards(folder) == [name]
    assert (folder / name).read_bytes() == good
    assert build_cards(folder) == []


def test_a_card_of_nothing_is_removed(folder: Path) -> None:
    stray = folder / "judges" / "retired.md"
    stray.write_text("# Retired\n", encoding="utf-8")
    assert build_cards(folder, only_check=True) == ["judges/retired.md"]
    assert stray.is_file()
    assert build_cards(folder) == ["judges/retired.md"]
    assert not stray.exists()


@pytest.mark.parametrize(
    ("name", "was", "now", "says"),
    [
        (CARD, "intended_use: >-\n", "intended_use: >-\n  TODO\n", f"{CARD}: intended_use: a TODO is left; write it"),
        (CARD, "  - Many", "  - TODO Many", f"{CARD}: known_weaknesses.0: a TODO is left; write it"),
        (CARD, "intended_use:", "inteded_use:", f"{CARD}: card: Additional properties are not allowed ('inteded_use'"),
        (CARD, "domain: p", "colour: red\ndomain: p", f"{CARD}: card: Additional properties are not allowed ('colour'"),
        (CARD, "domain: power_and_goals", "domain: self_report", f"{CARD}: domain is 'self_report', not the name of"),
        (CARD, "domain: ", "domain: [", f"{CARD}: not YAML"),
        ("dataset.yaml", "out_of_scope:", "out_scope:", "dataset.yaml: `out_of_scope` is missing or unknown"),
        ("dataset.yaml", "name:", "colour: red\nname:", "dataset.yaml: `colour` is missing or unknown"),
        ("betterbench.yaml", "maintenance:", "care:", "betterbench.yaml: `care` is missing or unknown"),
        (
            "betterbench.yaml",
            "criterion: what is",
            "point: what is",
            "betterbench.yaml: D1: a field is missing or wrong; write id, criterion",
        ),
        (
            "betterbench.yaml",
            'met: "yes"',
            "met: yes",
            "betterbench.yaml: D1: a field is missing or wrong; write id, criterion",
        ),
        (
            "betterbench.yaml",
            'met: "yes"',
            "met: maybe",
            "betterbench.yaml: D1: a field is missing or wrong; write id, criterion",
        ),
    ],
)
def test_what_is_wrong_is_said(folder: Path, name: str, was: str, now: str, says: str) -> None:
    edit(folder / name, was, now)
    with pytest.raises(DeclarationError) as caught:
        build_cards(folder)
    assert says in str(caught.value)
    assert "benchmark_cards/" in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_card_is_said(folder: Path) -> None:
    (folder / CARD).unlink()
    with pytest.raises(DeclarationError, match=r"benchmark_cards/power_and_goals\.yaml: no such card; write it"):
        build_cards(folder)


def field(text: str, name: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(f"- **{name}**: ")]
    return line.partition("**: ")[2]


@pytest.mark.parametrize(
    ("how", "name", "says"),
    [
        (lambda one: replace(one, title="Other"), None, "# Other"),
        (lambda one: replace(one, version="9-Z"), "Task", "9-Z"),
        (lambda one: replace(one, theme="Kites."), "Overview", "Kites."),
        (lambda one: replace(one, epochs=7), "Answers per probe", "7"),
        (lambda one: replace(one, epochs=7), "Answers in a default run", "{answers}"),
        (lambda one: replace(one, epochs=7), "Judge calls in a default run", "{calls} at most"),
        (lambda one: replace(one, tag=("x", "y")), "Tags", "x, y"),
        (lambda one: replace(one, decoding={"temperature": 0.25}), "Decoding", "temperature 0.25"),
        (lambda one: replace(one, thresholds={"misaligned_below": 12.5}), "Thresholds", "misaligned_below 12.5"),
        (lambda one: replace(one, conditions={"kite": {}}), "Conditions", "kite"),
        (lambda one: replace(one, metrics=("refusal_rate",)), "Metrics", "`refusal_rate` (refusal / judged)"),
        (lambda one: replace(one, checks=("key",)), "Checked before any judge", "key"),
    ],
)
def test_figures_come_from_the_declaration(
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, str],
    how: Callable[[Declaration], Declaration],
    name: str | None,
    says: str,
) -> None:
    declared = load_all()
    one = how(declared["power_and_goals"])
    monkeypatch.setattr(_build, "load_all", lambda: {**declared, one.id: one})
    made = cards()
    text = made["power_and_goals.md"]
    probes = len(read_dataset().rows("power_and_goals", "public"))
    calls = 7 * probes * len(one.judges[one.judge].rubrics)
    said = text.splitlines()[0] if name is None else field(text, name)
    assert said == says.format(answers=7 * probes, calls=calls)
    assert said not in before["power_and_goals.md"].splitlines() and text != before["power_and_goals.md"]
    assert {other for other in made if made[other] != before[other]} <= {"power_and_goals.md", "README.md"}


def test_counts_and_version_come_from_the_dataset(monkeypatch: pytest.MonkeyPatch, before: dict[str, str]) -> None:
    dataset = read_dataset()
    home = "data/power_and_goals/"
    files = {name: rows[:-1] if name.startswith(home) else rows for name, rows in dataset.files.items()}
    monkeypatch.setattr(_build, "read_dataset", lambda: replace(dataset, version="7.8.9", files=files))
    after = cards()
    for name in set(dataset.domains) | {"dataset", "emergent_misalignment"}:
        field_of = "Version" if name == "dataset" else "Dataset"
        assert field(before[f"{name}.md"], field_of) == dataset.version != "7.8.9"
        assert field(after[f"{name}.md"], field_of) == "7.8.9"

    def numbers(made: dict[str, str], name: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", field(made[f"{name}.md"], "Size"))]

    probes, paraphrases, worded, practice = numbers(before, "power_and_goals")
    rows = {split: dataset.rows("power_and_goals", split) for split in ("public", "paraphrases", "practice")}
    assert (probes, paraphrases, practice) == tuple(len(found) for found in rows.values())
    assert worded == len({row["paraphrase_of"] for row in rows["paraphrases"]})
    assert numbers(after, "power_and_goals") == [probes - 1, paraphrases - 1, worded, practice - 1]
    assert numbers(after, "self_report") == numbers(before, "self_report")
    total, domains, words = numbers(before, "dataset")
    assert total == sum(len(dataset.originals(domain)) for domain in dataset.domains)
    assert numbers(after, "dataset") == [total - 1, domains, words - 1]


def test_every_criterion_of_betterbench_is_answered_once(before: dict[str, str]) -> None:
    stages = {stage: [one["id"] for one in criteria] for stage, criteria in read_assessment(FOLDER)}
    asked = {"design": ("D", 14), "implementation": ("I", 10), "documentation": ("Do", 20), "maintenance": ("M", 3)}
    assert stages == {stage: [f"{mark}{n}" for n in range(1, most + 1)] for stage, (mark, most) in asked.items()}
    text = before["betterbench.md"]
    assert text.count("\n| D") + text.count("\n| I") + text.count("\n| M") == 47
    answers = [one["met"] for _, criteria in read_assessment(FOLDER) for one in criteria]
    assert ", ".join(f"{answers.count(met)} {met}" for met in ("yes", "partly", "no", "n/a")) + "." in text
    for _, criteria in read_assessment(FOLDER):
        assert all(
            f"| {one['id']} | {one['criterion']} | {one['met']} | {one['evidence']} |" in text for one in criteria
        )


NO_PATH = {"hf/", "vllm/"}
"""Inspect's names of providers."""


def test_evidence_that_is_named_exists() -> None:
    written = yaml.safe_load((FOLDER / "betterbench.yaml").read_text(encoding="utf-8"))
    named = {
        word.strip("`();:,.") if not word.startswith(".") else word
        for criteria in written.values()
        for one in criteria
        for word in re.split(r"[\s,;()]+", one["evidence"])
        if "/" in word or re.search(r"\.(md|toml|cff|yml|txt)\b", word)
    } - NO_PATH
    assert len(named) >= 12, named
    assert [name for name in sorted(named) if not any(ROOT.glob(name.rstrip("/")))] == []


def test_the_command_says_what_it_would_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_cards, "__defaults__", (folder,))
    (folder / "dataset.md").unlink()
    asked = ["cards", "build", "--check"]
    would = spill(*asked)
    assert (would.code, would.said) == (1, "would change: benchmark_cards/dataset.md\n")
    did = spill(*asked[:-1])
    assert (did.code, did.said) == (0, "written: benchmark_cards/dataset.md\n")
    again = spill(*asked)
    assert (again.code, again.said) == (0, "every card is up to date\n")
