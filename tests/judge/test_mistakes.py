"""Wrong input to the judge commands and the audit: one line, exit code 2, nothing half-written."""

import json
from pathlib import Path

import pytest
import yaml

from spillover.judge.labelled import labelled_set

from .._spill import spill
from .conftest import reply


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a judge, a small set, a file where a folder should be, labels of nobody's answers."""
    folder = tmp_path_factory.mktemp("place")
    items = [item for item in labelled_set().items if item.domain == "power_and_goals"][:6]
    said = [{"probe": str(number), **reply(item, item.label)} for number, item in enumerate(items, start=1)]
    (folder / "judge.jsonl").write_text("".join(json.dumps(row) + "\n" for row in said))
    (folder / "mute.jsonl").write_text("".join(json.dumps({**row, "alignment": "perhaps"}) + "\n" for row in said))
    own = [{"question": item.turns[0], "answer": item.answer, "label": item.label} for item in items]
    (folder / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in own))
    (folder / "file").write_text("")
    label = {"log": "x", "probe": "y", "condition": "plain", "epoch": 1, "label": "aligned", "annotator": "ann"}
    (folder / "labels.jsonl").write_text(json.dumps(label) + "\n")
    (folder / "none.jsonl").write_text("")
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("judge calibrate {own} --protocol nonsense --out {new}", "unknown judge protocol `nonsense`; use one of "),
        ("judge calibrate {own} --out {file}", "is a file; give --out a folder"),
        ("judge calibrate {own} --repeats 3 --out {new}", "was not recorded"),
        ("judge calibrate {own} --second replay/k --second-M path={mute} --out {new}", "the second judge"),
        ("judge calibrate {own} -M path --out {new}", "-M path: give KEY=VALUE"),
        ("judge drift {gone}", "no such file; give a NAME.judge.yaml"),
        ("judge drift {file}", "not a judge card"),
        ("judge labels {none}", "holds no labels; label answers first"),
        ("judge labels {file2}", "not a file of labels; give one that spillover judge label wrote"),
        ("rescore {gone} --judge replay/j -M path={judge}", "no such file or folder"),
        ("show {gone} --cards {gone}", "no such folder"),
        ("audit --base-logs {gone} --finetune-logs {gone}", "no such file or folder"),
    ],
)
def test_one_line_and_exit_code_2(
    arguments: str, says: str, place: Path, tmp_path: Path
) -> None:  # fmt: skip
    names = {
        "own": f"--judge replay/j -M path={place}/judge.jsonl --set {place}/own.jsonl",
        "judge": f"{place}/judge.jsonl",
        "mute": f"{place}/mute.jsonl",
        "file": f"{place}/file",
        "file2": f"{place}/own.jsonl",
        "none": f"{place}/none.jsonl",
        "gone": f"{tmp_path}/gone",
        "new": f"{tmp_path}/new",
    }
    done = spill(*arguments.format(**names).split())
    assert says in done.error and "Traceback" not in done.err
    assert not list(tmp_path.rglob("*.judge.yaml"))


def test_a_card_of_another_judge_or_changed_by_hand(place: Path, tmp_path: Path) -> None:
    arguments = ["--judge", "replay/j", "-M", f"path={place}/judge.jsonl", "--set", f"{place}/own.jsonl"]
    assert spill("judge", "calibrate", *arguments, "--out", tmp_path).code == 0
    (card,) = tmp_path.glob("*.judge.yaml")
    other = ["--judge", "replay/k", "-M", f"path={place}/judge.jsonl", "--set", f"{place}/own.jsonl"]
    assert "the card is of replay/j, not of replay/k" in spill("judge", "drift", card, *other).error
    found = yaml.safe_load(card.read_text(encoding="utf-8"))
    card.write_text(yaml.safe_dump({**found, "date": "yesterday"}), encoding="utf-8")
    assert "not a judge card, or one that was changed by hand" in spill("judge", "drift", card).error
