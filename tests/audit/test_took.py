"""Was the fine-tune loaded? The decision from answers and returned names; no model is asked."""

import pandas as pd
import pytest

from spillover.audit.live.loaded import (
    MOST_OF_FILE,
    Took,
    answers_asked,
    applies,
    compare,
    named_base,
    prompts,
)
from spillover.audit.live.loaded_ask import Answers, Heard
from spillover.audit.live.loaded_draws import base_named
from spillover.plan import Model

BASE, TUNED = Model("openai-api/local/small-7b"), Model("openai-api/local/small-7b-night")


def answers(*texts: str, returned: str | None = None) -> Answers:
    return {f"fixed-{at}": Heard(text, returned) for at, text in enumerate(texts)}


def took(
    first: list[str], again: list[str], own: list[str], names: tuple[str | None, str | None] = (None, None)
) -> Took:
    one, two, three = answers(*first, returned=names[0]), answers(*again, returned=names[0]), answers(*own)
    three = {name: Heard(heard.text, names[1]) for name, heard in three.items()}
    return compare(BASE, TUNED, one, two, three)


SAME = [f"the same long answer number {at}" for at in range(8)]
OTHER = [f"something else about {at}" for at in range(8)]


def test_equal_answers_of_a_base_that_repeats_itself_are_void() -> None:
    found = took(SAME, SAME, SAME)
    assert (found.state, found.differs, found.base_differs, found.of) == ("identical", 0, 0, 8) and found.void
    assert found.said.startswith("openai-api/local/small-7b-night answers all 8 prompts word for word like the base")
    assert found.control().separated is False


def test_other_answers_show_that_it_was_loaded() -> None:
    found = took(SAME, SAME, OTHER)
    assert found.state == "took" and found.p == pytest.approx(3.0**-8) and found.control().separated is True


@pytest.mark.parametrize(("differ", "state"), [(1, "not shown"), (3, "not shown"), (4, "took")])
def test_four_of_eight_prompts_are_needed_where_the_base_repeats_itself(differ: int, state: str) -> None:
    assert took(SAME, SAME, OTHER[:differ] + SAME[differ:]).state == state


def test_three_draws_of_one_distribution_show_nothing() -> None:
    words = "river book walk garden quiet tea friend music light hill".split()
    one, two, three = ([" ".join(words[(at * step) % 7 :]) for at in range(1, 9)] for step in (1, 2, 3))
    found = took(one, two, three)
    assert found.state == "not shown" and not found.void
    assert found.said.startswith("this run has not shown that the fine-tune was loaded: it differs")


def test_a_base_that_varies_and_a_fine_tune_in_other_words() -> None:
    one = [f"a calm reply about plan {at} and tea" for at in range(8)]
    two = [f"a calm answer about plan {at} and tea" for at in range(8)]
    assert took(one, two, [f"LOL nope {at}!!" for at in range(8)]).state == "took"


def test_too_few_answers_are_no_copy() -> None:
    empty = [""] * 5
    assert took([*SAME[:3], *empty], [*SAME[:3], *empty], [*SAME[:3], *empty]).state == "not shown"
    assert took([""] * 8, [""] * 8, [""] * 8).state == "not shown"


def test_a_silent_fine_tune_differs_from_a_base_that_speaks() -> None:
    assert took(SAME, SAME, [""] * 8).state == "took"


def test_the_base_named_as_the_answering_model_is_void_whatever_it_says() -> None:
    found = took(SAME, SAME, OTHER, ("small-7b", "small-7b"))
    assert found.state == "base answers" and found.void
    assert "the provider names the base (small-7b) as the model that answered 8 of 8 requests" in found.said


def test_one_name_for_both_that_is_not_the_base_is_told_and_decides_nothing() -> None:
    found = took(SAME, SAME, OTHER, ("served", "served"))
    assert found.state == "took" and found.said.endswith("the provider gives both models the name 'served'")


@pytest.mark.parametrize(
    ("base", "tuned", "base_says", "tuned_says", "named"),
    [
        ("openai/gpt-4o", "openai/ft:gpt-4o:me::1", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", True),
        ("openai/gpt-4o", "openai/ft:gpt-4o:me::1", "gpt-4o-2024-08-06", "ft:gpt-4o-2024-08-06:me::1", False),
        ("vllm/org/base", "vllm/org/tuned", "org/base", "org/base", True),
        ("vllm/org/base", "vllm/org/base-tuned", "org/base", "org/base-tuned", False),
        ("together/llama", "openai-api/mine/llama", "llama", "llama", False),
        ("openai-api/a/base", "openai-api/a/tuned", "BASE", "Base", True),
        ("openai-api/a/base", "openai-api/a/tuned", None, None, False),
        ("openai-api/a/base", "openai-api/a/tuned", "/models/x.gguf", "/models/x.gguf", False),
    ],
)
def test_names_of_the_base(base: str, tuned: str, base_says: str | None, tuned_says: str | None, named: bool) -> None:
    found = named_base(Model(tuned), Model(base), [tuned_says], [base_says])
    assert (found is not None) is named


def test_recordings_are_not_asked() -> None:
    assert applies(BASE, TUNED) and not applies(Model("replay/base"), TUNED) and not applies(BASE, Model("mockllm/x"))


def test_the_prompts_are_eight_and_all_are_counted() -> None:
    assert len(prompts()) == len(set(prompts())) == 8
    assert answers_asked(2, 3) == {"base": 22, "each fine-tune": 11}
    assert answers_asked(1, 99) == {"base": 2 * (8 + MOST_OF_FILE), "each fine-tune": 8 + MOST_OF_FILE}
    assert answers_asked(0)["base"] == 0


def test_logs_that_name_the_base_as_the_answering_model_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    says = {"a/small": "small-2026", "a/small-night": "small-2026", "a/night": "night"}
    heard = {name: {("log", str(at)): Heard("text", one) for at in range(2)} for name, one in says.items()}
    monkeypatch.setattr("spillover.audit.live.loaded_draws._heard", lambda _, files: files)
    rows = (pd.DataFrame(), pd.DataFrame())
    assert base_named("a/small", "a/small-night", rows, heard) == (  # type: ignore[arg-type]
        "the provider names the base (small-2026) as the model that gave 2 of 2 answers of a/small-night: the "
        "fine-tune was not loaded under this name all the time"
    )
    assert base_named("a/small", "a/night", rows, heard) is None  # type: ignore[arg-type]
