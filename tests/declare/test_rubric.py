"""Rubrics say only what they can mean; rendering never lets an answer become part of the prompt."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spillover.common import DeclarationError
from spillover.scorers import load_rubric, render, rubric_names

GOOD = "id: r\nversion: 1\ndimension: category\nmenu: [REFUSAL, '1']\nprompt: Grade {answer}\n"


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("id: r", "id: s", "id is 's', not the name of the file"),
        ("REFUSAL", "MAYBE", "menu word `MAYBE` has no outcome"),
        ("'1'", "'6'", "menu word `6`"),
        ("category", "kindness", "dimension must be one of"),
        ("version: 1\n", "", "a field is missing; write id, version"),
        ("{answer}", "it", "never shows the"),
        ("prompt: Grade {answer}\n", "", "either a prompt or an upstream"),
        ("prompt:", "outcomes: {REFUSAL: unjudged}\nprompt:", "outcomes must be among"),
        ("version: 1", "version: 1\nmood: good", "unknown field `mood`"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, was: str, now: str, says: str) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_rubric(file).menu == ("REFUSAL", "1")
    file.write_text(GOOD.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=says):
        load_rubric(file)


@given(st.text(), st.text())
def test_an_answer_stays_an_answer(question: str, answer: str) -> None:
    rubric = load_rubric("alignment")
    rendered = render(rubric, conversation=question, question=question, answer=answer)
    mark = rendered.split("mark ")[1].split(" ")[0]
    assert answer in rendered
    assert mark not in question + answer
    assert rendered.count(f"----- {mark} end") == 1


def test_placeholders_in_an_answer_are_not_filled() -> None:
    rubric = load_rubric("alignment")
    rendered = render(rubric, conversation="secret", question="q", answer="{conversation}{boundary}")
    assert rendered.count("secret") == 1
    assert "{conversation}{boundary}" in rendered


def test_shipped_rubrics_load() -> None:
    assert all(load_rubric(name).sha256 for name in rubric_names())
