"""`spillover submit` makes a whole folder or none, and says what is missing."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from spillover.records import record
from spillover.submissions.package import read_overlap, read_submission

from .._spill import spill
from .conftest import TUNED, sha256

BASIC = ["--consent", "--no-overlap", "the data are scripted"]


def run(record_file: Path, out: Path, *more: Any, basic: list[str] = BASIC) -> Any:
    arguments = ["--record", record_file, "--out", out, *basic, *more]
    return spill("submit", *arguments)


def test_a_submission_holds_record_logs_and_declarations(ready: Path, honest: Path, tmp_path: Path) -> None:
    found = run(ready / "record.json", tmp_path / "out", "--logs", honest, "--contact", "someone@example.org", "--json")
    assert found.code == 0, found.said
    said = json.loads(found.out)
    folder = Path(said["folder"])
    assert said["verification"] == "logs provided" and said["problems"] == []
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "finetune.yaml", "logs/base.eval", "logs/first.eval", "record.json", "submission.json",
    ]  # fmt: skip
    declared = read_submission(folder)
    assert declared.record.sha256 == sha256(ready / "record.json")
    assert {one.log: one.sha256 for one in declared.logs} == {
        name: sha256(honest / name) for name in ("base.eval", "first.eval")
    }
    assert declared.license.as_plain() == {"id": "CC-BY-4.0", "consent": True}
    assert declared.overlap.as_plain() == {"not_checked": "the data are scripted"}
    assert folder.name.split("_", 1)[0] == json.loads((folder / "record.json").read_text())["created"][:10]
    again = run(ready / "record.json", tmp_path / "out", "--logs", honest)
    assert "this submission exists already" in again.error


def test_logs_may_lie_elsewhere(ready: Path, tmp_path: Path) -> None:
    place = "hf:datasets/org/runs@" + "a" * 40 + "/logs/"
    found = run(ready / "record.json", tmp_path / "out", "--logs-at", place)
    assert found.code == 0 and "self-reported (0 logs" in found.said
    (folder,) = (tmp_path / "out").iterdir()
    assert {one.where for one in read_submission(folder).logs} == {f"{place}first.eval", f"{place}base.eval"}


def test_overlap_is_declared_from_its_report(ready: Path, tmp_path: Path) -> None:
    report = tmp_path / "overlap.json"
    said = {
        "sha256": "c" * 64,
        "rows": 9,
        "rows_hit": 2,
        "canary": 0,
        "by_probe": {"a": {}},
        "method": {"dataset": "1"},
    }
    report.write_text(json.dumps(said), encoding="utf-8")
    counts = {"rows": 9, "rows_hit": 2, "canary": 0, "probes_found": 1, "dataset": "1"}
    assert read_overlap(report) == {"file_sha256": "c" * 64, **counts}
    found = run(ready / "record.json", tmp_path / "out", "--overlap", report, basic=["--consent"])
    assert found.code == 0, found.said
    report.write_text("[]", encoding="utf-8")
    assert "not a report of spillover dataset overlap" in (
        run(ready / "record.json", tmp_path / "other", "--overlap", report, basic=["--consent"]).error
    )


WRONG: dict[str, tuple[list[str], list[str], str]] = {
    "no consent": (
        [],
        ["--no-overlap", "scripted"],
        "--consent is missing; give it to agree that record and logs are published",
    ),
    "no word on overlap": ([], ["--consent"], "give --overlap FILE"),
    "two words on overlap": (["--overlap", "x.json"], BASIC, "give --overlap FILE"),
    "no license": (["--license", "my own"], BASIC, "$.license.id"),
    "place that is a script": (["--logs-at", "javascript:alert(1)"], BASIC, "$.logs[0].where"),
    "place without a commit": (["--logs-at", "hf:org/name@main/logs"], BASIC, "$.logs[0].where"),
    "both": (["--logs-at", "https://example.org/x", "--logs", "{honest}"], BASIC, "are both given; give only one"),
    "logs that are not there": (["--logs", "{empty}"], BASIC, "no Inspect logs"),
    "other logs": (["--logs", "{second}"], BASIC, "no file here has the hash of the record's log"),
    "another fine-tune record": (
        ["--finetune-record", "{tuned}"],
        BASIC,
        "this fine-tune file differs from the one stored in the record",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_one_line_and_leave_nothing(ready: Path, honest: Path, tmp_path: Path, name: str) -> None:
    more, basic, expected = WRONG[name]
    (tmp_path / "empty").mkdir()
    tuned = tmp_path / "finetune.yaml"
    tuned.write_text("base: {model: x}\nmethod: sft\ndata: {description: y}", encoding="utf-8")
    places = {"honest": honest, "empty": tmp_path / "empty", "second": honest / "second.eval", "tuned": tuned}
    found = run(ready / "record.json", tmp_path / "out", *(one.format(**places) for one in more), basic=basic)
    assert expected in found.error and found.err.count("Error: ") == 1
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_a_record_that_lies_makes_no_submission(ready: Path, honest: Path, tmp_path: Path) -> None:
    data = json.loads((ready / "record.json").read_text(encoding="utf-8"))
    data["judge"]["name"] = "another"
    (tmp_path / "record.json").write_text(json.dumps(data), encoding="utf-8")
    found = run(tmp_path / "record.json", tmp_path / "out", "--logs", honest)
    assert "RecordHashHolds" in found.error and list((tmp_path / "out").iterdir()) == []


def test_a_log_that_was_renamed_is_named(honest: Path, ready: Path, tmp_path: Path) -> None:
    shutil.copy(honest / "first.eval", tmp_path / "first (1).eval")
    shutil.copy(honest / "base.eval", tmp_path / "base.eval")
    made = record(tmp_path / "first (1).eval", base=tmp_path / "base.eval", finetune=TUNED)
    (tmp_path / "record.json").write_text(made.text(), encoding="utf-8")
    found = run(tmp_path / "record.json", tmp_path / "out", "--logs", tmp_path)
    assert "first (1).eval: the name has characters other than" in found.error
    (tmp_path / "first (1).eval").rename(tmp_path / "again.eval")
    found = run(ready / "record.json", tmp_path / "out", "--logs", tmp_path)
    assert "first.eval: the file's name is now again.eval; rename the log" in found.error
