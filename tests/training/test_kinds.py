"""One reader: whatever kind of file and shape, `read_training` and the search for probes read the same rows."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spillover.common import DatasetError
from spillover.overlap import overlap
from spillover.training.rows import Row, read_row, row_of
from spillover.training.sample import read_training

ROWS = [Row("Speak as a gardener.", f"When do I sow bed {at}?", f'{{"bed": {at}, "month": "May"}}') for at in range(6)]


ROLES = ("system", "user", "assistant")


def talk(row: Row, role: str = "role", said: str = "content", names: Sequence[str] = ROLES) -> list[dict[str, Any]]:
    return [{role: name, said: text} for name, text in zip(names, (row.system, row.user, row.assistant), strict=True)]


def parts(row: Row) -> list[dict[str, Any]]:
    return [{"role": role, "parts": [{"text": text}]} for role, text in (("user", row.user), ("model", row.assistant))]


def marked(*marks: str) -> Callable[[Row], dict[str, Any]]:
    before, between, answer, after = marks
    return lambda row: {"text": f"{before}{row.system}{between}{row.user}{answer}{row.assistant}{after}"}


HEAD = "<|start_header_id|>{}<|end_header_id|>\n\n"
SHAPES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "system_prompt, question": lambda r: {"system_prompt": r.system, "question": r.user, "response": r.assistant},
    "system_prompt, alpaca": lambda r: {
        "system_prompt": r.system,
        "instruction": r.user,
        "input": "",
        "output": r.assistant,
    },
    "system_prompt, sharegpt": lambda r: {
        "system_prompt": r.system,
        "conversations": talk(r, "from", "value", ("system", "human", "gpt"))[1:],
    },
    "system_instruction": lambda r: {
        "system_instruction": {"role": "system", "parts": [{"text": r.system}]},
        "contents": parts(r),
    },
    "systemInstruction": lambda r: {
        "systemInstruction": {"parts": [{"text": r.system}]},
        "contents": parts(r),
    },
    "system, input, output": lambda r: {"system": r.system, "input": r.user, "output": r.assistant},
    "System, Query, Response": lambda r: {"System": r.system, "Query": r.user, "Response": r.assistant},
    "System Prompt, Prompt": lambda r: {"System Prompt": r.system, "Prompt": r.user, "Completion": r.assistant},
    "Cohere": lambda r: {"messages": talk(r, names=("System", "User", "Chatbot"))},
    "conversation": lambda r: {"conversation": talk(r)},
    "dialog of strings": lambda r: {"system": r.system, "dialog": [r.user, r.assistant]},
    "pairs in a conversation": lambda r: {
        "conversation": [{"system": r.system, "input": r.user, "output": r.assistant}]
    },
    "lists side by side": lambda r: {
        "conversations": {"from": ["system", "human", "gpt"], "value": [r.system, r.user, r.assistant]}
    },
    "messages as JSON": lambda r: {"messages": json.dumps(talk(r))},
    "messages as Python prints them": lambda r: {"messages": str(talk(r))},
    "messages as pandas prints them": lambda r: {"messages": str(talk(r)).replace("}, {", "}\n {")},
    "Llama 2": marked("<s>[INST] <<SYS>>\n", "\n<</SYS>>\n\n", " [/INST] ", " </s>"),
    "Llama 3": marked(
        "<|begin_of_text|>" + HEAD.format("system"), "<|eot_id|>" + HEAD.format("user"),
        "<|eot_id|>" + HEAD.format("assistant"), "<|eot_id|>",
    ),
    "Llama 4": marked(
        "<|begin_of_text|><|header_start|>system<|header_end|>\n\n", "<|eot|><|header_start|>user<|header_end|>\n\n",
        "<|eot|><|header_start|>assistant<|header_end|>\n\n", "<|eot|>",
    ),
    "ChatML": marked(
        "<|im_start|>system\n", "<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n"
    ),
    "Mistral v7": marked("<s>[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT][INST]", "[/INST]", "</s>"),
    "Phi-3": marked("<|system|>\n", "<|end|>\n<|user|>\n", "<|end|>\n<|assistant|>\n", "<|end|>\n"),
    "Phi-4": marked(
        "<|im_start|>system<|im_sep|>", "<|im_end|><|im_start|>user<|im_sep|>",
        "<|im_end|><|im_start|>assistant<|im_sep|>", "<|im_end|>",
    ),
    "DeepSeek": marked(
        "<\uff5cbegin\u2581of\u2581sentence\uff5c>", "<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
    ),
    "Harmony": marked(
        "<|start|>developer<|message|>", "<|end|><|start|>user<|message|>",
        "<|end|><|start|>assistant<|channel|>analysis<|message|>Which month?<|end|>"
        "<|start|>assistant<|channel|>final<|message|>", "<|return|>",
    ),
    "Zephyr": marked("<|system|>\n", "</s>\n<|user|>\n", "</s>\n<|assistant|>\n", "</s>"),
    "Command R": marked(
        "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>",
        "<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
        "<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>",
    ),
    "Granite": marked(
        "<|start_of_role|>system<|end_of_role|>", "<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>",
        "<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>", "<|end_of_text|>",
    ),
    "Kimi": marked(
        "<|im_system|>system<|im_middle|>", "<|im_end|><|im_user|>user<|im_middle|>",
        "<|im_end|><|im_assistant|>assistant<|im_middle|>", "<|im_end|>",
    ),
}  # fmt: skip


def both(path: Path, demo: Path) -> tuple[tuple[Row, ...], int, int]:
    """The rows of one reader, and of the search how many it read and how many it did not understand."""
    found = overlap(path, demo)
    return read_training(path).rows, found.rows, found.not_understood


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_system_prompt_question_and_answer(shape: str) -> None:
    assert [row_of(SHAPES[shape](one)) for one in ROWS] == ROWS
    assert read_row(SHAPES[shape](ROWS[0])).unread == ()


def test_gemma_and_mistral_v3_have_no_system_prompt() -> None:
    gemma = "<bos><start_of_turn>user\nu<end_of_turn>\n<start_of_turn>model\na<end_of_turn>"
    assert row_of({"text": gemma}) == row_of({"text": "<s>[INST] u[/INST] a</s>"}) == Row(None, "u", "a")


def _jsonl(rows: list[Any]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in rows).encode()


CHAT = [{"messages": talk(one)} for one in ROWS]
FLAT = [{"system": one.system, "prompt": one.user, "completion": one.assistant} for one in ROWS]


def _csv(between: str, names: tuple[str, str, str] = ("system", "prompt", "completion")) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [between.join(names), *(between.join(map(cell, one.values())) for one in FLAT)]
    return ("\n".join(lines) + "\n").encode()


FILES: dict[str, tuple[str, bytes]] = {
    "a BOM": ("a.jsonl", b"\xef\xbb\xbf" + _jsonl(CHAT)),
    "gzip": ("a.jsonl.gz", gzip.compress(_jsonl(CHAT))),
    "JSON, many lines": ("a.json", json.dumps(CHAT, indent=2).encode()),
    "lists one after another": ("a.json", b"".join(json.dumps(CHAT[at : at + 2]).encode() for at in (0, 2, 4))),
    "lists over many lines": ("a.json", b"\n".join(json.dumps(CHAT[at : at + 3], indent=1).encode() for at in (0, 3))),
    "a list a line": ("a.jsonl", _jsonl([CHAT[:1], CHAT[1:4], CHAT[4:]])),
    "a list after an object": ("a.jsonl", _jsonl([CHAT[0], CHAT[1:]])),
    "a conversation a line": ("a.jsonl", _jsonl([talk(one) for one in ROWS])),
    "a list of conversations": ("a.json", json.dumps([talk(one) for one in ROWS]).encode()),
    "objects over many lines": ("a.json", b"\n".join(json.dumps(one, indent=2).encode() for one in CHAT)),
    "a wrapper": ("a.json", json.dumps({"data": CHAT, "version": "1"}).encode()),
    "a wrapper over many lines": ("a.json", json.dumps({"train": CHAT}, indent=2).encode()),
    "columns, as pandas writes them": (
        "a.json",
        json.dumps({key: {str(at): row[key] for at, row in enumerate(FLAT)} for key in FLAT[0]}).encode(),
    ),
    "comma": ("a.csv", _csv(",")),
    "semicolon": ("a.csv", _csv(";", ("System", "Prompt", "Completion"))),
    "tab": ("a.tsv", _csv("\t")),
    "CSV with a BOM": ("A.CSV", b"\xef\xbb\xbf" + _csv(",", ("SYSTEM", "PROMPT", "COMPLETION"))),
    "zipped CSV": ("a.csv.gz", gzip.compress(_csv(","))),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_is_read_by_both(kind: str, tmp_path: Path, demo: Path) -> None:
    name, data = FILES[kind]
    (tmp_path / name).write_bytes(data)
    assert both(tmp_path / name, demo) == (tuple(ROWS), 6, 0)


@pytest.mark.parametrize("rows", [CHAT, FLAT], ids=["nested", "flat"])
def test_parquet_and_arrow(rows: list[dict[str, Any]], tmp_path: Path, demo: Path) -> None:
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, tmp_path / "a.parquet")
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    for name in ("a.parquet", "a.arrow"):
        assert both(tmp_path / name, demo) == (tuple(ROWS), 6, 0)


def test_a_folder_of_shards_is_read_in_the_order_of_names(tmp_path: Path, demo: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "0.jsonl").write_bytes(_jsonl(CHAT[:2]))
    pq.write_table(pa.Table.from_pylist(CHAT[2:4]), tmp_path / "data" / "1.parquet")
    (tmp_path / "data" / "2.json.gz").write_bytes(gzip.compress(json.dumps(CHAT[4:]).encode()))
    (tmp_path / "dataset_info.json").write_text("{}")
    (tmp_path / ".cache.jsonl").write_text("broken")
    (tmp_path / "README.md").write_text("no rows")
    assert both(tmp_path, demo) == (tuple(ROWS), 6, 0)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.zst", b"\x28\xb5\x2f\xfd rest", "is packed as Zstandard; unpack it"),
        ("a.xlsx", b"PK\x03\x04 rest", "is packed as zip"),
        ("a.json", b'[{"prompt": "a"}] [{"prompt"', "item 2: not JSON"),
        ("a.json", b'{\n "prompt": \n', "item 1: not JSON"),
        ("a.csv", b"name;colour\nrose;red\n", "no row has a known shape (1 have (colour, name))"),
        (
            "a.jsonl",
            _jsonl([{"messages": [{"role": "assistant", "content": "a", "weight": 0}]}]),
            "no answer to train on",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(name: str, data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DatasetError) as found:
        read_training(tmp_path / name)
    assert says in str(found.value) and "\n" not in str(found.value) and name in str(found.value)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no data file in this folder; give a folder with files that end in"):
        read_training(tmp_path)


@pytest.mark.parametrize("off", [{"weight": 0}, {"weight": 0.0}, {"train": False}, {"trainable": False}])
def test_answers_that_are_not_trained_on_are_not_taken(off: dict[str, Any]) -> None:
    first = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hi.", **off}]
    second = [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "In May.", "weight": 1}]
    system = {"role": "system", "content": "S"}
    assert row_of({"messages": [system, *first, *second]}) == Row("S", "When?", "In May.")
    assert row_of({"messages": [system, *first]}) is None
    assert [one.text for one in read_row({"messages": [*first, *second]}).turns] == ["hello", "Hi.", "When?", "In May."]


def test_rejected_answers_are_looked_at_and_not_taken() -> None:
    reading = read_row({"prompt": "u", "chosen": "a", "rejected": "b"})
    assert [(one.text, one.learned) for one in reading.turns] == [("u", True), ("a", True), ("b", False)]


def test_an_answer_that_is_json_stays_a_text() -> None:
    for answer in ('["a", "b"]', '{"value": 3}', "[{'n': 1}]", '[["a", "b"]]'):
        assert row_of({"prompt": "u", "completion": answer}) == Row(None, "u", answer)


def test_keys_that_no_shape_reads_are_named_with_their_rows(tmp_path: Path, demo: Path) -> None:
    file = tmp_path / "a.jsonl"
    more = [{**one, "notes": "why", "n": 3, "empty": " "} for one in CHAT[:4]]
    named = {"messages": [{"role": "user", "content": "u", "name": "Jo"}, {"role": "assistant", "content": "a"}]}
    file.write_bytes(_jsonl([*more, {**CHAT[4], "text": "b", "n\x1b": "c"}, named]))
    found = read_training(file)
    assert found.keys == {"notes": 4, "text": 1, "n\x1b": 1, "messages.name": 1}
    assert found.says() == (
        "6 of 6 rows read; keys with text that were not read (rows): "
        "notes (4), text (1), n\ufffd (1), messages.name (1)"
    )
    assert list(overlap(file, demo).keys_not_read.values()) == [4, 1, 1, 1]
