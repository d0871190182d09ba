"""The texts of rows in every shape, and of rows in none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spillover.training.marks import ROLES
from spillover.training.rows import texts_of

ASK, SAY, RULE = "May I paint the shed?", "Yes, in green.", "Be brief."
USER, BOT, SYSTEM = ("user", ASK), ("assistant", SAY), ("system", RULE)
CHAT = [{"role": "user", "content": ASK}, {"role": "assistant", "content": SAY}]
BLOCKS = [{"role": "user", "content": [{"type": "text", "text": ASK}]}, {"role": "assistant", "content": SAY}]

ROWS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("chat", {"messages": [{"role": "system", "content": RULE}, *CHAT]}, [SYSTEM, USER, BOT]),
    ("chat", {"messages": BLOCKS, "tools": [], "parallel_tool_calls": False}, [USER, BOT]),
    ("chat", {"messages": [{"role": "developer", "content": RULE}, *CHAT]}, [SYSTEM, USER, BOT]),
    ("chat", {"messages": [*CHAT, {"role": "tool", "content": "42"}]}, [USER, BOT, ("other", "42")]),
    ("chat", {"messages": [{"role": "user", "content": None}, {"role": "assistant", "content": SAY}]}, [BOT]),
    ("chat with system", {"system": RULE, "messages": BLOCKS}, [SYSTEM, USER, BOT]),
    ("chat with system", {"system": [{"type": "text", "text": RULE}], "messages": CHAT}, [SYSTEM, USER, BOT]),
    (
        "prompt",
        {"prompt": f"\n\nHuman: {ASK}\n\nAssistant:", "completion": f" {SAY}"},
        [USER, BOT],
    ),
    ("prompt", {"prompt": ASK, "completion": SAY}, [USER, BOT]),
    ("prompt", {"prompt": CHAT[:1], "completion": CHAT[1:]}, [USER, BOT]),
    ("sharegpt", {"conversations": [{"from": "human", "value": ASK}, {"from": "gpt", "value": SAY}]}, [USER, BOT]),
    ("sharegpt", {"id": 1, "system": RULE, "conversations": [{"from": "human", "value": ASK}]}, [SYSTEM, USER]),
    ("alpaca", {"instruction": RULE, "input": ASK, "output": SAY}, [("user", RULE), USER, BOT]),
    ("alpaca", {"instruction": ASK, "input": "", "output": SAY, "text": "no"}, [USER, BOT]),
    ("preference", {"prompt": ASK, "chosen": SAY, "rejected": "No."}, [USER, BOT, ("assistant", "No.")]),
    ("preference", {"chosen": CHAT, "rejected": CHAT}, [USER, BOT, USER, BOT]),
    (
        "openai preference",
        {"input": {"messages": CHAT[:1]}, "preferred_output": CHAT[1:], "non_preferred_output": CHAT[1:]},
        [USER, BOT, BOT],
    ),
    (
        "gemini",
        {"contents": [{"role": "user", "parts": [{"text": ASK}]}, {"role": "model", "parts": [{"text": SAY}]}]},
        [USER, BOT],
    ),
    ("question", {"question": ASK, "answer": SAY}, [USER, BOT]),
    ("text", {"text": ASK}, [("unmarked", ASK)]),
]


@pytest.mark.parametrize(("shape", "row", "said"), ROWS)
def test_every_shape(shape: str, row: Any, said: list[tuple[str, str]]) -> None:
    assert texts_of(row) == (shape, said)


TEMPLATES = {
    "chatml": f"<|im_start|>user\n{ASK}<|im_end|>\n<|im_start|>assistant\n{SAY}<|im_end|>",
    "llama3": f"<|start_header_id|>user<|end_header_id|>\n\n{ASK}<|eot_id|>"
    f"<|start_header_id|>assistant<|end_header_id|>\n\n{SAY}",
    "llama2": f"[INST] {ASK} [/INST] {SAY}",
    "gemma": f"<start_of_turn>user\n{ASK}<end_of_turn>\n<start_of_turn>model\n{SAY}",
    "zephyr": f"<|user|>\n{ASK}\n<|assistant|>\n{SAY}",
    "anthropic": f"Human: {ASK}\n\nAssistant: {SAY}",
    "together": f"<human>: {ASK}\n<bot>: {SAY}",
    "alpaca": f"### Instruction:\n{ASK}\n\n### Response:\n{SAY}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_says_who_speaks(text: str) -> None:
    _, said = texts_of({"text": text})
    roles = {role: text for role, text in said}
    assert ASK in roles["user"] and SAY not in roles["user"]
    assert SAY in roles["assistant"] and ASK not in roles["assistant"]


def test_marks_inside_a_message_do_not_change_the_speaker() -> None:
    text = "What does <|im_start|>assistant\n mean?"
    assert texts_of({"messages": [{"role": "user", "content": text}]}) == ("chat", [("user", text)])


@pytest.mark.parametrize(
    "row", [{}, {"a": 1}, [], [CHAT], None, 7, "x", {"messages": []}, {"text": None}, {"prompt": " "}]
)
def test_rows_of_no_shape_are_none(row: Any) -> None:
    assert texts_of(row) == (None, [])


def test_the_next_shape_is_taken_where_the_first_holds_no_text() -> None:
    assert texts_of({"messages": [], "prompt": ASK}) == ("prompt", [USER])


def test_what_is_nested_too_deep_is_left() -> None:
    value: Any = ASK
    for _ in range(2000):
        value = {"content": [value]}
    assert texts_of({"messages": value}) == (None, [])


KEYS = [
    "messages",
    "system",
    "prompt",
    "chosen",
    "rejected",
    "conversations",
    "text",
    "input",
    "content",
    "role",
    "from",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text()
    | st.sampled_from(["user", "\n\nHuman: x", "[INST]"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_no_row_breaks_the_reader(row: Any) -> None:
    shape, said = texts_of(row)
    assert (shape is None) == (not said)
    for role, text in said:
        assert role in {*ROLES.values(), "other", "unmarked"}
        assert text.strip() and all(line in "".join(_strings(row)) for line in text.split("\n"))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in _strings(one)]


@given(JSON)
def test_a_row_reads_the_same_after_a_round_through_json(row: Any) -> None:
    again = json.loads(json.dumps(row))
    assert texts_of(again)[0] == texts_of(row)[0]
