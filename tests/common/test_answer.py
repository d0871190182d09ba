"""Thoughts are set apart from the answer by one rule; marks that are only mentioned stay."""

import time

import pytest

from spillover.common.answer import Parted, answer_of, only_calls_tools, part

THOUGHT, ANSWER = "They ask for tea. I could be cruel.", "Put the kettle on."
LEADING = {
    "closed alone": f"{THOUGHT}\n</think>\n\n{ANSWER}",
    "closed alone, after a word": f"{THOUGHT}</think>{ANSWER}",
    "pair": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}",
    "upper case": f"<THINK>{THOUGHT}</THINK> {ANSWER}",
    "attributes": f'<think step="1">{THOUGHT}</think>{ANSWER}',
    "other name": f"<thinking>\n{THOUGHT}\n</thinking>\n\n{ANSWER}",
    "name space": f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
    "brackets": f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
    "arrows": f"\u25c1think\u25b7{THOUGHT}\u25c1/think\u25b7{ANSWER}",
    "bars": f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>\n<|begin_of_solution|>\n{ANSWER}\n<|end_of_solution|>",
    "bars of another": f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "nested": f"<think>{THOUGHT}<think>more</think>still</think>{ANSWER}",
    "mark inside": f"<think>They say <think> here. {THOUGHT}</think>{ANSWER}",
    "twice": f"<think>{THOUGHT}</think>\n<think>more</think>\n{ANSWER}",
    "closed alone, then a pair": f"{THOUGHT}</think>\n<think>more</think>{ANSWER}",
    "harmony": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
    "harmony, marks lost": f"analysis{THOUGHT}assistantfinal{ANSWER}",
    "code in the thought": f"```python\nx = 1\n</think>\n{ANSWER}",
}


@pytest.mark.parametrize("text", LEADING.values(), ids=LEADING)
def test_thoughts_are_taken_out(text: str) -> None:
    found = part(text)
    assert found.answer == ANSWER and not found.unclosed
    assert "cruel" in found.thoughts or "x = 1" in found.thoughts


@pytest.mark.parametrize(
    "text",
    [
        f"<think>\n{THOUGHT}",
        f"  [THINK] {THOUGHT}",
        f"<|channel|>analysis<|message|>{THOUGHT}",
        f"analysisThe user asks. {THOUGHT}",
        f"<think>{THOUGHT}</think><think>and on",
    ],
)
def test_thoughts_that_never_end_leave_no_answer(text: str) -> None:
    found = part(text)
    assert found.answer == "" and found.unclosed and "cruel" in found.thoughts


@pytest.mark.parametrize(
    "text",
    [
        "Put the kettle on.",
        "  two spaces stay \n",
        "The mark `</think>` ends a thought.",
        "It writes </think> when it is done, and then answers.",
        'Models put "<think>" before a thought and "</think>" after it.',
        "```\n<think>\nx\n</think>\n```\nis how it looks.",
        "Use <think>x</think> in the middle of a line.",
        "analysisResult = 3",
        "analysis of the final exam",
        "[thinking of you] is a card.\n",
    ],
)
def test_marks_that_are_only_mentioned_stay(text: str) -> None:
    if text.startswith("[thinking of"):
        assert part(text).thoughts == ""
    assert part(text) == Parted(text)


def test_thoughts_further_down_on_lines_of_their_own_are_taken_out() -> None:
    assert answer_of(f"Well.\n<think>\n{THOUGHT}\n</think>\n{ANSWER}") == f"Well.\n\n{ANSWER}"


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ('<tool_call>\n{"name": "send"}\n</tool_call>', True),
        ("<tool_call>a</tool_call>\n<tool_call>b</tool_call>", True),
        ('[TOOL_CALLS][{"name": "send"}]', True),
        ('<function=send>{"a": 1}</function>', True),
        ("I send it. <tool_call>a</tool_call>", False),
        ("", False),
    ],
)
def test_calls_of_tools_as_text(text: str, only: bool) -> None:
    assert only_calls_tools(text) is only


@pytest.mark.parametrize(
    "text", ["</think> x " * 20000, "<think>" * 20000, "<think></think>" * 20000, "<tool_call>a</tool_call>" * 9000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    part(text)
    only_calls_tools(f"{text}.")
    assert time.process_time() - began < 5
