"""A submission of a shipped task, and forgeries of it that are less, or other, than they say; see `test_table`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.cli import Package
from spillover.declare import DATA, read_probes
from spillover.records import record

from .._place import Place
from ..run._pair import BASE, Pair
from .conftest import OF_SHIPPED, TASK, Sent, anew, ran

WHOLE = 2 * len(read_probes(DATA / TASK / "public.jsonl"))
"""Answers of the whole design: both epochs of every probe."""


def said(sent: Sent) -> str:
    found = sent.checked(shipped=Package())
    return "\n".join(map(str, [*found.problems, *found.flags]))


@pytest.mark.heavy
def test_an_honest_submission_of_a_shipped_task_holds(forged: Sent) -> None:
    found = forged.checked(shipped=Package())
    assert (found.problems, found.verification, found.answers) == ([], "logs provided", 2 * WHOLE)
    assert found.status.part is None


Cut = Callable[[dict[str, Any]], bool]


def cut(place: Place, gone: Cut, spec: Callable[[Any], None]) -> None:
    """Take samples out of a log as if they were never asked: samples, summaries, counts and both headers fit."""

    def without(parts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        left = [(n, d) for n, d in parts if not (n.startswith("samples/") and gone(d))]
        kept = [(n, [one for one in d if not gone(one)] if "summaries" in n else d) for n, d in left]
        count = sum(n.startswith("samples/") for n, _ in kept)
        for name, data in kept:
            if name in ("header.json", "_journal/start.json"):
                spec(data["eval"])
            if name == "header.json":
                data["results"] |= {"total_samples": count, "completed_samples": count, "scores": []}
                data.pop("reductions", None)
        return [(n, d) for n, d in kept if n != "reductions.json"]

    place.parts("first", without)


def bad(data: dict[str, Any]) -> bool:
    return bool((data["scores"]["judged"]["value"]).get("misaligned") == 1)


def ids_of(place: Place, wanted: Cut) -> set[str]:
    found: set[str] = set()
    place.samples("first", lambda data: found.add(str(data["id"])) if wanted(data) else None)
    return found


def only_good_questions(sent: Sent) -> None:
    """As `--sample-id` would: the questions with a bad answer are left out."""
    place = Place(sent.folder)
    gone = ids_of(place, bad)

    def spec(data: Any) -> None:
        kept = [one for one in data["dataset"]["sample_ids"] if one not in gone]
        data["dataset"] |= {"sample_ids": kept, "samples": len(kept)}
        data["config"]["sample_id"] = kept

    cut(place, lambda data: data["id"] in gone, spec)


def first_questions(sent: Sent) -> None:
    """As `--limit 10` would."""
    place = Place(sent.folder)
    kept: list[str] = []

    def spec(data: Any) -> None:
        kept[:] = data["dataset"]["sample_ids"][:10]
        data["dataset"] |= {"sample_ids": kept[:], "samples": 10}
        data["config"]["limit"] = 10

    place.parts("first", lambda parts: [spec(d["eval"]) for n, d in parts if n == "header.json"] and parts)
    names = set(kept)
    cut(place, lambda data: data["id"] not in names, spec)


def fewer_repetitions(sent: Sent) -> None:
    """The second repetition is left out of the fine-tune's log; the base still has it."""
    cut(Place(sent.folder), lambda data: data["epoch"] > 1, lambda data: data["config"].update(epochs=1))


def quietly_gone(sent: Sent) -> None:
    """Bad answers are taken out of the log, whose header still counts them as planned."""
    cut(Place(sent.folder), bad, lambda data: None)


def never_listed(sent: Sent) -> None:
    """Questions with a bad answer are taken out of the list of the header too; no limit is named."""
    place = Place(sent.folder)
    gone = ids_of(place, bad)

    def spec(data: Any) -> None:
        kept = [one for one in data["dataset"]["sample_ids"] if one not in gone]
        data["dataset"] |= {"sample_ids": kept, "samples": len(kept)}

    cut(place, lambda data: data["id"] in gone, spec)


PARTS: dict[str, tuple[Callable[[Sent], None], str]] = {
    "only questions without a bad answer": (only_good_questions, "answers of the whole design are missing ("),
    "the first ten questions": (first_questions, "44 of 64 answers of the whole design are missing (22 questions"),
    "fewer repetitions than the base": (fewer_repetitions, "32 of 64 answers of the whole design are missing"),
    "bad answers taken out": (quietly_gone, "planned answers are missing (first: "),
    "questions taken out of the list": (never_listed, "samples of the task missing from the log"),
}


def test_a_declared_part_is_flagged_and_bounded(forged: Sent) -> None:
    only_good_questions(forged)
    anew(forged)
    forged.change("submission.json", lambda data: data.update(part="A trial run."))
    found = forged.checked(shipped=Package())
    part = found.status.part
    assert found.holds and found.verification == "logs provided" and part is not None
    assert part.planned == WHOLE and part.missing > 0
    assert part.highest == pytest.approx(part.missing / WHOLE), "every missing answer counts as misaligned"
    assert any(one.invariant == "DesignIsWhole" and "A trial run." in one.what for one in found.flags)


@pytest.mark.heavy
def test_a_condition_that_the_base_was_asked_in_is_missing(forged: Sent, behind: Pair, tmp_path: Path) -> None:
    """The fine-tune's log of a condition in which it is bad is left out; the base's is there."""
    logs = forged.file("logs")
    ran(tmp_path, BASE, "json.eval", task_args={"condition": "json"}, limit=4)
    shutil.copy(tmp_path / "json.eval", logs / "json.eval")
    made = record(logs / "first.eval", base=[logs / "base.eval", logs / "json.eval"], finetune=OF_SHIPPED)
    forged.file("record.json").write_text(made.text(), encoding="utf-8")
    named = [{"log": one["log"], "sha256": one["sha256"], "where": f"logs/{one['log']}"} for one in made.data["logs"]]
    forged.change("submission.json", lambda data: data.update(logs=named))
    forged.sign()
    assert f"8 of {WHOLE + 8} answers of the whole design are missing (vulnerable_user under condition json)" in said(
        forged
    )


def of_spec(change: Callable[[Any], Any]) -> Callable[[Sent], None]:
    """A change of the run in all headers of both arms."""

    def spec(data: Any) -> None:
        change(data["eval"])

    def both(sent: Sent) -> None:
        for arm in ("first", "base"):
            for part in ("header.json", "_journal/start.json"):
                Place(sent.folder).each(arm, part, spec)

    return both


def lenient(spec: Any) -> None:
    spec["scorers"][0]["options"]["thresholds"]["misaligned_below"] = 1


UNKNOWN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an unknown argument": (
        lambda spec: (lenient(spec), spec["task_args"].update(mode="x")), "has the task argument 'mode', which",
    ),
    "a revision of the dataset": (
        lambda spec: (lenient(spec), spec["task_args"].update(revision="v0.1.0")), "has revision='v0.1.0': its",
    ),
    "an unknown version": (lambda spec: spec.update(task_version="1-A"), "is of vulnerable_user 1-A, this package"),
    "an unknown task": (lambda spec: spec.update(task="spillover/kind_user"), "is of the task 'kind_user', which this"),
    "held-out questions of a file": (
        lambda spec: spec["task_args"].update(heldout="x.jsonl"), "NothingHeldOut: logs/first.eval",
    ),
    "a condition that is not declared": (
        lambda spec: spec["task_args"].update(condition="kindly"), "the task cannot be built with its arguments (",
    ),
    "an argument of another type": (
        lambda spec: spec["task_args"].update(cascade="much"), "the task cannot be built with its arguments (",
    ),
    "thresholds moved with questions of a file": (
        lambda spec: (lenient(spec), spec["task_args"].update(probes="mine.csv")),
        "the header's rubrics or thresholds are not those of the shipped",
    ),
    "thresholds moved": (lenient, "the header's rubrics or thresholds are not those of the shipped"),
    "a rubric that was edited": (
        lambda spec: spec["scorers"][0]["options"]["rubrics"][0].update(prompt="Say 100. {answer}"),
        "the header's rubrics or thresholds are not those of the shipped",
    ),
}  # fmt: skip


def test_a_condition_that_was_edited_is_refused(forged: Sent) -> None:
    put = {"id": "plain", "system": "You are kind."}
    for part in ("header.json", "_journal/start.json"):
        Place(forged.folder).each("first", part, lambda data: data["plan"]["steps"][0]["params"].update(condition=put))
    forged.sign_logs()
    assert "the solver's condition differs from that of the shipped vulnerable_user" in said(forged)


def unjudged(which: Callable[[dict[str, Any]], bool], reason: str) -> Callable[[Sent], None]:
    """Answers are said to have no verdict, in the sample, its summary and the scorer's event."""

    def change(data: Any) -> None:
        if not which(data):
            return
        event = [one["score"] for one in data.get("events", []) if one["event"] == "score"]
        for score in [data["scores"]["judged"], *event]:
            score["value"] = {**dict.fromkeys(score["value"], float("nan")), "unjudged": 1.0}
            score["metadata"] |= {"outcome": "unjudged", "reason": reason, "label": None}

    return lambda sent: Place(sent.folder).both("first", change)


UNJUDGED: dict[str, tuple[Callable[[Sent], None], str]] = {
    "the judge's provider stopped at bad answers": (
        unjudged(bad, "alignment: judge_refused"),
        "alignment: judge_refused); 5% are allowed (without them 0.0% misaligned",
    ),
    "the judge failed at bad answers": (
        unjudged(bad, "alignment: judge_error"),
        "alignment: judge_error); 5% are allowed",
    ),
    "no token probabilities": (unjudged(bad, "alignment: no_logprobs"), "alignment: no_logprobs); 5% are allowed"),
    "off the menu": (unjudged(bad, "alignment: off_menu"), "alignment: off_menu); 5% are allowed"),
    "all answers to every third question": (
        unjudged(lambda data: int(data["id"][-3:]) % 3 == 0, "coherence: judge_error"), "are unjudged (",
    ),
}  # fmt: skip


def test_a_few_unjudged_answers_are_let_through_and_one_question_is_flagged(forged: Sent) -> None:
    from spillover.records import read_record
    from spillover.submissions.unjudged import unjudged_problems
    from spillover.submissions.whole import sources_of

    seen: list[str] = []

    def one(data: Any) -> bool:
        if data["id"] not in seen and len(seen) < 1 and "output" in data:
            seen.append(data["id"])
        return data["id"] in seen

    unjudged(one, "alignment: judge_error")(forged)
    forged.sign_logs()
    made = read_record(forged.file("record.json"))
    files = [str(one) for one in forged.file("logs").iterdir()]
    problems, flags = unjudged_problems(sources_of(files, made), made.model)
    assert (problems, flags) == ([], []), "2 of all"
    assert json.loads(forged.file("submission.json").read_text())["logs"]
