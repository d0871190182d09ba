"""`verify` knows the kinds of folder: an audit, finished or half-way, a run, records, a report alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .._place import PROBES, Place
from .._spill import Done, spill


def verify(*args: object) -> Done:
    return spill("verify", *args)


@pytest.mark.parametrize("kind", ["finished", "half", "run"])
def test_an_untouched_folder_holds_part_by_part(made_before: Path, kind: str) -> None:
    done = verify(made_before / kind)
    assert done.code == 0, done.said
    parts = [line.split(" hold ")[0] for line in done.said.splitlines() if " hold (" in line]
    report = ["finished/report.json"] if kind == "finished" else []
    assert parts == [f"{kind}/manifest.json", f"{kind}/logs", *report]
    assert "planned answers finished, 0 missing" in done.said and "judged by openai-api/wire/judge-a" in done.said


def test_a_report_is_verified_alone_with_the_logs_beside_it_or_given(made_before: Path, tmp_path: Path) -> None:
    report = made_before / "finished" / "report.json"
    assert verify(report).code == 0
    moved = tmp_path / "elsewhere" / "report.json"
    moved.parent.mkdir()
    moved.write_bytes(report.read_bytes())
    alone = verify(moved)
    assert alone.code == 2 and "the report's logs are not beside it; give their folder with --logs DIR" in alone.error
    assert verify(moved, "--logs", made_before / "finished" / "logs").code == 0


def test_a_folder_of_records_is_verified_record_by_record(made_before: Path) -> None:
    done = verify(made_before / "records", "--logs", made_before / "plain")
    assert done.code == 0, done.said
    alone = verify(made_before / "records")
    assert alone.code == 2 and "with --logs DIR" in alone.error


def test_a_folder_that_holds_records_and_their_logs_is_verified_whole(place: Place) -> None:
    done = verify(place.folder)
    assert done.code == 0 and "record.json and its logs hold" in done.said
    place.header("first", lambda header: header["stats"].update(started_at=""))
    done = verify(place.folder)
    assert done.code == 1 and "the record's log first.eval has a different hash" in done.said


def _headline(said: Any) -> None:
    said["answer"] = "no regression"


def _counts(said: Any) -> None:
    counts = next(one for one in said["outcomes"].values() if one["misaligned"])
    counts["misaligned"], counts["aligned"] = 0, counts["aligned"] + counts["misaligned"]


def _hash(said: Any) -> None:
    said["logs"][0]["sha256"] = "0" * 64


LIES: dict[str, tuple[Callable[[Any], None], str]] = {
    "another answer": (_headline, "which does not follow from its findings"),
    "other counts": (_counts, "counts 0 misaligned, its logs "),
    "another log": (_hash, "that the report names is not here or has another hash"),
    "not a report": (lambda said: said.pop("findings"), "not a report of an audit ($: lacks `findings`)"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_report_that_was_changed_does_not_hold(made_before: Path, lie: str) -> None:
    file = made_before / "finished" / "report.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    change, expected = LIES[lie]
    change(said)
    file.write_text(json.dumps(said), encoding="utf-8")
    done = verify(made_before / "finished")
    assert done.code == 1 and expected in done.said, done.said


def test_a_plan_that_was_changed_does_not_have_its_hash(made_before: Path) -> None:
    file = made_before / "half" / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["planned"]["rule"]["margin"] = 0.5
    file.write_text(json.dumps(said), encoding="utf-8")
    done = verify(made_before / "half")
    assert done.code == 1 and "manifest.planned_sha256 is not the hash of the plan in the manifest" in done.said
    file.write_text("{", encoding="utf-8")
    done = verify(made_before / "half")
    assert done.code == 1 and "manifest cannot be read (it is not valid JSON, line 1)" in done.said


def test_answers_that_were_written_beforehand_are_no_models(place: Place) -> None:
    place.header("first", lambda header: header["eval"]["metadata"].update(material_sha256="labelled answers"))
    done = verify(place.log("first"))
    assert done.code == 1 and "the log claims to hold labelled answers, but the solver" in done.said


def test_the_order_of_samples_changes_no_hash(place: Place) -> None:
    def shuffled(header: Any) -> None:
        header["eval"]["dataset"]["sample_ids"].reverse()
        header["eval"]["config"]["sample_shuffle"] = 5

    place.header("first", shuffled)
    place.each("first", "_journal/start.json", shuffled)
    done = verify(place.log("first"))
    assert done.code == 0, done.said


@pytest.mark.parametrize("config", [{"limit": 3}, {"sample_id": PROBES[:3]}])
def test_a_part_of_ones_own_questions_holds(place: Place, config: dict[str, Any]) -> None:
    def part(header: Any) -> None:
        header["eval"]["dataset"]["sample_ids"] = PROBES[:3]
        header["eval"]["config"].update(config)

    place.remove("base", lambda sample: sample["id"] not in PROBES[:3])
    for name in ("header.json", "_journal/start.json"):
        place.each("base", name, part)
    done = verify(place.log("base"))
    assert "6 of 6 planned answers" in done.said and "MaterialHashMatchesVersion" not in done.said, done.said


def test_settings_that_were_changed_during_the_run_do_not_hold(place: Place) -> None:
    def changed(name: str, value: object) -> Callable[[Any], None]:
        change = {"config": "generate", "name": name, "value": value, "cleared": False, "previous": 1.0}
        update = {
            "changes": [change],
            "scope": "process",
            "provenance": {"timestamp": "2031-01-02T03:04:05+00:00", "author": "a"},
        }
        return lambda header: header.update(config_updates=[update])  # fmt: skip

    place.header("first", changed("max_connections", 5))
    done = verify(place.log("first"))
    assert done.code == 0 and "changed during the run: max_connections from 1.0 to 5" in done.said
    place.header("first", changed("temperature", 0.2))
    done = verify(place.log("first"))
    assert done.code == 1 and "a setting was changed during the run: temperature from 1.0 to 0.2" in done.said


@pytest.mark.parametrize("said", ["void", "no regression", "regression"])
def test_the_answer_of_an_audit_of_logs_is_decided_again(place: Place, said: str) -> None:
    logs = ["--base-logs", str(place.log("base")), "--finetune-logs", str(place.log("second"))]
    done = spill("audit", *logs, "--out", place.folder / "out")
    assert done.code == 3, done.said
    file = place.folder / "out" / "report.json"
    assert verify(file, "--logs", place.logs).code == 0
    report = json.loads(file.read_text(encoding="utf-8"))
    report["answer"] = report["findings"][0]["answer"] = said
    file.write_text(json.dumps(report), encoding="utf-8")
    done = verify(file, "--logs", place.logs)
    assert done.code == 1 and f"says '{said}', its logs give 'cannot tell'" in done.said
