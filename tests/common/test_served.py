"""What served the answers: hosts without secrets, names that are the one asked for, what sets a result apart."""

import pytest

from spillover.common.served import Served, host_of, merged, oddities, plain_args, read_served, same_model, set_apart


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (None, "default"),
        ("", "default"),
        ("http://bob:s3cret@10.0.0.1:8000/v1?api_key=s3cret#s3cret", "10.0.0.1"),
        ("https://API.OpenAI.com./v1", "api.openai.com"),
        ("10.0.0.1:8000/v1", "10.0.0.1"),
        ("https://api.openai.com@evil.example/v1", "evil.example"),
        ("https://evil.example\\@api.openai.com/v1", "an address that cannot be read"),
        ("https://api.\u043epenai.com/v1", "an address that cannot be read"),
        ("http://[", "an address that cannot be read"),
    ],
)
def test_of_an_address_the_host_is_shown_alone(address: str | None, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("asked", "returned", "same"),
    [
        ("openai/gpt-4o", "gpt-4o-2024-08-06", True),
        ("openai/gpt-4o", "gpt-4o-mini", False),
        ("openai/gpt-4o-2024-05-13", "gpt-4o-2024-11-20", False),
        ("openai/ft:gpt-4.1-mini:me::1", "ft:gpt-4.1-mini-2025-04-14:me::1", True),
        ("openai/gpt-4", "gpt-4.1", False),
        ("mistral/mistral-large-latest", "mistral-large-2411", True),
        ("together/meta-llama/Llama-3-8B", "meta-llama/llama-3-8b", True),
        ("anthropic/bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022", True),
        ("anthropic/vertex/claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022", True),
        ("anthropic/claude-opus-4-0", "claude-opus-4-20250514", True),
        ("openai-api/deepseek/deepseek-v3", "deepseek-v2", False),
        ("vllm/tuned", "base", False),
    ],
)
def test_a_date_or_build_is_no_other_model(asked: str, returned: str, same: bool) -> None:
    assert same_model(asked, returned) is same


@pytest.mark.parametrize(
    ("asked", "host", "foreign"),
    [
        ("openai/x", "default", False),
        ("openai/x", "api.openai.com", False),
        ("openai/azure/x", "me.openai.azure.com", False),
        ("openai/x", "me.cloudapp.azure.com", True),
        ("openai/x", "notopenai.com", True),
        ("anthropic/bedrock/x", "bedrock-runtime.us-east-1.amazonaws.com", False),
        ("anthropic/x", "me.execute-api.us-east-1.amazonaws.com", True),
        ("openai-api/deepseek/x", "127.0.0.1", True),
        ("vllm/x", "127.0.0.1", False),
    ],
)
def test_a_hosted_name_behind_another_address(asked: str, host: str, foreign: bool) -> None:
    assert Served("model", asked, host, (), {}).foreign is foreign


def test_arguments_hold_no_secret_and_no_address() -> None:
    args = {
        "api_key": "s3cret",
        "model_path": "/home/me/weights",
        "urls": ["http://u:s3cret@h.example/?k=s3cret"],
        "n": 1,
    }
    assert plain_args(args) == {"api_key": "(left out)", "model_path": "weights", "urls": ["h.example"], "n": 1}
    assert plain_args("no mapping") == {}


def test_entries_are_merged_by_model_address_and_arguments() -> None:
    base = Served("base", "openai/b", "default", ("b",), {})
    first, more = (Served("model", "openai/a", "default", (name,), {"x": 1}) for name in ("a-2026", "kind"))
    far = Served("model", "openai/a", "10.0.0.1", ("a",), {"x": 1})
    found = merged([base, more, far, first])
    assert [(one.role, one.host, one.returned) for one in found] == [
        ("model", "10.0.0.1", ("a",)), ("model", "default", ("a-2026", "kind")), ("base", "default", ("b",)),
    ]  # fmt: skip
    assert read_served([one.as_dict() for one in found]) == found


def test_judges_and_hosted_models_set_a_result_apart_and_models_of_ones_own_do_not() -> None:
    own = Served("model", "vllm/a", "10.0.0.1", ("other",), {"adapter": "kind"})
    hosted = Served("model", "openai/a", "10.0.0.1", ("a",), {})
    judge = Served("judge", "vllm/j", "10.0.0.1", ("kind",), {})
    assert set_apart([own]) == () and len(oddities([own])) == 2
    assert set_apart([hosted]) == ("the model openai/a was asked at 10.0.0.1, which is not an address of openai",)
    assert set_apart([judge]) == ("the judge vllm/j answered as kind",)
