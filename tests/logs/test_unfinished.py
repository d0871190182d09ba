"""Retried, cancelled, running, invalidated and unscored logs: what counts, what is refused, and what is always said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import (
    EvalLog,
    ProvenanceData,
    invalidate_samples,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)

from spillover.audit import audit_logs
from spillover.common import LogError
from spillover.logs import read
from spillover.records import record
from spillover.results import ingest, results

from .._place import PROBES, Place, _replay, _verdict
from .._spill import Done, spill


def run(*args: object) -> Done:
    return spill(*args)


def _again(place: Place, arm: str, **changes: Any) -> Path:
    """The log of another attempt at a log's run: it began later and has an id of its own."""
    copy = place.logs / "retry.eval"
    log: EvalLog = read_eval_log(str(place.log(arm)))
    log.eval.eval_id, log.eval.created = "another-attempt", "2099-01-01T00:00:00+00:00"
    for name, value in changes.items():
        setattr(log, name, value)
    write_eval_log(log, str(copy))
    return copy


def test_a_failed_log_and_its_retry_count_once(place: Place, tmp_path: Path) -> None:
    _again(place, "base")
    table = read(str(place.logs))
    assert set(table["log"]) == {"retry.eval", "first.eval", "second.eval"}
    assert table.attrs["superseded"] == {"base.eval": "retry.eval"}
    alone = record(place.logs / "retry.eval").data
    both = record([place.log("base"), place.logs / "retry.eval"]).data
    assert both["pooled"] == alone["pooled"] and [one["log"] for one in both["logs"]] == ["retry.eval"]
    shown = run("show", place.logs)
    assert "in two logs" not in run("verify", place.log("base"), place.logs / "retry.eval").said
    assert shown.code == 0 and "base.eval: left out, retry.eval is a newer attempt at the same run" in shown.said
    ingest(str(place.logs), tmp_path / "store")
    assert {one.log for one in results(tmp_path / "store")} == {"retry.eval", "first.eval", "second.eval"}


def test_a_retry_takes_the_place_of_a_log_that_a_store_holds(place: Place, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(str(place.log("base")), store)
    _again(place, "base")
    ingest(str(place.logs / "retry.eval"), store)
    assert [one.log for one in results(store)] == ["retry.eval"]
    assert ingest([str(place.log("base")), str(place.logs / "retry.eval")], store).new == 0


def test_the_same_answers_in_two_runs_are_refused_everywhere(place: Place) -> None:
    log = read_eval_log(str(place.log("base")))
    log.eval.eval_id, log.eval.task_id = "another-run", "another-task"
    write_eval_log(log, str(place.logs / "again.eval"))
    for done in (run("show", place.logs), run("record", place.logs, "--out", place.folder / "records")):
        assert done.code == 2 and "give each answer once" in done.error
    assert not (place.folder / "records").exists()


@pytest.mark.parametrize(("status", "kept"), [("cancelled", 16), ("cancelled", 9), ("error", 9), ("started", 9)])
def test_an_unfinished_run_is_shown_as_such_and_not_recorded(place: Place, status: str, kept: int) -> None:
    samples = (read_eval_log(str(place.log("base"))).samples or [])[:kept]
    log = _again(place, "base", status=status, samples=samples)
    shown = run("show", log)
    assert shown.code == 0, shown.said
    assert f"1 log (status: 1 {status}): {kept} of 16 planned answers finished, {16 - kept} missing" in shown.said
    (said,) = json.loads(run("show", log, "--json").out)["logs"]
    assert (said["status"], said["planned"], said["finished"], said["missing"]) == (status, 16, kept, 16 - kept)
    with pytest.raises(LogError, match=rf"retry\.eval: status {status}, {kept} of 16 planned answers finished"):
        record(log)


def test_a_log_that_is_still_written_is_shown_and_refused_in_one_line(place: Place) -> None:
    def running(parts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return [part for part in parts if part[0] not in ("header.json", "summaries.json", "reductions.json")]

    place.parts("base", running)
    held = len(read_eval_log_sample_summaries(str(place.log("base"))))
    shown = run("show", place.log("base"))
    assert shown.code == 0 and f"(status: 1 started): {held} of 16 planned answers" in shown.said
    for command in (["record", place.log("base"), "--out", place.folder / "r"], ["verify", place.log("base")]):
        done = run(*command)
        assert done.code == 2 and "the run has not ended (status started)" in done.error
        assert "KeyError" not in done.error


def test_invalidated_answers_do_not_count_and_that_is_said(place: Place, tmp_path: Path) -> None:
    log = read_eval_log(str(place.log("base")))
    gone = [one.uuid for one in (log.samples or []) if one.id in ("p0", "p1")]
    log = invalidate_samples(log, [one for one in gone if one], ProvenanceData(author="somebody", reason="a test"))
    write_eval_log(log, str(place.log("base")))
    table = read(str(place.log("base")))
    assert len(table) == 12 and not {"p0", "p1"} & set(table["probe"])
    data = record(place.log("base")).data
    assert data["results"][0]["answers"] == 12 and data["logs"][0]["invalidated"] == 4
    ingest(str(place.log("base")), tmp_path / "store")
    assert [one.answers for one in results(tmp_path / "store")] == [12]
    for done in (run("show", place.log("base")), run("verify", place.log("base"))):
        assert done.code == 0, done.said
        assert "16 of 16 planned answers finished, 4 marked as invalid and not counted" in done.said
    made = run("record", place.log("base"), "--out", tmp_path / "records")
    assert made.code == 0 and "4 marked as invalid and not counted" in made.said


def test_an_audit_of_logs_says_what_is_there_and_what_is_compared(place: Place) -> None:
    one = read_eval_log(str(place.log("base")))
    kept = [sample for sample in (one.samples or []) if sample.epoch == 1]
    log = _again(place, "base", status="cancelled", samples=kept)
    found = audit_logs([str(log)], [str(place.log("second"))])
    assert found.answer != "void", found.findings
    assert "replay/base: 1 log (status: 1 cancelled): 8 of 16 planned answers finished, 8 missing" in found.about
    assert any(
        "has 8 answers and replay/second 16 to the same 8 questions; all of them are" in one for one in found.about
    )


def test_arms_in_which_questions_weigh_differently_are_cut_to_what_both_have(place: Place) -> None:
    one = read_eval_log(str(place.log("base")))
    kept = [sample for sample in (one.samples or []) if sample.epoch == 1 or sample.id == "p0"]
    log = _again(place, "base", samples=kept)
    found = audit_logs([str(log)], [str(place.log("second"))])
    assert found.findings[0].answer != "void", found.findings
    assert sum(found.outcomes["replay/base"].values()) == sum(found.outcomes["replay/second"].values()) == 9
    assert any(
        "compared are 9 of each, picked by a hash, as many of each question in both" in one for one in found.about
    )


def test_arms_that_answer_other_questions_are_void_with_the_way_out(place: Place) -> None:
    place.remove("base", lambda sample: sample["id"] == "p3")
    found = audit_logs([str(place.log("base"))], [str(place.log("second"))])
    assert found.answer == "void"
    assert any("1 of 8 questions were put to one model only (first: p3" in one for one in found.findings[0].because)


def test_no_score_then_score(tmp_path: Path) -> None:
    probes = tmp_path / "probes.jsonl"
    probes.write_text("\n".join(json.dumps({"id": one, "text": f"What of {one}?"}) for one in PROBES), encoding="utf-8")
    cells = [{"probe": one, "epoch": 1} for one in PROBES]
    answers = [{**cell, "answer": f"This of {cell['probe']}."} for cell in cells]
    judged = [{**cell, **_verdict("base", str(cell["probe"]))} for cell in cells]
    (log,) = inspect_eval(
        "spillover/own_probes",
        model=_replay(tmp_path, "base", answers),
        model_roles={"grader": _replay(tmp_path, "judge", judged)},
        task_args={"probes": str(probes)},
        epochs=1,
        score=False,
        log_dir=str(tmp_path / "logs"),
        display="none",
        log_realtime=False,
    )
    shown = run("show", log.location)
    assert shown.code == 0 and "8 x no verdict: the log was not scored" in shown.said
    inspect = Path(sys.executable).with_name("inspect")
    done = subprocess.run(
        [inspect, "score", log.location, "--overwrite", "--display", "none"],
        env={**os.environ, "INSPECT_DISPLAY": "none"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    table = read(log.location)
    assert list(table["outcome"]).count("aligned") == 7 and list(table["outcome"]).count("refusal") == 1
    assert run("verify", log.location).code == 0
