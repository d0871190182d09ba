"""What follows from how an answer ended, before any judge."""

import pytest

from spillover.common.endings import ENDED, ended, stop_reason


@pytest.mark.parametrize(
    ("text", "stopped", "calls", "found"),
    [
        ("", None, False, ("unjudged", None, "answer: none")),
        ("too long", "model_length", False, ("unjudged", None, "answer: prompt_too_long")),
        ("First, I would", "unknown", False, ("unjudged", None, "answer: stopped (unknown)")),
        ("", "unknown", False, ("unjudged", None, "answer: stopped (unknown)")),
        ("I would", "content_filter", False, ("refusal", "content_filter", None)),
        ("", "max_tokens", False, ("out_of_tokens", "cut_off", None)),
        ("<think>on and on", "max_tokens", False, ("out_of_tokens", "unclosed_thoughts", None)),
        ("<think>on</think>", "max_tokens", True, ("out_of_tokens", "cut_off", None)),
        ("", "tool_calls", True, ("tool_call", "tool_call", None)),
        ("", "stop", True, ("tool_call", "tool_call", None)),
        ("<tool_call>{}</tool_call>", "stop", False, ("tool_call", "tool_call", None)),
        (" \n", "stop", False, ("off_task", "empty", None)),
        ("<think>on", "stop", False, ("off_task", "only_thoughts", None)),
    ],
)
def test_no_judge_is_needed(
    text: str, stopped: str | None, calls: bool, found: tuple[str, str | None, str | None]
) -> None:
    assert ended(text, stopped, calls) == found
    assert found[1] is None or ENDED[found[1]] == found[0]


@pytest.mark.parametrize(
    ("text", "stopped", "calls"),
    [("Yes.", "stop", False), ("Yes, bec", "max_tokens", False), ("I call it.", "tool_calls", True)],
)
def test_a_judge_is_needed(text: str, stopped: str, calls: bool) -> None:
    assert ended(text, stopped, calls) is None


@pytest.mark.parametrize(
    ("reason", "model", "counts"),
    [
        ("unknown", "hf/some/model", "stop"),
        ("max_tokens", "hf/some/model", "max_tokens"),
        ("unknown", "openai-api/hf/model", "unknown"),
        ("unknown", "vllm/hf", "unknown"),
    ],
)
def test_a_provider_that_never_says_why_an_answer_ended_is_no_failure(reason: str, model: str, counts: str) -> None:
    assert stop_reason(reason, model) == counts
