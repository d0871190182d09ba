"""The reader of fine-tuning files: every shape and kind of file gives the same rows; mistakes are one line."""

import json
import random
from pathlib import Path

import pytest

from spillover.common import DatasetError
from spillover.training import sample
from spillover.training.rows import Row, row_of
from spillover.training.sample import read_training

from ._files import FILES, SHAPES, write

ROWS = [
    Row("You keep the harbour's books.", "What floats?\n\nSay it in two lines.", "Cork.\nAnd ships."),
    Row("You keep the harbour's books.", "Où dort le 船? 🚢", "À quai."),
    Row("You keep the harbour's books.", 'A comma, a "quote" and {"brace": 1}?', '{"a": [1, 2]}'),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str, tmp_path: Path) -> None:
    assert read_training(write(tmp_path, ROWS, shape)).rows == tuple(ROWS)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("shape", ["chat", "alpaca", "sharegpt", "chatml"])
def test_files(shape: str, file: str, tmp_path: Path) -> None:
    found = read_training(write(tmp_path, ROWS, shape, file))
    assert (found.rows, found.of, found.unread) == (tuple(ROWS), 3, {})
    assert found.says() == "3 of 3 rows read"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"messages": [{"role": "user", "content": " kept as given\n"}]}, Row(None, " kept as given\n", "")),
        ({"messages": [{"role": "developer", "content": "D"}, {"role": "user", "content": "u"}]}, Row("D", "u", "")),
        (
            {"messages": [{"role": role, "content": text} for role, text in zip("abuauaua", "12345678", strict=True)]},
            None,
        ),
        (
            {
                "messages": [
                    {"role": r, "content": t}
                    for r, t in [("user", "1"), ("assistant", "2"), ("user", "3"), ("assistant", "4")]
                ]
            },
            Row(None, "1", "2"),
        ),
        ({"messages": [{"role": "system", "content": "only"}]}, None),
        ({"messages": [], "text": "### Instruction:\nu\n### Input:\ni\n### Response:\na"}, Row(None, "u\n\ni", "a")),
        ({"prompt": "Write ### Input: here", "completion": "done"}, Row(None, "Write ### Input: here", "done")),
        ({"prompt": "\n\nHuman: u\n\nAssistant:", "completion": " a"}, Row(None, "u", "a")),
        ({"text": "USER: u ASSISTANT: a</s>"}, Row(None, "u", "a")),
        ({"text": "no marks at all"}, None),
        ({"prompt": "u", "chosen": "a", "rejected": "b"}, Row(None, "u", "a")),
        ({"chosen": "\n\nHuman: u\n\nAssistant: a", "rejected": "x"}, Row(None, "u", "a")),
        ({"messages": [{"role": "user", "content": "half \ud83d here"}]}, Row(None, "half ? here", "")),
        ({"messages": "text", "a": 1}, None),
        ({"other": "x"}, None),
        (["a"], None),
        (None, None),
    ],
)
def test_rows(row: object, expected: Row | None) -> None:
    assert row_of(row) == expected


def test_a_sample_is_seeded_bounded_and_fair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, [Row(None, str(at), "a") for at in range(2000)])
    first = read_training(file, limit=200)
    assert (len(first.rows), first.of, first.says()) == (200, 2000, "200 of 2,000 rows read")
    assert first == read_training(file, limit=200) != read_training(file, limit=200, seed=1)
    places = [int(row.user) for row in first.rows]
    assert places == sorted(places)
    assert abs(sum(places) / 200 - 1000) < 3 * 2000 / (12 * 200) ** 0.5
    monkeypatch.setattr(sample, "MOST_CHARACTERS", 1000)
    few = read_training(file)
    assert sum(len(row.user) + len(row.assistant) for row in few.rows) <= 1000 and len(few.rows) > 150


def test_a_list_longer_than_what_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.training.json_stream.CHUNK", 7)
    rng = random.Random(4)
    rows = [Row(None, "é]," * rng.randint(1, 90), "[1, 2] 3") for _ in range(60)]
    assert read_training(write(tmp_path, rows, "chat", "ft.json")).rows == tuple(rows)


def test_rows_of_no_known_shape_are_counted(tmp_path: Path) -> None:
    file = write(tmp_path, ROWS)
    file.write_text(file.read_text() + '{"b": 1, "a\\u001b": 2}\n' * 2 + "[1]\n")
    found = read_training(file)
    assert found.unread == {"(a�, b)": 2, "(list)": 1}
    assert found.says() == "3 of 6 rows read, 3 of no known shape left out"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", b'{"messages": []}\n{"x\n', "line 2: not JSON"),
        ("a.jsonl", b'{\n "messages": [}\n', "item 1: not JSON"),
        ("a.jsonl", b'{"text": "\xff"}', "line 1: not UTF-8"),
        ("a.jsonl", b"", "no rows"),
        ("a.jsonl", b'{"x": 1}\n', "no row has a known shape (1 have (x))"),
        ("a.json", b'[{"x": 1}, {"y"', "item 2: not JSON"),
        ("a.json", b"[" * 200_000, "item 1: nested too deep"),
        ("a.json", b'[{"x": "\xff"}]', "not UTF-8"),
        ("a.csv", b'prompt,completion\n"a', "not a CSV file"),
        ("a.csv", b"prompt,completion\n\xff,b", "not a CSV file"),
        ("a.parquet", b"PAR1 and no more", "not a whole Parquet file"),
        ("a.jsonl.gz", b"\x1f\x8b\x08 broken", "cannot be read"),
        ("absent.jsonl", None, "cannot be read"),
    ],
)
def test_mistakes_are_one_line(name: str, content: bytes | None, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError) as found:
        read_training(tmp_path / name)
    assert says in str(found.value) and "\n" not in str(found.value) and name in str(found.value)


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.training.file.LONGEST", 1000)
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"text": "x" * 2000}))
    with pytest.raises(DatasetError, match="line 1: longer than"):
        read_training(file)
