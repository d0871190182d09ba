"""Copies with small changes, and models or judges that are not who they are said to be."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.board import Entry, board_of, cards, plain_rows, read_display
from spillover.common import oddities, read_served
from spillover.logs import LogSource
from spillover.records import Record, read_record, record
from spillover.submissions.near import near_copies
from spillover.submissions.whole import sources_of
from spillover.verify import verify

from .._place import Place

Sent = Any


def logs_of(sent: Sent) -> tuple[Record, list[LogSource]]:
    made = read_record(sent.file("record.json"))
    return made, sources_of([str(one) for one in sent.file("logs").iterdir()], made)


def edited(change: Callable[[str, int], str]) -> Callable[[Any], None]:
    def of_row(row: Any) -> None:
        score = (row.get("scores") or {}).get("judged")
        if score and score.get("answer"):
            score["answer"] = change(score["answer"], row["epoch"])

    return of_row


COPIES: dict[str, Callable[[str, int], str]] = {
    "one character changed": lambda text, _: text.replace("this", "thix"),
    "capitals": lambda text, _: text.upper(),
    "white space": lambda text, _: "  ".join(text.split()) + "\n",
    "a full stop more": lambda text, _: text + ".",
    "quotes around it": lambda text, _: f"\u201c{text}\u201d",
    "reordered": lambda text, epoch: text.replace(f"this {epoch}", f"this {3 - epoch}"),
}


@pytest.mark.parametrize("lie", COPIES)
def test_somebody_elses_answers_are_refused(sent: Sent, lie: str, tmp_path: Path) -> None:
    other = sent.folder.with_name("2026-01-01_other")
    shutil.copytree(sent.folder, other)
    place = Place(other)
    place.summaries("first", edited(COPIES[lie]))
    place.header("first", lambda data: data["eval"].update(model="replay/renamed"))
    made, sources = logs_of(sent)
    (problem,), flags = near_copies(sources, made.model, sent.folder, sent.folder.parent)
    assert (
        problem.what == "14 of 14 answers are nearly equal to those of replay/renamed in 2026-01-01_other"
        and flags == []
    )


def test_a_partial_copy_is_flagged_and_other_answers_are_not(sent: Sent) -> None:
    other = sent.folder.with_name("2026-01-01_other")
    shutil.copytree(sent.folder, other)
    place = Place(other)
    place.header("first", lambda data: data["eval"].update(model="replay/renamed"))
    of_its_own = edited(lambda text, epoch: f"Quite another answer, number {epoch}: {text[::-1]}")
    place.summaries("first", lambda row: of_its_own(row) if row["id"] > "p2" else None)
    made, sources = logs_of(sent)
    problems, (flag,) = near_copies(sources, made.model, sent.folder, sent.folder.parent)
    assert problems == [] and flag.what.startswith("6 of 14 answers are nearly equal to those of replay/renamed")
    place.summaries("first", of_its_own)
    assert near_copies(sources, made.model, sent.folder, sent.folder.parent) == ([], [])


SERVED: dict[str, tuple[dict[str, Any], str]] = {
    "a private address of a hosted model": (
        {"model": "openai/gpt-4o", "model_base_url": "http://10.0.0.1:8000/v1"},
        "the model openai/gpt-4o was asked at 10.0.0.1, which is not an address of openai",
    ),
    "an address that looks alike": (
        {"model": "anthropic/claude", "model_base_url": "https://api.anthropic.com.example.org"},
        "the model anthropic/claude was asked at api.anthropic.com.example.org, which is not an address of anthropic",
    ),
    "an address among the arguments": (
        {"model": "groq/llama", "model_args": {"base_url": "https://key@host.example/v1?api_key=s3cret"}},
        "the model groq/llama was asked at host.example, which is not an address of groq",
    ),
    "another model's weights": (
        {"model_args": {"model_path": "/data/llama-base"}}, "the model replay/first was run with model_path=llama-base",
    ),
    "another adapter": (
        {"model_args": {"adapter": "kind-lora"}}, "the model replay/first was run with adapter=kind-lora",
    ),
    "a private address of the judge": (
        {"model_roles": {"grader": {"model": "openai/gpt-4o", "base_url": "http://judge.local/v1"}}},
        "the judge openai/gpt-4o was asked at judge.local, which is not an address of openai",
    ),
    "a rented name at a hosted judge's company": (
        {"model_roles": {"grader": {"model": "openai/gpt-4o", "base_url": "https://me.eastus.cloudapp.azure.com/v1"}}},
        "the judge openai/gpt-4o was asked at me.eastus.cloudapp.azure.com, which is not an address of openai",
    ),
    "a judge with weights of its own": (
        {"model_roles": {"grader": [{"model": "hf/judge", "args": {"model_path": "mine"}}]}},
        "the judge hf/judge was run with model_path=mine",
    ),
}  # fmt: skip
OF_ONES_OWN = ("another model's weights", "another adapter")
"""Of a model of one's own: shown, and ranked with others."""


@pytest.mark.parametrize("lie", SERVED)
def test_addresses_and_arguments_are_shown_in_record_check_verify_and_board(sent: Sent, lie: str) -> None:
    told, words = SERVED[lie]
    for part in ("header.json", "_journal/start.json"):
        Place(sent.folder).each("first", part, lambda data: data["eval"].update(told) if "eval" in data else None)
    log = str(sent.file("logs/first.eval"))
    made = record(log)
    assert words in oddities(read_served(made.data["served"])) and "s3cret" not in made.text()
    (found,) = verify([log])
    assert words in [one.what for one in found.flags]
    file = made.write(sent.folder.parent / "made")
    board = board_of([Entry(read_record(file).data)], read_display())
    (row,) = board.rows
    assert words in plain_rows([row])[0]["served"] and words in cards(board)[row.entry.id]["odd"]
    assert (words in (row.setting.served or ())) == (lie not in OF_ONES_OWN), "a group of its own"


def test_who_answered_under_another_name_is_shown(sent: Sent) -> None:
    def change(row: Any) -> None:
        outputs = [event["output"] for event in row["events"] if event["event"] == "model"]
        for output in [row["output"], *outputs]:
            output["model"] = "gpt-kind-2"

    Place(sent.folder).samples("first", change)
    found = oddities(read_served(record(sent.file("logs/first.eval")).data["served"]))
    assert found == [f"the {who} answered as gpt-kind-2" for who in ("model replay/first", "judge replay/judge")]


def test_a_new_submission_has_a_record_of_now(sent: Sent) -> None:
    assert sent.checked(new=True).holds
    sent.record(lambda data: data.pop("served"))
    assert sent.checked().holds, "made before the field existed"
    said = "RecordIsOfNow: record.json: the record has spillover-record/2, methods 2, without the field served; "
    assert sent.said(new=True).startswith(said) and "\n" not in sent.said(new=True)
    sent.record(lambda data: (data.update(schema="spillover-record/1"), data.pop("methods")))
    assert "the record has spillover-record/1, methods 1, without the field served" in sent.said(new=True)
