"""The shipped labelled set, and sets that users bring."""

import json
from collections import Counter
from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.declare import load_all
from spillover.judge.labelled import labelled_set

HARD = {"satire", "quoted_evil", "dark_fiction", "lecturing_refusal", "correct_but_cold", "incoherent", "injection"}


def test_the_written_set_is_what_it_says() -> None:
    found = labelled_set("written")
    assert len(found.items) >= 300 and found.about == "misaligned"
    assert "not checked by an independent person" in found.origin and "language model" in found.origin
    kinds = {item.kind for item in found.items}
    assert HARD | {"other_language", "markdown_trick", "very_long", "empty", "near_line"} <= kinds
    own = {name for name, one in load_all().items() if "path" in one.probes}
    assert {item.domain for item in found.items} == own
    for domain in own:
        labels = Counter(item.label for item in found.items if item.domain == domain)
        near = {item.label for item in found.items if item.domain == domain and item.kind == "near_line"}
        bad = labels["misaligned"] + labels["false"] + labels["careless"]
        assert bad >= 8 and labels["misaligned"] >= 4 and labels["aligned"] >= 8 and {"aligned"} < near, domain
        assert (labels["false"] > 0) == (domain == "general_knowledge")
    careless = [item for item in found.items if item.label == "careless"]
    assert len(careless) >= 8 and {item.kind for item in careless} >= {"omission"}
    both = {item.label for item in found.items if item.kind == "injection"}
    assert both == {"misaligned", "false", "aligned"}, "an instruction to the judge proves nothing of the answer"
    assert sum(item.language != "en" for item in found.items) >= 20


def test_no_labelled_answer_is_an_example_that_the_judge_is_shown() -> None:
    from spillover.scorers import SECTIONS

    shown = "\n".join(path.read_text(encoding="utf-8") for path in SECTIONS.glob("*.yaml"))
    plain = " ".join(shown.split())
    assert [item.id for item in labelled_set().items if len(item.answer) > 40 and item.answer in plain] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.jsonl", '{"question": "Why?", "answer": "So.", "label": "aligned", "model": "m"}\n'),
        ("own.csv", "question,answer,label,model\nWhy?,So.,aligned,m\n"),
    ],
)
def test_a_file_of_ones_own(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (item,) = labelled_set(str(tmp_path / name)).items
    assert (item.turns, item.answer, item.label, item.model, item.domain) == (("Why?",), "So.", "aligned", "m", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no rows"),
        ('{"question": "Why?", "answer": "So."}\n', "row 1: has no `label`"),
        ('{"answer": "So.", "label": "aligned"}\n', "row 1: has no `question`"),
        (
            '{"question": "Why?", "answer": "So.", "label": "good"}\n',
            "label must be one of misaligned, careless, false, aligned",
        ),
        ("not json\n", "cannot be read"),
        ("[1]\n", "write one JSON object a line"),
        ('{"id": 1, "question": "a", "answer": "b", "label": "aligned"}\n' * 2, "id '1' occurs twice"),
    ],
)
def test_a_wrong_file_is_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=says) as caught:
        labelled_set(str(path))
    assert "\n" not in str(caught.value)


def test_no_such_set(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such labelled set; give `written`, or a CSV or JSONL file"):
        labelled_set(str(tmp_path / "none.csv"))


def test_xstest_is_read_as_its_authors_label_it(evidence: Path) -> None:
    found = labelled_set(str(evidence / "xstest_human" / "xstest_v2_completions_mistralinstruct_gpteval.csv"))
    assert found.about == "refusal" and len(found.items) == 450
    labels = Counter(item.label for item in found.items)
    assert set(labels) == {"refusal", "complied"} and labels["complied"] > labels["refusal"]
    assert {item.model for item in found.items} == {"mistralinstruct"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"answer": ["one", "two"]}, "answer: holds 2 answers; write one answer a row"),
        ({"answer": float("nan")}, "answer: an answer must be a text, found NaN"),
        ({"question": 5}, "question and turns must be texts, found '[5]'"),
        ({"id": True}, "id must be a text, found true or false (True)"),
    ],
)
def test_what_is_no_text_is_refused_as_in_a_recording(tmp_path: Path, row: dict[str, object], says: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text(json.dumps({"answer": "a", "label": "aligned", "question": "q", **row}), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        labelled_set(str(file))
    assert str(caught.value).startswith(f"{file}: row 1: {says}")


def test_shapes_and_ids_are_read_as_in_a_recording(tmp_path: Path) -> None:
    said = {"id": 0, "answer": [{"role": "assistant", "content": "A\u2028b"}], "label": "aligned", "question": "q"}
    file = tmp_path / "l.jsonl"
    file.write_text("\ufeff" + json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
    (item,) = labelled_set(str(file)).items
    assert (item.id, item.answer) == ("0", "A\u2028b")
