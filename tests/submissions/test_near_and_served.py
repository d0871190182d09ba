"""Copies with small changes, and models or judges that are not who they are said to be."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.board import Entry
from spillover.submissions._near import near_copies
from spillover.submissions._served import served
from spillover.submissions._whole import sources_of
from spillover.verdicts import Record, read_record
from spillover.verdicts._source import LogSource

from ..verdicts.conftest import Place

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
    assert problem.what == "14 of 14 answers are nearly those of replay/renamed in 2026-01-01_other" and flags == []


def test_a_partial_copy_is_flagged_and_other_answers_are_not(sent: Sent) -> None:
    other = sent.folder.with_name("2026-01-01_other")
    shutil.copytree(sent.folder, other)
    place = Place(other)
    place.header("first", lambda data: data["eval"].update(model="replay/renamed"))
    of_its_own = edited(lambda text, epoch: f"Quite another answer, number {epoch}: {text[::-1]}")
    place.summaries("first", lambda row: of_its_own(row) if row["id"] > "p2" else None)
    made, sources = logs_of(sent)
    problems, (flag,) = near_copies(sources, made.model, sent.folder, sent.folder.parent)
    assert problems == [] and flag.what.startswith("6 of 14 answers are nearly those of replay/renamed")
    place.summaries("first", of_its_own)
    assert near_copies(sources, made.model, sent.folder, sent.folder.parent) == ([], [])


SERVED: dict[str, tuple[dict[str, Any], str]] = {
    "a private address of a hosted model": (
        {"model": "openai/gpt-4o", "model_base_url": "http://10.0.0.1:8000/v1"},
        "openai/gpt-4o was asked at 10.0.0.1, which is no address of openai",
    ),
    "an address that looks alike": (
        {"model": "anthropic/claude", "model_base_url": "https://api.anthropic.com.example.org"},
        "anthropic/claude was asked at api.anthropic.com.example.org, which is no address of anthropic",
    ),
    "another model's weights": (
        {"model_args": {"model_path": "/data/llama-base"}}, "replay/first was run with model_path=/data/llama-base",
    ),
    "another adapter": ({"model_args": {"adapter": "kind-lora"}}, "replay/first was run with adapter=kind-lora"),
    "a private address of the judge": (
        {"model_roles": {"grader": {"model": "openai/gpt-4o", "base_url": "http://judge.local/v1"}}},
        "the judge openai/gpt-4o was asked at judge.local, which is no address of openai",
    ),
    "a judge with weights of its own": (
        {"model_roles": {"grader": [{"model": "hf/judge", "args": {"model_path": "mine"}}]}},
        "the judge hf/judge was run with model_path=mine",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", SERVED)
def test_addresses_and_arguments_are_shown(sent: Sent, lie: str) -> None:
    told, words = SERVED[lie]
    made, sources = logs_of(sent)
    before = served(made, sources)
    for one in sources:
        one.header["eval"].update(told if one.model == made.model else {})
    found = [one.what for one in served(made, sources) if one not in before]
    assert words in found


@pytest.mark.parametrize(("part", "name"), [("judge", "the judge replay/judge"), ("model", "the model replay/first")])
def test_another_name_that_was_returned_is_shown(sent: Sent, part: str, name: str) -> None:
    made, sources = logs_of(sent)
    made.data[part]["returned"] = ["gpt-kind-2"]
    assert f"{name} answered as gpt-kind-2" in [one.what for one in served(made, sources)]


def test_a_part_is_not_ranked() -> None:
    assert Entry({}).part is False and Entry({}, part=True).part is True
