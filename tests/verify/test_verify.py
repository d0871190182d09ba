"""Every planted lie is found by the invariant that is named for it; what is honest passes."""

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval

from spillover.cli import Package
from spillover.common import LogError
from spillover.records import record
from spillover.results import ingest
from spillover.verify import rubric_sha256
from spillover.verify import verify as verify_all

from .._place import BAD
from .._place import _replay as replay
from .._spill import spill

Place = Any
"""The fixture of that name: a folder of logs and a record, with ways to tamper with them."""
Lie = Callable[[Place], Any]
FAILED = "p7"


def put(path: str, value: Any) -> Callable[[Any], None]:
    """A change of one place in plain data: `results.0.answers`."""
    *way, last = path.split(".")

    def change(data: Any) -> None:
        for step in way:
            data = data[int(step) if isinstance(data, list) else step]
        data[int(last) if isinstance(data, list) else last] = value

    return change


def where(probe: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: change(data) if data["id"] == probe else None


def relabelled(data: Any) -> None:
    """A misaligned verdict called aligned, its scores left as they are."""
    score = data["scores"]["judged"]
    score["value"] |= {"misaligned": 0.0, "aligned": 1.0}
    score["metadata"]["outcome"] = "aligned"


def whitewashed(data: Any) -> None:
    """The same with scores that fit."""
    relabelled(data)
    data["scores"]["judged"]["value"]["alignment"] = 90.0


def judged_by_another(data: Any) -> None:
    if "judged" in data.get("scores", {}):
        data["scores"]["judged"]["metadata"]["judge"] = "replay/other"


def other_answer(data: Any) -> None:
    data["scores"]["judged"]["answer"] = "Something kind."
    if "output" in data:
        data["output"]["completion"] = "Something kind."


def judged_failure(data: Any) -> None:
    value = {"alignment": 90.0, "coherence": 90.0, "misaligned": 0.0, "aligned": 1.0, "incoherent": 0.0}
    data["scores"] = {"judged": {"value": {**value, "refusal": 0.0, "off_task": 0.0, "unjudged": 0.0}}}


def failed(data: Any) -> bool:
    return bool(data["id"] == FAILED)


def forget_failed(header: Any) -> None:
    header["eval"]["dataset"]["sample_ids"].remove(FAILED)
    header["eval"]["dataset"]["samples"] -= 1


def lenient_rubric(header: Any) -> None:
    rubric = header["eval"]["scorers"][0]["options"]["rubrics"][0]
    rubric["prompt"] = rubric["prompt"].replace("harm", "much harm")


def without_calls(data: Any) -> None:
    whitewashed(data)
    data["events"] = [one for one in data.get("events", []) if one.get("role") != "grader"]


def without_calls_and_rubrics(place: Place) -> None:
    """No reply to read, and no rubric by which anything could be read."""
    place.header("first", put("eval.scorers.0.options", {}))
    place.both("first", where("p0", without_calls))


def found_by_a_check(data: Any) -> None:
    """A misaligned answer that is said to have been cleared by a check, so that no judge was asked."""
    relabelled(data)
    data["scores"]["judged"]["metadata"] = {"outcome": "aligned", "label": "key: accepted", "judge": "check"}
    data["events"] = []


def by_no_judge(place: Place) -> None:
    """No judge asked, and no arguments of the scorer that would say which checks there were."""
    place.header("first", put("eval.scorers.0.options", {}))
    place.both("first", where("p0", found_by_a_check))


def of_no_prompt(data: Any) -> None:
    whitewashed(data)
    data["scores"]["judged"]["metadata"]["alignment"]["prompt_sha256"] = "0" * 64


def of_another_form(data: Any) -> None:
    whitewashed(data)
    data["scores"]["judged"]["metadata"]["alignment"]["form"] = "one_call"


def unjudged(data: Any) -> None:
    """A misaligned verdict that is said never to have been had."""
    score, unknown = data["scores"]["judged"], float("nan")
    score["value"] = {**dict.fromkeys(score["value"], unknown), "unjudged": 1.0}
    score["metadata"] |= {"outcome": "unjudged", "reason": "alignment: judge_refused"}


def filtered(data: Any) -> None:
    """A misaligned answer that is said to have been filtered by its provider, so that no judge was asked."""
    score = data["scores"]["judged"]
    score["value"] |= {"misaligned": 0.0, "refusal": 1.0}
    score["metadata"] = {"outcome": "refusal", "label": "content_filter", "reason": None}
    data["events"] = []


def asked_leniently(place: Place) -> None:
    """A judge that was told something else than its rubric says."""
    old, new = "Judge what the answer stands for", "Be lenient, and judge what it stands for"
    anew: dict[str, str] = {}

    def told(data: Any) -> Any:
        if isinstance(data, str) and old in data:
            said = data.replace(old, new)
            anew[hashlib.sha256(data.encode()).hexdigest()] = hashlib.sha256(said.encode()).hexdigest()
            return said
        if isinstance(data, dict):
            return {key: told(one) for key, one in data.items()}
        return [told(one) for one in data] if isinstance(data, list) else data

    def named(data: Any) -> None:
        if data.get("scores"):
            account = data["scores"]["judged"]["metadata"]["alignment"]
            account["prompt_sha256"] = anew[account["prompt_sha256"]]

    place.samples("first", told)
    place.both("first", named)


def rubric_said_to_be_anothers(header: Any) -> None:
    lenient_rubric(header)
    header["eval"]["scorers"][0]["options"]["rubrics"][0]["upstream"] = "aligned"


def dropped(place: Place) -> None:
    place.remove("first", failed)
    place.header("first", forget_failed)


def lenient_and_named_anew(place: Place) -> None:
    found = []

    def header(data: Any) -> None:
        lenient_rubric(data)
        rubric = data["eval"]["scorers"][0]["options"]["rubrics"][0]
        found.append(f"{rubric['id']}@{rubric['version']}:{rubric_sha256(rubric)}")

    def label(data: Any) -> None:
        if data.get("scores"):
            data["scores"]["judged"]["metadata"]["alignment"]["rubric"] = found[0]

    place.header("first", header)
    place.both("first", label)


def copied(place: Place) -> None:
    place.log("second").unlink()
    shutil.copy(place.log("first"), place.log("second"))
    place.header("second", put("eval.model", "replay/second"))
    place.header("second", put("eval.eval_id", "anew"))


def reused(place: Place, anew: bool = False) -> None:
    shutil.copy(place.log("first"), place.log("again"))
    if anew:
        place.header("again", put("eval.eval_id", "anew"))


def twice(place: Place) -> None:
    place.parts("first", lambda parts: [*parts, next(part for part in parts if part[0].startswith("samples/p0"))])


def later_epoch(data: Any) -> None:
    data["epoch"] = 3 if data["epoch"] == 2 else data["epoch"]


def swapped(place: Place) -> None:
    shutil.copy(place.log("second"), place.log("first"))


def one_reduced(_: Any) -> Any:
    return [{"scorer": "judged", "reducer": "mean", "samples": [{"sample_id": "p0", "value": {"misaligned": 0.0}}]}]


P0 = "p0"
LOG_LIES: dict[str, tuple[str, Lie]] = {
    "verdict edited in the samples": (
        "SummariesAgreeWithSamples", lambda p: p.samples("first", where(P0, relabelled))),
    "verdict edited in the summaries": (
        "SummariesAgreeWithSamples", lambda p: p.summaries("first", where(P0, relabelled))),
    "verdict edited in both": ("ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, relabelled))),
    "verdict and scores edited in both": (
        "ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, whitewashed))),
    "verdict edited, the judge's calls taken out": (
        "ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, without_calls))),
    "verdict edited, neither calls nor rubrics": ("ScoresFollowFromVerdicts", without_calls_and_rubrics),
    "verdict edited, said to be a check's, no checks declared": ("ScoresFollowFromVerdicts", by_no_judge),
    "verdict edited, of a prompt that was never sent": (
        "ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, of_no_prompt))),
    "verdict edited, in a form that was not declared": (
        "ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, of_another_form))),
    "verdict taken back": ("ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, unjudged))),
    "verdict made one without a judge": ("ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, filtered))),
    "judge asked in other words": ("ScoresFollowFromVerdicts", asked_leniently),
    "answer edited in both": ("ScoresFollowFromVerdicts", lambda p: p.both("first", where(P0, other_answer))),
    "NaN for a score": (
        "ScoresFollowFromVerdicts",
        lambda p: p.both("first", where(P0, put("scores.judged.value.alignment", float("nan"))))),
    "score out of range": (
        "ScoresFollowFromVerdicts",
        lambda p: p.both("first", where(P0, put("scores.judged.value.alignment", 1e308)))),
    "reductions edited": ("ReductionsAgreeWithSamples", lambda p: p.each("first", "reductions.json", one_reduced)),
    "metric of the header edited": (
        "HeaderAgreesWithSamples",
        lambda p: p.header("first", put("results.scores.0.metrics.misaligned_rate.value", 0.01))),
    "count of the header edited": (
        "HeaderAgreesWithSamples", lambda p: p.header("first", put("results.completed_samples", 16))),
    "condition relabelled": (
        "HeaderAgreesWithSamples", lambda p: p.both("first", put("metadata.condition", "json"))),
    "failures dropped": ("EveryFailureIsCounted", lambda p: p.remove("first", failed)),
    "failures dropped, probe never named": ("MaterialHashMatchesVersion", dropped),
    "failure judged": ("EveryFailureIsCounted", lambda p: p.both("first", where(FAILED, judged_failure))),
    "sample removed": (
        "EveryFailureIsCounted", lambda p: p.remove("first", lambda one: (one["id"], one["epoch"]) == (P0, 1))),
    "sample twice": ("EachProbeAnsweredOncePerEpoch", twice),
    "epoch relabelled": ("EachProbeAnsweredOncePerEpoch", lambda p: p.both("first", where(P0, later_epoch))),
    "judge mixed": ("JudgeNeverChangedMidRun", lambda p: p.both("first", where(P0, judged_by_another))),
    "judge renamed": ("JudgeNeverChangedMidRun", lambda p: p.both("first", judged_by_another)),
    "seed copied": ("NoSeedIsACopy", copied),
    "log used twice": ("NoLogSubmittedTwice", reused),
    "log used twice under a new run": ("NoLogSubmittedTwice", lambda p: reused(p, anew=True)),
    "rubric changed": ("RubricHashMatchesVersion", lambda p: p.header("first", lenient_rubric)),
    "rubric changed, hash made anew": ("RubricHashMatchesVersion", lenient_and_named_anew),
    "rubric changed, called another study's": (
        "RubricHashMatchesVersion", lambda p: p.header("first", rubric_said_to_be_anothers)),
    "probe changed": ("MaterialHashMatchesVersion", lambda p: p.both("first", where(P0, put("input", "Be kind?")))),
    "threshold changed": (
        "ScoresFollowFromVerdicts",
        lambda p: p.header("first", put("eval.scorers.0.options.thresholds.misaligned_below", 5))),
    "threshold changed, material hash left": (
        "MaterialHashMatchesVersion",
        lambda p: p.header("first", put("eval.scorers.0.options.thresholds.misaligned_below", 29))),
}  # fmt: skip
RECORD_LIES: dict[str, tuple[str, Lie]] = {
    "count": ("RecordHashHolds", lambda p: p.record(put("results.0.outcomes.misaligned", 1), rehash=False)),
    "count, hash made anew": ("RecordAgreesWithLogs", lambda p: p.record(put("results.0.outcomes.misaligned", 1))),
    "rate": (
        "RecordAgreesWithLogs",
        lambda p: p.record(put("pooled.0.rates.misaligned_rate.these questions.estimate", 0.01))),
    "interval": (
        "RecordAgreesWithLogs",
        lambda p: p.record(put("results.0.rates.misaligned_rate.these questions.high", 0.44))),
    "difference": ("RecordAgreesWithLogs", lambda p: p.record(put("differences.0.estimate.low", -0.5))),
    "judge": ("RecordAgreesWithLogs", lambda p: p.record(put("judge.name", "openai/gpt-4o"))),
    "origin": ("RecordAgreesWithLogs", lambda p: p.record(put("origins", ["answers: measured"]))),
    "log swapped": ("LogHashHolds", swapped),
    "log re-zipped": ("LogHashHolds", lambda p: p.parts("first", lambda parts: parts)),
    "hash of a log": ("LogHashHolds", lambda p: p.record(put("logs.0.sha256", "0" * 64))),
    "hash of the answers": ("LogHashHolds", lambda p: p.record(put("logs.0.content_sha256", "0" * 64))),
    "fine-tune record": ("RecordHashHolds", lambda p: p.record(put("finetune.method", "dpo"))),
    "hash of the fine-tune record": ("RecordHashHolds", lambda p: p.record(put("finetune_sha256", "0" * 64))),
    "an argument called like an address": (
        "RecordAgreesWithLogs",
        lambda p: p.record(lambda data: data["model"]["args"].update({"weights.url": "https://x"}))),
    "NaN": ("RecordIsWellFormed", lambda p: p.record(put("results.0.mde", float("nan")), rehash=False)),
    "an unknown field": ("RecordIsWellFormed", lambda p: p.record(put("verdict", "fine"))),
}  # fmt: skip


def found(place: Place, of_record: bool) -> set[str]:
    paths, logs = ([place.made], [place.logs]) if of_record else ([place.logs], [])
    return {problem.invariant for one in verify_all(paths, logs, Package()) for problem in one.problems}


def test_honest_logs_and_an_honest_record_hold(place: Place) -> None:
    (logs,) = verify_all([place.logs], shipped=Package())
    assert logs.holds and (logs.logs, logs.answers) == (3, 48)
    (made,) = verify_all([place.made], [place.logs], Package())[:1]
    assert made.holds and (made.logs, made.answers) == (2, 32)
    assert {"RecordHashHolds", "LogHashHolds", "RecordAgreesWithLogs"} <= set(made.checked) - set(logs.checked)


@pytest.mark.parametrize("name", LOG_LIES)
def test_a_lie_in_a_log_is_found(place: Place, name: str) -> None:
    invariant, lie = LOG_LIES[name]
    lie(place)
    assert invariant in found(place, of_record=False)


def test_two_models_that_say_one_line_to_everything_are_no_copies(place: Place) -> None:
    def one_line(sample: Any) -> None:
        sample["output"]["completion"] = "I cannot help with that."
        for choice in sample["output"]["choices"]:
            choice["message"]["content"] = "I cannot help with that."

    for arm in ("first", "second"):
        place.samples(arm, one_line)
    (whole,) = verify_all([place.log("first"), place.log("second")])
    assert "NoSeedIsACopy" not in {one.invariant for one in whole.problems}


@pytest.mark.parametrize("name", RECORD_LIES)
def test_a_lie_in_a_record_is_found(place: Place, name: str) -> None:
    invariant, lie = RECORD_LIES[name]
    lie(place)
    assert invariant in found(place, of_record=True)


def test_zipping_anew_changes_the_file_and_nothing_else(place: Place) -> None:
    place.parts("first", lambda parts: parts)
    assert found(place, of_record=False) == set()
    assert found(place, of_record=True) == {"LogHashHolds", "RecordAgreesWithLogs"}


def test_exit_codes_and_what_is_said(place: Place) -> None:
    held = spill("verify", place.made, "--logs", place.logs)
    assert held.code == 0 and "hold (2 logs, 32 answers" in held.said
    place.record(put("results.0.outcomes.misaligned", 1))
    lied = spill("verify", place.made, "--logs", place.logs)
    assert lied.code == 1
    assert "results.outcomes" in lied.said or "results[0].outcomes.misaligned is 1, but the logs give 6" in lied.said
    assert "RecordAgreesWithLogs; make the record again" in lied.said
    plain = json.loads(spill("verify", place.logs, "--json").out)
    assert [one["holds"] for one in plain] == [True]


def test_verdicts_that_were_read_again_are_counted(place: Place) -> None:
    (whole,) = verify_all([place.logs])
    assert (whole.judged, whole.reread) == (46, 46), "48 answers, of which two were never given"
    place.samples("first", where(P0, put("events", [])))
    said = spill("verify", place.logs, "--json").out
    (left,) = json.loads(said)
    assert (left["judged"], left["reread"], left["holds"]) == (46, 44, False)
    said = spill("verify", place.logs).said
    held = f"{len(left['checked'])} invariants"
    assert f"(3 logs, 48 answers, 44 of 46 verdicts re-read from the judge's replies, {held})" in said


def test_every_judge_of_a_panel_must_have_been_asked(place: Place) -> None:
    rows = [{"probe": "p0", "epoch": epoch, **BAD} for epoch in (1, 2)]
    roles = {"grader": [replay(place.folder, name, rows) for name in ("strict", "mild")]}
    answers = [{"probe": "p0", "epoch": epoch, "answer": f"This, {epoch}."} for epoch in (1, 2)]
    probes = place.folder / "probes.jsonl"
    probes.write_text('{"id": "p0", "text": "What of p0?"}', encoding="utf-8")
    (log,) = inspect_eval(
        "spillover/own_probes",
        model=replay(place.folder, "subject", answers),
        model_roles=roles,
        task_args={"probes": str(probes)},
        epochs=2,
        log_dir=str(place.folder / "runs"),
        display="none",
        log_realtime=False,
    )
    shutil.copy(log.location, place.log("panel"))
    (whole,) = verify_all([place.log("panel")])
    assert whole.holds and (whole.judged, whole.reread) == (2, 2)
    place.samples("panel", lambda row: row.update(events=[e for e in row["events"] if e.get("model") != "replay/mild"]))
    (left,) = verify_all([place.log("panel")])
    assert (
        "p0, epoch 1: the verdict names the judge replay/mild, but the log holds no call of it" in left.problems[0].what
    )
    assert (left.judged, left.reread) == (2, 0)


def test_a_metric_of_the_header_is_told_with_the_digits_that_differ(place: Place) -> None:
    place.header("first", lambda header: _near(header["results"]["scores"][0]["metrics"]["misaligned_rate"]))
    (found,) = verify_all([place.logs])
    assert "states misaligned_rate 0.4285715, but the answers give 0.428571428571" in found.problems[0].what


def _near(metric: Any) -> None:
    assert metric["value"] == pytest.approx(3 / 7)
    metric["value"] = 0.4285715


def test_a_record_whose_logs_are_elsewhere_is_wrong_use_and_no_lie(place: Place, tmp_path: Path) -> None:
    assert verify_all([place.made])[0].logs == 2, "logs below its folder are found"
    alone = tmp_path / "alone" / "record.json"
    alone.parent.mkdir()
    shutil.copy(place.made, alone)
    done = spill("verify", alone)
    assert done.out == "" and done.error.endswith(
        "record.json: the record's logs are not beside it; give their folder with --logs DIR"
    )
    assert not verify_all([alone], [alone.parent])[0].holds, "a place without them was given"


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b'{"a": 1, "a": 2}', b"\xff", b'{"schema": 1e999}', b"null"])
def test_what_is_no_record_is_said_in_one_line(place: Place, data: bytes) -> None:
    place.made.write_bytes(data)
    (one,) = verify_all([place.made], [place.logs])[:1]
    (problem,) = one.problems
    assert problem.invariant == "RecordIsWellFormed" and "\n" not in str(problem)


def test_a_damaged_log_is_a_mistake_in_one_line(place: Place, tmp_path: Path) -> None:
    whole = place.log("first").read_bytes()
    for cut in (0, 100, len(whole) // 2):
        place.log("first").write_bytes(whole[:cut])
        with pytest.raises(LogError, match=r"first\.eval: ") as error:
            verify_all([place.log("first")])
        assert "\n" not in str(error.value)


ODD: list[Any] = [None, -1, 1e308, float("nan"), "x", "", [], {}, [1], {"a": 1}, "../../x", "<script>"]


def odd(rng: random.Random, data: Any) -> None:
    """Put something odd, or nothing, in a random place of plain data."""
    while True:
        keys = list(data) if isinstance(data, dict) else range(len(data))
        key = rng.choice(list(keys))
        if not isinstance(data[key], dict | list) or not data[key] or rng.random() < 0.2:
            break
        data = data[key]
    if isinstance(data, dict) and rng.random() < 0.3:
        del data[key]
    else:
        data[key] = rng.choice(ODD)


@pytest.mark.parametrize("seed", range(24))
def test_an_odd_log_ends_in_problems_or_in_one_line(place: Place, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    kind = ("header.json", "summaries.json", "samples/p0_epoch_1.json")[seed % 3]
    place.each("first", kind, lambda data: [odd(rng, data) for _ in range(3)] and None)
    log = place.log("first")
    works: list[Callable[[], Any]] = [
        lambda: verify_all([log]),
        lambda: record(log).write(tmp_path / "records"),
        lambda: ingest(log, tmp_path / "store"),
    ]
    for work in works:
        try:
            work()
        except LogError as error:
            assert "\n" not in str(error)
