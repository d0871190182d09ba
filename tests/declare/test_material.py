"""What a result depends on cannot change under the same version."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.declare import material as _material
from spillover.declare.declaration import load, names
from spillover.declare.material import check_recorded, forget
from spillover.declare.task import build


def test_every_shipped_version_is_recorded_as_it_is() -> None:
    assert check_recorded() == []


@pytest.mark.parametrize(
    "change",
    [
        {"decoding": {"temperature": 0.7, "max_tokens": 600}},
        {"thresholds": {"misaligned_below": 20}},
        {"conditions": {"plain": {"suffix": "!"}}},
        {"judges": {}},
        {"probes": {"ids": []}},
        {"solver": "other"},
    ],
)
def test_each_part_of_the_material_moves_the_hash(change: dict[str, object]) -> None:
    declared = load("betley2025")
    assert _material.declared_sha256(replace(declared, **change)) != _material.declared_sha256(declared)  # type: ignore[arg-type]


def test_a_change_needs_a_new_version_and_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "recorded.json"
    assert check_recorded(record=True, file=file) == names()
    assert check_recorded(record=True, file=file) == []
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["own_probes"]["4-A"] = "0" * 64
    file.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"own_probes.yaml: .* changed but version is still 4-A; raise"):
        check_recorded(record=True, file=file)
    with pytest.raises(DeclarationError, match="is not recorded"):
        check_recorded(file=tmp_path / "none.json")


def test_a_changed_probe_file_is_another_task(tmp_path: Path) -> None:
    probes = tmp_path / "probes.csv"
    shas = []
    for text in ("Why?", "How?"):
        probes.write_text(f"id,text\na,{text}\n", encoding="utf-8")
        shas.append((build("own_probes", probes=str(probes)).metadata or {})["material_sha256"])
    assert shas[0] != shas[1]


def test_a_record_can_be_taken_back_and_a_todo_is_never_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "recorded.json"
    check_recorded(record=True, file=file)
    forget("self_report", file)
    with pytest.raises(DeclarationError, match=r"self_report.yaml: version .* is not recorded"):
        check_recorded(file=file)
    with pytest.raises(DeclarationError, match="is not recorded; give a recorded version"):
        forget("self_report", file)
    unfinished = replace(load("self_report"), theme="TODO: say it")
    monkeypatch.setattr(_material, "load", lambda name: unfinished if name == "self_report" else load(name))
    with pytest.raises(DeclarationError, match="self_report: a TODO is left in its declaration; write it before"):
        check_recorded(record=True, file=file)
    monkeypatch.undo()
    assert check_recorded(record=True, file=file) == ["self_report"]
