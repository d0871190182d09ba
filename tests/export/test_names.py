"""Who made a model: never the server or service through which it was reached."""

import pytest

from spillover.common import LogError
from spillover.export.eee_names import Publisher
from spillover.records import Record


def named(model: str, model_id: str | None = None) -> str:
    return Publisher("us", "third_party", model_id=model_id).name(Record({"model": {"name": model}}))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("openrouter/qwen/qwen3-8b", "qwen/qwen3-8b"),
        ("together/meta-llama/Llama-3.3-70B", "meta-llama/Llama-3.3-70B"),
        ("hf/org/name", "org/name"),
        ("openai-api/service/org/name", "org/name"),
    ],
)
def test_the_way_to_a_model_is_not_in_its_name(model: str, name: str) -> None:
    assert named(model) == name


@pytest.mark.parametrize("model", ["openai-api/local/m", "vllm/name", "ollama/llama3", "hf/name"])
def test_where_nothing_says_who_made_it_that_is_asked_for(model: str) -> None:
    with pytest.raises(LogError, match=r"does not say who made it; .* give --model-id DEVELOPER/NAME"):
        named(model)
    assert named(model, "org/name") == "org/name"
