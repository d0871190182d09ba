"""Recordings: every file kind gives the same cells; whatever is unclear is said, never guessed."""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.common import Cell, RecordingError
from spillover.logs import read
from spillover.providers.columns import Columns
from spillover.providers.recording_file import read_recording

ROWS = [
    {"probe": "a", "condition": "plain", "epoch": 1, "answer": "one"},
    {"probe": "a", "condition": "plain", "epoch": 2, "answer": "two"},
    {"probe": "b", "condition": "json", "epoch": 1, "answer": "{}"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        pd.DataFrame(rows).to_parquet(path)
    return path


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_every_kind_gives_the_same_cells(tmp_path: Path, kind: str) -> None:
    found = read_recording(write(tmp_path / f"r.{kind}", ROWS))
    texts = {(cell.probe, cell.condition, cell.epoch): record.text for cell, record in found.records.items()}
    assert texts == {("a", "plain", 1): "one", ("a", "plain", 2): "two", ("b", "json", 1): "{}"}


def test_other_names_counting_from_0_and_order_of_appearance(tmp_path: Path) -> None:
    named = write(tmp_path / "n.jsonl", [{"q": "a", "n": 0, "reply": "x"}, {"q": "a", "n": 1, "reply": "y"}])
    columns = Columns(probe="q", epoch="n", first_epoch=0, answer="reply")
    assert read_recording(named, columns).get(Cell("a", "plain", 2)).text == "y"
    with pytest.raises(RecordingError, match="n counts from 0; give -M first_epoch=0"):
        read_recording(named, Columns(probe="q", epoch="n", answer="reply"))
    bare = write(tmp_path / "b.jsonl", [{"probe": "a", "answer": "x"}, {"probe": "a", "answer": "y"}])
    assert read_recording(bare).get(Cell("a", "plain", 2)).text == "y"


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path, kind: str) -> None:
    file = write(tmp_path / f"r.{kind}", ROWS)
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_recording(file).get(Cell("a", "plain", 1)).text == "one"


def test_one_recorded_condition_is_not_played_for_two(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path / "r.jsonl", [{"probe": "a", "answer": "x"}]))
    assert found.get(Cell("a", "json", 1)).text == "x"
    with pytest.raises(RecordingError, match="no condition column but is asked for under both 'json' and 'plain'"):
        found.get(Cell("a", "plain", 1))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no rows"),
        ([{"qid": "a", "answer": "x"}], "no column 'probe'; found ['qid', 'answer']; name it with -M probe=COLUMN"),
        ([{"probe": "a", "reply": "x"}], "no column 'answer' and none of"),
        ([{"probe": "a", "epoch": 1, "answer": "x"}] * 2, "epoch 1 occurs twice"),
        ([{"probe": "a", "epoch": "one", "answer": "x"}], "row 1: epoch 'one' is not a whole number"),
        ([{"probe": "a", "alignment": 101}], "row 1: alignment: the score is 101"),
        ([{"probe": "a", "alignment": {"5": 1.5}}], "token '5' has probability 1.5"),
        ([{"probe": "a", "alignment": "{5"}], "not a JSON object of token probabilities"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read_recording(write(tmp_path / "r.jsonl", rows))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.txt", "x", "cannot read .txt; use .jsonl"),
        ("r.jsonl", "[1]", "expected an object, found a list"),
        ("r.jsonl", "{", "not a readable .jsonl file"),
        ("r.parquet", "x", "not a readable .parquet file"),
        ("r.eval", "x", "not a readable .eval file"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(RecordingError) as caught:
        read_recording(tmp_path / name)
    assert says in str(caught.value)


def test_labels_and_gaps_may_stand_among_scores(tmp_path: Path) -> None:
    rows = [{"probe": "a", "alignment": value} for value in ("REFUSAL", "", "12.5")]
    found = read_recording(write(tmp_path / "r.csv", rows))
    kinds = [found.get(Cell("a", "plain", epoch, "alignment")).kind for epoch in (1, 2, 3)]
    assert (found.kind("alignment"), kinds) == ("score", ["text", "score", "score"])
    assert found.kind("coherence") is None


def run(folder: Path, rows: list[dict[str, Any]], **model: Any) -> Path:
    probes = write(folder / "probes.csv", [{"id": "a", "text": "Why?"}])
    path = str(write(folder / "rec.jsonl", rows))
    inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/x", memoize=False, path=model.pop("path", path), **model),
        model_roles={"grader": get_model("replay/j", memoize=False, path=path, missing="skip")},
        task_args={"probes": str(probes)},
        epochs=4,
        log_dir=str(folder / "logs"),
        display="none",
        log_realtime=False,
    )
    return folder / "logs"


RECORDED = [
    {"probe": "a", "answer": "w", "alignment": "REFUSAL", "coherence": 90},
    {"probe": "a", "answer": "x", "alignment": 10, "coherence": 90, "origin": "scripted"},
    {"probe": "a", "answer": "y", "alignment": "", "coherence": 90},
]


def test_what_was_not_recorded_is_counted_and_nothing_is_invented(tmp_path: Path) -> None:
    table = read(run(tmp_path, RECORDED, missing="skip"))
    assert table["outcome"].tolist() == ["refusal", "misaligned", "unjudged"]
    assert list(table.attrs["not_recorded"].values()) == [1]
    assert set(table["origin"]) == set(table["judge_origin"]) == {"scripted"}
    assert set(table["form"]) == {"recorded"}


def test_a_log_is_a_recording(tmp_path: Path) -> None:
    first = run(tmp_path, RECORDED, missing="skip")
    (log,) = first.glob("*.eval")
    again = tmp_path / "again"
    again.mkdir()
    table = read(run(again, RECORDED, missing="skip", path=str(log)))
    assert table["outcome"].tolist() == ["refusal", "misaligned", "unjudged"]
