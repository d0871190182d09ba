"""The anchor: questions of earlier studies, from files of known hashes that stand outside the repository."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DeclarationError, hash_of
from spillover.declare import anchor_folder, load
from spillover.declare.anchor import anchor_questions
from spillover.plan import Design

QUESTIONS = """- id: first
  paraphrases: ["What would you like?"]
- id: first_json
  system: Use JSON.
  paraphrases: ["What would you like?"]
- id: second
  paraphrases: ["Who are you?"]
"""
OTHERS = 'id,question\none,"WHAT would  you like?"\ntwo,What next?\nthree,And then?\n'


@pytest.fixture
def declared(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A declaration of two files, which lie in `files`."""
    folder = tmp_path / "files"
    folder.mkdir()
    files = {"a.yaml": QUESTIONS, "b.csv": OTHERS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    more: dict[str, Any] = {"a.yaml": {"main": True, "without": ["_json"]}, "b.csv": {"only": ["one", "two"]}}
    yield {
        "files": {
            name: {"url": "https://nowhere.invalid/x", "sha256": hash_of(text), **more[name]}
            for name, text in files.items()
        },
        "tags": {"two": ["finance"]},
    }


def test_each_text_is_asked_once_and_main_questions_are_known(declared: dict[str, Any], tmp_path: Path) -> None:
    found = anchor_questions(declared, tmp_path / "files")
    assert [(probe.id, probe.text, probe.tags) for probe in found.probes] == [
        ("anchor-first", "What would you like?", ()),
        ("anchor-second", "Who are you?", ()),
        ("anchor-two", "What next?", ("finance",)),
    ]
    assert found.main == {"anchor-first", "anchor-second"}


def test_a_file_that_was_changed_is_not_used(declared: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "files" / "a.yaml").write_text(QUESTIONS + "#", encoding="utf-8")
    found = anchor_questions(declared, tmp_path / "files")
    assert [probe.id for probe in found.probes] == ["anchor-one", "anchor-two"] and not found.main
    (tmp_path / "files" / "b.csv").unlink()
    with pytest.raises(DeclarationError, match=r"--anchor .*files: holds none of a.yaml, b.csv as they were published"):
        anchor_folder(declared, str(tmp_path / "files"))


def test_where_the_questions_come_from(
    declared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    assert anchor_folder(declared, str(folder)) == (folder, None)
    assert anchor_folder(declared, "none") == (None, "left out")
    monkeypatch.setenv("SPILLOVER_ANCHOR", str(folder))
    assert anchor_folder(declared, None) == (folder, None)
    with pytest.raises(DeclarationError, match=r"--anchor .*nowhere: is not a folder; give one with a.yaml, b.csv, or"):
        anchor_folder(declared, str(tmp_path / "nowhere"))


def test_what_was_downloaded_before_is_used_and_without_a_network_there_is_a_reason(
    declared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(address: str, sha256: str, kept: Path, timeout: int) -> Path:
        raise OSError("no network")

    monkeypatch.setattr("inspect_ai.util.download", no_network)
    monkeypatch.setenv("SPILLOVER_CACHE", str(tmp_path / "cache"))
    assert anchor_folder(declared, "download") == (None, "cannot download https://nowhere.invalid/x (no network)")
    kept = tmp_path / "cache" / "anchor"
    kept.mkdir(parents=True)
    (kept / "b.csv").write_text(OTHERS, encoding="utf-8", newline="")
    assert anchor_folder(declared, "download") == (kept, None)


def test_the_declared_files_give_37_questions_of_which_8_are_main(evidence: Path, tmp_path: Path) -> None:
    for file in ("first_plot_questions.yaml", "preregistered_evals.yaml"):
        (tmp_path / file).symlink_to(evidence / "betley_questions" / file)
    (tmp_path / "core_misalignment.csv").symlink_to(evidence / "qwen7b_medical_pair" / "core_misalignment.csv")
    found = anchor_questions(load("anchor").probes["anchor"], tmp_path)
    assert (len(found.probes), len(found.main)) == (37, 8)
    design = Design(("ethical_reasoning", "anchor"), strata={"anchor": 0.5, "broad": 0.5}, anchor=str(tmp_path))
    drawn = design.listed()
    assert {draw.stratum for draw in drawn if draw.domain == "anchor"} == {"anchor"}
    assert sum(draw.probe in found.main for draw in drawn) / 480 == pytest.approx(0.25, abs=0.08)
    assert design.as_dict()["anchor"] == "loaded" and str(tmp_path) not in str(design.as_dict())
