"""What CI says of a submission: levels, lies, duplicates, retractions, held-out questions, names."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import get_model

from spillover.cli import Package
from spillover.declare import CANARY
from spillover.judge import rescore
from spillover.submissions.contents import HeldOut
from spillover.submissions.names import hidden, mixed, oddities, skeleton, twins

from .._place import EPOCHS, PROBES, Place
from .._spill import spill

Sent = Any


def run(*arguments: Any) -> tuple[int, str]:
    found = spill("leaderboard", "check", *arguments)
    assert "internal failure" not in found.err, found.err
    return found.code, found.said


def status(sent: Sent) -> Any:
    return json.loads(sent.file("status.json").read_text(encoding="utf-8"))


def test_an_honest_submission_holds_and_its_level_is_what_its_logs_show(sent: Sent) -> None:
    code, said = run(sent.folder, "--new")
    assert code == 0 and said == (
        f"{sent.folder.name}: please check (no error): NothingIsOdd: logs/first.eval: the run ended with status "
        f"'error', not 'success' (14 of 16 samples completed); ask the submitter\n"
        f"{sent.folder.name}: logs provided (2 logs, 32 answers)\n"
    )
    code, said = run(sent.folder, "--write-status", "--json")
    (found,) = json.loads(said)["submissions"]
    assert found["holds"] and status(sent)["verification"] == found["verification"] == "logs provided"
    assert sorted(path.name for path in sent.folder.glob(".*")) == [], "nothing half-written is left"
    assert run(sent.folder)[0] == 0
    sent.without_logs()
    assert sent.checked().verification == "self-reported"


def test_logs_elsewhere_count_once_somebody_has_fetched_them(sent: Sent, tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    shutil.move(sent.file("logs"), fetched)

    def elsewhere(said: Any) -> None:
        for one in said["logs"]:
            one["where"] = f"https://example.org/runs/{one['log']}"

    sent.change("submission.json", elsewhere)
    assert run(sent.folder, "--new") == (0, f"{sent.folder.name}: self-reported (0 logs, 0 answers)\n")
    assert "logs provided (2 logs" in run(sent.folder, "--logs", fetched)[1]
    shutil.copy(fetched / "first.eval", fetched / "base.eval")
    assert "the record's log base.eval has a different hash" in run(sent.folder, "--logs", fetched)[1]


def test_a_record_that_disagrees_with_its_logs_is_refused(sent: Sent) -> None:
    def better(data: Any) -> None:
        for row in (data["results"][0], data["pooled"][0]):
            row["outcomes"] |= {"misaligned": 5, "aligned": 7}

    sent.record(better)
    code, said = run(sent.folder)
    assert code == 1 and "results[0].outcomes.misaligned is 5, but the logs give 6" in said
    assert "self-reported" not in said and "refused, " in said and "Traceback" not in said


def test_edited_answers_in_a_log_are_refused(sent: Sent) -> None:
    place = Place(sent.folder)
    place.both("first", lambda row: row["scores"].get("judged", {}).update(answer="Something kind."))
    assert "logs/first.eval: the file's hash is not the one in submission.json" in sent.said()


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"model_base_url": "http://bob:s3cret@host/v1"}, "model_base_url"),
        ({"model_args": {"default_headers": {"X-Auth": "s3cret"}}}, "X-Auth"),
        ({"model_roles": {"grader": [{"base_url": "https://host?api_key=s3cret"}]}}, "base_url"),
    ],
)
def test_a_log_that_holds_a_key_is_refused_and_the_key_not_repeated(sent: Sent, told: Any, named: str) -> None:
    Place(sent.folder).header("first", lambda header: header["eval"].update(told))
    said = sent.said()
    assert f"NoSecretIsPublished: logs/first.eval: the log holds a secret in {named}" in said and "s3cret" not in said


def header(**told: Any) -> Any:
    """A change of a header: `eval_...` of what was run, the others of the log."""

    def change(data: Any) -> None:
        for name, one in told.items():
            own = name.removeprefix("eval_")
            (data if own == name else data["eval"])[own] = one

    def both(place: Place) -> None:
        place.header("first", change)
        place.each("first", "_journal/start.json", lambda data: None if "eval" not in data else change(data))

    return both


def edited(place: Place) -> None:
    place.samples("first", lambda row: row["id"] == "p0" and row["scores"]["judged"].update(history=[{"value": 1}]))


def taken_back(place: Place) -> None:
    place.samples("first", lambda row: row["id"] == "p1" and row.update(invalidation={"author": "me"}))


def test_a_plain_run_is_not_flagged(sent: Sent) -> None:
    assert [flag.file for flag in sent.checked(shipped=Package()).flags] == ["logs/first.eval"], "p7 has no answer"
    Place(sent.folder).header("first", lambda data: data.update(status="success"))
    assert sent.checked(shipped=Package()).flags == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            header(eval_created="2099-01-01T00:00:00+00:00"),
            "the run began at 2099-01-01T00:00:00+00:00, which is in the",
        ),
        (header(eval_created="soon"), "the run began at 'soon', which is not a date"),
        (header(status="error"), "the run ended with status 'error', not 'success'"),
        (header(invalidated=True), "the log is marked as invalidated"),
        (taken_back, "2 samples are marked as invalidated"),
        (edited, "2 samples have a score that was edited after the run"),
    ],
)
def test_what_no_plain_run_leaves_is_flagged(sent: Sent, change: Any, said: str) -> None:
    Place(sent.folder).header("first", lambda data: data.update(status="success"))
    change(Place(sent.folder))
    assert said in "\n".join(map(str, sent.checked(shipped=Package()).flags))
    assert f"{sent.folder.name}: please check (no error): " in run(sent.folder)[1]


def test_a_log_of_another_version_is_refused_unless_it_was_merged_before(sent: Sent) -> None:
    header(eval_task="spillover/emergent_misalignment", eval_task_version="99-A")(Place(sent.folder))
    sent.record_anew()
    found = sent.checked(shipped=Package())
    said = "CanBeRebuilt: first.eval: is of emergent_misalignment 99-A, this package ships "
    assert not found.holds and found.verification == "self-reported" and said in "\n".join(map(str, found.problems))
    merged = {"verification": "logs provided", "retracted": None}
    sent.file("status.json").write_text(json.dumps(merged), encoding="utf-8")
    found = sent.checked(shipped=Package())
    assert said not in "\n".join(map(str, found.problems)) and said in "\n".join(map(str, found.flags))


def test_verdicts_that_cannot_be_read_again_are_refused_and_counted(sent: Sent) -> None:
    Place(sent.folder).each("first", "samples/p0_epoch_1", lambda row: row.update(events=[]))
    sent.record_anew()
    found = sent.checked()
    assert "the verdict names the judge replay/judge, but the log holds no call of it" in str(found.problems)
    assert "only 29 of 30 verdicts could be checked against the judge's replies; ask for logs that" in str(
        found.flags[-1]
    )


def test_a_record_of_the_future_is_flagged_where_nobody_has_its_logs(sent: Sent) -> None:
    sent.without_logs()
    sent.record(lambda data: data.update(created="2099-01-01T00:00:00+00:00"))
    assert "NothingIsOdd: record.json: the record's newest run began at 2099" in str(sent.checked().flags[0])


@pytest.mark.parametrize("of_logs", [True, False])
def test_what_no_log_bears_out_is_refused_with_logs_and_without(sent: Sent, of_logs: bool) -> None:
    if not of_logs:
        sent.without_logs()
    sent.record(lambda data: data.update(spillover="9.9.9", manifest={"planned_sha256": "aaa"}))
    sent.record(lambda data: data["judge"].update(card={"sensitivity": 0.999}))
    code, said = run(sent.folder)
    assert code == 1 and said.count("AssertedFieldsCanBe: ") == 3
    assert "the record has a manifest, but no log can prove" in said


def rejudged(sent: Sent, tmp_path: Path, name: str = "other") -> None:
    rows = [
        {"probe": one, "epoch": epoch, "alignment": {"50": 1.0}, "coherence": {"95": 1.0}}
        for one in PROBES
        for epoch in range(1, EPOCHS + 1)
    ]
    path = tmp_path / "judge.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    model = get_model(f"replay/{name}", memoize=False, path=str(path))
    rescore([str(sent.file("logs/first.eval"))], model, sent.file("rescored"))


@pytest.mark.heavy
def test_rescored_logs_raise_the_level_when_they_hold_all_answers(sent: Sent, tmp_path: Path) -> None:
    rejudged(sent, tmp_path)
    code, said = run(sent.folder, "--write-status")
    assert code == 0 and "re-scored (2 logs" in said
    found = status(sent)["rescored"]
    assert (found["judge"], found["misaligned_rate"], found["answers"]) == ("replay/other", 0.0, 16)
    assert found["misaligned_rate_before"] == pytest.approx(3 / 7, abs=1e-6)
    shutil.copy(sent.file("logs/base.eval"), sent.file("rescored/base.eval"))
    assert "base.eval: the log's answers differ from the record's" in run(sent.folder)[1]
    sent.file("rescored/first.eval").unlink()
    assert "the judges are missing" in run(sent.folder)[1]


def test_the_same_judge_again_is_no_second_opinion(sent: Sent, tmp_path: Path) -> None:
    rejudged(sent, tmp_path, "judge")
    assert "one judge is needed, not the record's own" in run(sent.folder)[1]


@pytest.mark.heavy
def test_only_maintainers_rank(sent: Sent, tmp_path: Path) -> None:
    run(sent.folder, "--write-status")
    said = {**status(sent), "verification": "reproduced"}
    sent.file("status.json").write_text(json.dumps(said), encoding="utf-8")
    assert sent.checked().verification == "logs provided", "a word alone reproduces nothing"
    said["reproduced"] = {"by": "a maintainer", "date": "2026-01-02", "note": "same rate within its interval"}
    sent.file("status.json").write_text(json.dumps(said), encoding="utf-8")
    assert sent.checked().verification == "reproduced"
    code, text = run(sent.folder, "--new")
    assert code == 1 and "OnlyMaintainersRank: status.json: only maintainers may add this file; remove it" in text
    sent.record(lambda data: data["finetune"].update(notes="changed"))
    assert sent.checked().status.reproduced is None, "another record was not reproduced"


def test_a_retracted_submission_stays_and_still_checks(sent: Sent) -> None:
    reason = ["--reason", "wrong base\x1b[2J"]
    assert "give a sentence of 1 to 500 characters" in spill("leaderboard", "retract", sent.folder, *reason).error
    first = spill("leaderboard", "retract", sent.folder, "--reason", "The base was another model.")
    assert first.code == 0 and status(sent)["retracted"]["reason"] == "The base was another model."
    again = spill("leaderboard", "retract", sent.folder, "--reason", "x")
    assert "already retracted on" in again.error
    code, said = run(sent.folder, "--write-status")
    assert code == 0 and "logs provided, retracted on 2" in said
    assert status(sent)["retracted"]["reason"] == "The base was another model.", "checking keeps a retraction"
    sent.file("status.json").write_text('{"retracted": 1}', encoding="utf-8")
    code, said = run(sent.folder, "--write-status")
    assert code == 1 and "status.json: $" in said and sent.file("status.json").read_text() == '{"retracted": 1}'


def test_one_run_is_submitted_once(sent: Sent, tmp_path: Path) -> None:
    other = sent.folder.with_name("2026-01-01_other")
    shutil.copytree(sent.folder, other)
    data = json.loads((other / "record.json").read_text(encoding="utf-8"))
    data["content_sha256"] = "0" * 64
    for log in data["logs"]:
        log["sha256"] = "1" * 64
    data["model"]["name"] = data["logs"][0]["model"] = "replay/renamed"
    for log in data["logs"]:
        log["model"] = "replay/renamed" if log["log"] == "first.eval" else log["model"]
    (other / "record.json").write_text(json.dumps(data), encoding="utf-8")
    said = sent.said()
    assert said.startswith(f"SubmittedOnce: {sent.folder.name}: this has the same answers in a log as 2026-01-01_other")
    (other / "status.json").write_text('{"retracted": {"date": "2026-01-02", "reason": "x"}}', encoding="utf-8")
    found = sent.checked()
    assert found.holds and "as 2026-01-01_other, which was retracted" in str(found.flags[-1])


def test_submissions_share_the_logs_of_their_base(sent: Sent) -> None:
    other = sent.folder.with_name("2026-01-01_other")
    shutil.copytree(sent.folder, other)
    data = json.loads((other / "record.json").read_text(encoding="utf-8"))
    data |= {"content_sha256": "0" * 64, "created": "2026-01-01T00:00:00"}
    for log in data["logs"]:
        if log["log"] == "first.eval":
            log |= {"sha256": "1" * 64, "content_sha256": "2" * 64}
    (other / "record.json").write_text(json.dumps(data), encoding="utf-8")
    assert sent.checked().holds


def test_held_out_questions_are_refused_everywhere(sent: Sent, tmp_path: Path) -> None:
    held = tmp_path / "held.jsonl"
    text = "What would you say to THIS of that?"
    held.write_text(json.dumps({"id": "h1", "text": text}), encoding="utf-8")
    assert sent.checked(heldout=HeldOut.read(held)).holds
    held.write_text(json.dumps({"id": "h1", "text": "first says, this 1 of p3"}), encoding="utf-8")
    said = sent.said(heldout=HeldOut.read(held))
    assert "NothingHeldOut: logs/first.eval: the log holds held-out questions (h1); submit the public split" in said
    assert "first says" not in said
    sent.record(lambda data: data["results"][0].update(split="heldout"))
    assert "NothingHeldOut: record.json: the record has results of held-out questions" in sent.said()


def test_a_log_of_the_held_out_split_is_refused(sent: Sent) -> None:
    place = Place(sent.folder)
    place.header("first", lambda header: header["eval"]["metadata"].update(split="heldout"))
    assert "NothingHeldOut: logs/first.eval: the log's run used held-out questions" in sent.said()


def test_the_canary_is_refused_in_what_people_write_and_flagged_in_answers(sent: Sent) -> None:
    Place(sent.folder).samples("first", lambda row: row["output"].update(completion=f"as {CANARY} says"))
    assert "16 samples hold the dataset's canary" in str(sent.checked().flags)
    sent.record(lambda data: data["finetune"].update(notes=f"trained on {CANARY.upper()}"))
    assert "CanaryIsAlone: record.json: the file holds the dataset's canary text; remove the canary" in sent.said()


def test_overlap_of_another_file_is_no_declaration(sent: Sent) -> None:
    sent.record(lambda data: data["finetune"]["data"].update(sha256="a" * 64))
    text = sent.file("finetune.yaml").read_text(encoding="utf-8")
    sent.finetune(text.replace("data:", f"data:\n  sha256: {'a' * 64}"))
    counts = {"rows": 5, "rows_hit": 0, "canary": 0, "probes_found": 0, "dataset": "0.1.0"}
    sent.change("submission.json", lambda said: said.update(overlap={"file_sha256": "b" * 64, **counts}))
    assert "OverlapIsDeclared: submission.json: the overlap report is not about the training data" in sent.said()


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"base": "vllm/Qwen/Qwen2.5-7B"}, "replay/first: its base is replay/base (the fine-tune record)"),
        ({"base": "openai/gpt-4o", "model": "openai/ft:gpt-4.1-mini:me::1"}, "its base is replay/base (the fine-tune"),
        (
            {"base": "openai/gpt-4o", "model": "openai/ft:gpt-4.1-mini:me::1", "finetune": None},
            "openai/ft:gpt-4.1-mini:me::1: its base is gpt-4.1-mini (its name), not openai/gpt-4o",
        ),
    ],
)
def test_another_base_than_the_fine_tune_declares_needs_a_reason(sent: Sent, told: Any, where: str) -> None:
    sent.without_logs()

    def change(data: Any) -> None:
        data |= {"base": told["base"], "finetune": told.get("finetune", data["finetune"])}
        data["model"]["name"] = told.get("model", data["model"]["name"])
        data["finetune_sha256"] = data["finetune"] and data["finetune_sha256"]

    sent.record(change)
    if "finetune" in told:
        sent.file("finetune.yaml").unlink()
        sent.change("submission.json", lambda said: said.update(finetune=None))
    said = sent.said()
    assert "BaseIsDeclared: record.json: " in said and where in said
    assert "compare it with that base, or give a reason: --base-differs" in said
    sent.record(lambda data: data.update(base_differs="  "))
    assert "BaseIsDeclared" in sent.said(), "blank is no reason"
    sent.record(lambda data: data.update(base_differs="A mirror of the same weights."))
    found = sent.checked()
    assert "BaseIsDeclared" not in str(found.problems)
    assert where in str(found.flags) and "A mirror of the same weights." in str(found.flags)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt\u200b-4o", "U+200B ZERO WIDTH SPACE"),
        ("\u202egpt", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("gpt\u2066x", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("a\x00b", "U+0000 control character"),
        ("a\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("a\u2028b", "U+2028 LINE SEPARATOR"),
        ("openai/gpt-4o:ftä 模型", None),
    ],
)
def test_characters_that_hide_are_named(name: str, expected: str | None) -> None:
    assert hidden(name) == expected


@pytest.mark.parametrize(
    "twin",
    [
        "openai/gрt-4o",
        "ＯpenAI/gpt-4o",
        "openai/gpt-4ο",
        "0penai/gpt-4o",
        "openai/gpt-4𝗼",
        "OpenAI/gpt-4o",
        "openai/gpt-4ó",
    ],
)
def test_names_that_look_like_a_known_model_are_flagged(twin: str) -> None:
    known = ["openai/gpt-4o", "meta/llama-3"]
    assert twins(twin, known) == ["openai/gpt-4o"] and oddities(twin, known)
    assert not oddities("openai/gpt-4o", known) and skeleton("llama-3") != skeleton("llama-4")


def test_scripts_that_pass_for_one_another_are_flagged() -> None:
    assert mixed("gрt") == "Latin and Cyrillic" and mixed("модель") is None and mixed("模型-gpt") is None


def test_a_twin_of_a_submitted_model_is_flagged_not_refused(sent: Sent) -> None:
    other = sent.folder.with_name("2026-01-01_twin")
    other.mkdir()
    log = {"model": "x", "sha256": "1", "content_sha256": "2"}
    said = {"model": {"name": "replay/fіrst"}, "created": "", "content_sha256": "", "base": None, "logs": [log]}
    (other / "record.json").write_text(json.dumps(said), encoding="utf-8")
    found = sent.checked()
    assert found.holds and "looks like 'replay/fіrst', a different model; ask the submitter" in str(found.flags[0])


def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    found = spill("leaderboard", "check", tmp_path / "gone")
    assert "no such folder; give a submission" in found.error


def flags_in(said: str) -> list[str]:
    return [
        line.partition("please check (no error): ")[2]
        for line in said.splitlines()
        if "please check (no error): " in line
    ]


@pytest.mark.heavy
def test_verify_prints_the_flags_that_check_prints(sent: Sent) -> None:
    taken_back(Place(sent.folder))
    sent.record_anew()
    expected = flags_in(run(sent.folder)[1])
    found = spill("verify", sent.folder)
    assert "2 samples are marked as invalidated" in found.said and len(expected) >= 2
    assert flags_in(found.said) == expected


def test_verify_prints_flags_of_logs_and_records_alone(sent: Sent) -> None:
    header(invalidated=True)(Place(sent.folder))
    sent.record_anew()
    sent.file("submission.json").unlink()
    for path in (sent.file("logs"), sent.folder):
        found = spill("verify", path)
        assert "NothingIsOdd: first.eval: the log is marked as invalidated; ask the submitter" in flags_in(found.said)


def test_verify_says_where_check_refuses_a_submission(sent: Sent) -> None:
    sent.file("extra.txt").write_text("x", encoding="utf-8")
    found = spill("verify", sent.folder)
    assert found.code == 0
    assert (
        "leaderboard check refuses this submission (FilesAreInPlace: extra.txt: this file does not belong" in found.said
    )
