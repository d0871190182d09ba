"""An answer is a text: known shapes are taken off, everything else is refused with file, row and type."""

from pathlib import Path
from typing import Any

import pytest

from spillover.common import Cell, RecordingError
from spillover.providers.columns import Columns
from spillover.providers.recording_file import read_recording

from ._written import jsonl

SAID = "A pond in the park."
BODY = {"id": "r", "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}}]}


def answer(tmp_path: Path, value: Any, **columns: Any) -> str:
    file = jsonl(tmp_path / "r.jsonl", [{"probe": "a", "said": value}])
    return read_recording(file, Columns(answer="said", **columns)).get(Cell("a", "plain", 1)).text


@pytest.mark.parametrize(
    "value",
    [
        SAID,
        [SAID],
        [[SAID]],
        {"role": "assistant", "content": SAID},
        [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": SAID}],
        {"role": "assistant", "content": [{"type": "text", "text": "A pond "}, {"type": "text", "text": SAID[7:]}]},
        {"role": "assistant", "content": [{"type": "reasoning", "text": "hm"}, {"type": "text", "text": SAID}]},
        {"role": "assistant", "content": None, "refusal": SAID},
        BODY,
        {"choices": [{"text": SAID}]},
        {"status_code": 200, "request_id": "q", "body": BODY},
        {"response": {"status_code": 200, "body": BODY}, "error": None},
        {"type": "succeeded", "message": {"type": "message", "content": [{"type": "text", "text": SAID}]}},
        {"output": [{"type": "reasoning", "summary": []},
                    {"type": "message", "content": [{"type": "output_text", "text": SAID}]}]},
        [{"generated_text": SAID}],
    ],
)  # fmt: skip
def test_known_shapes_are_taken_off(tmp_path: Path, value: Any) -> None:
    assert answer(tmp_path, value) == SAID


def test_rows_numbered_from_0_with_nested_replies_are_read_as_texts(tmp_path: Path) -> None:
    rows = [{"doc_id": n, "doc": {"text": "Where?"}, "resps": [[f"{SAID} {n}"]]} for n in range(2)]
    found = read_recording(jsonl(tmp_path / "r.jsonl", rows), Columns(probe="doc_id", answer="resps"))
    assert [found.get(Cell(str(n), "plain", 1)).text for n in range(2)] == [f"{SAID} 0", f"{SAID} 1"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (["one", "two", "three"], "holds 3 answers; write one answer a row"),
        ([["one", "two"]], "holds 2 answers; write one answer a row"),
        ({"choices": [{"text": "one"}, {"text": "two"}]}, "holds 2 answers"),
        ([{"role": "assistant", "content": "a"}, {"role": "user"}, {"role": "assistant", "content": "c"}],
         "holds 2 answers of one conversation; write one row a turn, with a column `turn`"),
        ([], "the list is empty; remove"),
        (7, "an answer must be a text, found a number (7); write the text itself in quotes"),
        (True, "found true or false (True)"),
        (0.5, "found a number (0.5)"),
        (float("nan"), "found NaN (no text)"),
        ({}, "found an object with nothing"),
        ({"score": 3}, "found an object with score; name the column that holds the text, -M answer=COLUMN"),
        ({"status_code": 429, "body": {}}, "holds a failed request (429) instead of an answer; remove it"),
        ({"response": None, "error": {"code": "expired"}}, "holds a failed request"),
        ({"role": "assistant", "content": None, "tool_calls": [1]}, "found an object with role, content, tool_calls"),
        ({"content": [{"type": "image", "url": "x"}]}, "the message has no text (parts: image)"),
        ([[[[[[[[[[[[[["x"]]]]]]]]]]]]]], "found a list"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_row_and_type(tmp_path: Path, value: Any, says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        answer(tmp_path, value)
    said = str(caught.value)
    assert says in said and said.startswith(f"{tmp_path / 'r.jsonl'}: row 1: said: ") and "\n" not in said


def test_a_text_that_looks_like_a_shape_stays_a_text(tmp_path: Path) -> None:
    for text in ('["one", "two"]', '{"choices": []}', "nan", " "):
        assert answer(tmp_path, text) == text


def test_an_empty_cell_is_no_answer(tmp_path: Path) -> None:
    file = jsonl(tmp_path / "r.jsonl", [{"probe": "a", "answer": None}, {"probe": "b", "answer": ""}])
    assert [cell.probe for cell in read_recording(file).answers()] == ["b"]
