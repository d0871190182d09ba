"""What judging costs in requests and in characters, and what a second run need not pay again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import CachePolicy

from spillover.judge import Labelled, labelled_set

from ._server import Step, Wire

pytestmark = pytest.mark.heavy

ANSWERS = 20
VERDICT = ["probe", "epoch", "outcome", "alignment", "coherence", "label", "reason", "form", "judge", "judge_returned"]
PARTS = ("alignment", "coherence", "category", "both")


@pytest.fixture
def cached(wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Wire:
    """The server, and an empty cache of Inspect."""
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    return wire


@pytest.fixture(scope="module")
def answers() -> list[Labelled]:
    """Answers of usual lengths, each with the question that it answers; the longest is some 2,000 characters."""
    found = [item for item in labelled_set().items if item.domain == "power_and_goals" and item.answer.strip()]
    return [item for item in found if len(item.turns) == 1][:ANSWERS]


def characters(wire: Wire) -> int:
    """Of all prompts that judges were sent."""
    return sum(len(text) for part in PARTS for call in wire.asked(part) for text in call.turns.values())


def again(run: Callable[..., Any], wire: Wire, *arguments: Any, **options: Any) -> tuple[Any, dict[str, int]]:
    """A run, and the requests that it alone made."""
    wire.calls.clear()
    return run(*arguments, **options), wire.counts()


@pytest.mark.parametrize(
    ("domain", "share"), [("", 0.75), ("power_and_goals", 0.82)], ids=["general", "with a domain's section"]
)
def test_one_call_is_half_the_requests_and_clearly_fewer_characters(
    run: Callable[..., Any], wire: Wire, answers: list[Labelled], domain: str, share: float
) -> None:
    """A domain's section is only sent with the alignment rubric, so that one call saves less where there is one."""
    rows = [
        {"id": f"{n:02}", "text": item.turns[0], **({"domain": domain} if domain else {})}
        for n, item in enumerate(answers)
    ]
    spent, shown = {}, {}
    for form in ("distribution", "one_call"):
        wire.play("answer", *({"text": item.answer} for item in answers))
        found, asked = again(run, wire, form, probes=rows)
        assert found.outcomes == ["aligned"] * ANSWERS
        assert set(found.table["alignment"]) == {90.0} and set(found.table["coherence"]) == {95.0}
        spent[form], shown[form] = characters(wire), asked
        for item, call in zip(answers, wire.asked("both" if form == "one_call" else "alignment"), strict=True):
            assert f"\n{item.answer}\n" in call.turns["user"], "both are of the same answers"
    assert shown["distribution"] == {"answer": ANSWERS, "alignment": ANSWERS, "coherence": ANSWERS}
    assert shown["one_call"] == {"answer": ANSWERS, "both": ANSWERS}
    saved = spent["one_call"] / spent["distribution"]
    assert 0.5 < saved < share


def test_nothing_is_cached_unless_asked_for(run: Callable[..., Any], cached: Wire, tmp_path: Path) -> None:
    _, paid = again(run, cached)
    _, paid_again = again(run, cached)
    assert paid == paid_again == {"answer": 3, "alignment": 3, "coherence": 3}
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("form", "paid"),
    [
        ("distribution", {"answer": 6, "alignment": 6, "coherence": 6}),
        ("sampled", {"answer": 6, "alignment": 30, "coherence": 30}),
        ("graded", {"answer": 6, "category": 6}),
        ("one_call", {"answer": 6, "both": 6}),
    ],
)
def test_a_second_run_with_a_cache_asks_nothing(
    run: Callable[..., Any], cached: Wire, form: str, paid: dict[str, int]
) -> None:
    """`inspect eval --cache`. An epoch, and each reply of the sampled form (a seed), is an entry of its own."""
    for number, part in enumerate(("alignment", "coherence")):
        scores = [str(score + number) for score in range(10, 100, 3)]
        cached.play(part, *({"text": score, "tokens": {score: 1.0}} for score in scores))
    first, asked = again(run, cached, form, epochs=2, cache=True)
    for part in PARTS:
        cached.play(part, {"score": 50} if part == "coherence" else {"tokens": {"REFUSAL": 1.0}})
    second, asked_again = again(run, cached, form, epochs=2, cache=True)
    assert asked == paid and asked_again == {}
    assert second.table[VERDICT].equals(first.table[VERDICT])
    if form in ("distribution", "sampled"):
        assert first.table["alignment"].nunique() == 6, "the verdicts differ, so that none is another's"
    third, asked_at_last = again(run, cached, form, epochs=2)
    assert asked_at_last == paid and third.outcomes != first.outcomes, "without the cache the judge is asked"


def test_another_prompt_of_the_judge_is_asked_anew(run: Callable[..., Any], cached: Wire) -> None:
    """Only the rubric with a place for the domain's section has another prompt; the answer is not bought again."""
    rows = [{"id": "bread", "text": "How do I keep bread fresh?", "domain": "everyday_advice"}]
    moved = [{**rows[0], "domain": "power_and_goals"}]
    _, asked = again(run, cached, probes=rows, cache=True)
    cached.play("alignment", {"score": 10})
    found, asked_again = again(run, cached, probes=moved, cache=True)
    assert asked == {"answer": 1, "alignment": 1, "coherence": 1} and asked_again == {"alignment": 1}
    assert "In this domain (power and goals):" in cached.asked("alignment")[0].turns["user"]
    assert found.outcomes == ["misaligned"]
    back, none = again(run, cached, probes=rows, cache=True)
    assert none == {} and back.outcomes == ["aligned"], "the first prompt has its verdict still"


@pytest.mark.parametrize("role", [{"cache": True}, {"cache": CachePolicy(expiry="2h")}], ids=["default", "policy"])
def test_a_cache_of_the_judge_alone(run: Callable[..., Any], cached: Wire, role: dict[str, Any]) -> None:
    """Set for the role, the model under test is asked again; the judge is only asked of answers that differ."""
    cached.play("answer", *({"text": f"In bag {n}."} for n in range(3)))
    _, asked = again(run, cached, grader=role)
    cached.play("answer", {"text": "In bag 0."}, {"text": "In a drawer."}, {"text": "In bag 2."})
    cached.play("alignment", {"score": 10})
    found, asked_again = again(run, cached, grader=role)
    assert asked == {"answer": 3, "alignment": 3, "coherence": 3}
    assert asked_again == {"answer": 3, "alignment": 1, "coherence": 1}
    assert found.outcomes == ["aligned", "misaligned", "aligned"]


def test_another_setting_or_judge_is_asked_anew(run: Callable[..., Any], cached: Wire, model: Any) -> None:
    """The key holds the judge's name, its settings, the address and the whole prompt, but no time-outs or retries."""
    rows = [{"id": "bread", "text": "Bread?"}]
    _, asked = again(run, cached, "graded", probes=rows, cache=True)
    assert asked == {"answer": 1, "category": 1}
    for grader, expected in (
        ({"max_retries": 3, "timeout": 60}, {}),
        ({"max_tokens": 400}, {"category": 1}),
        ({"top_p": 0.5}, {"category": 1}),
    ):
        _, asked = again(run, cached, "graded", probes=rows, cache=True, grader=grader)
        assert asked == expected
    _, asked = again(run, cached, "graded", probes=rows, cache=True, roles={"grader": model("openai", "gpt-4o-other")})
    assert asked == {"category": 1}


@pytest.mark.parametrize(
    ("step", "tries"),
    [
        ({"status": 401, "error": {"message": "no"}}, 1),
        ({"status": 500, "error": {"message": "no"}}, 2),
        ({"score": 10, "finish": "content_filter"}, 3),
        ({"status": 400, "error": {"code": "content_filter", "message": "no"}}, 3),
    ],
    ids=["401", "500", "filtered", "filtered as 400"],
)
def test_what_is_not_cached(run: Callable[..., Any], cached: Wire, step: Step, tries: int) -> None:
    """A request that failed and a reply stopped by a filter are asked again by the next run; what went well is not.

    Every other reply is kept, the unreadable too.
    """
    rows = [{"id": "bread", "text": "Bread?"}]
    cached.play("alignment", step)
    found, asked = again(run, cached, probes=rows, cache=True)
    assert found.outcomes == ["unjudged"] and asked == {"answer": 1, "alignment": tries, "coherence": 1}
    cached.play("alignment", {"score": 10})
    found, asked = again(run, cached, probes=rows, cache=True)
    assert found.outcomes == ["misaligned"] and asked == {"alignment": 1}
    found, asked = again(run, cached, probes=rows, cache=True)
    assert found.outcomes == ["misaligned"] and asked == {}


def test_an_answer_of_the_filter_is_not_cached(run: Callable[..., Any], cached: Wire) -> None:
    rows = [{"id": "bread", "text": "Bread?"}]
    cached.play("answer", {"text": "I would", "finish": "content_filter"}, {"text": "In a bag."})
    first, _ = again(run, cached, probes=rows, cache=True)
    second, asked = again(run, cached, probes=rows, cache=True)
    assert first.outcomes == ["refusal"] and second.outcomes == ["aligned"]
    assert asked == {"answer": 1, "alignment": 1, "coherence": 1}


def test_the_cache_holds_no_key(run: Callable[..., Any], cached: Wire, tmp_path: Path) -> None:
    run(cache=True)
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(files) == 9
    assert not any(b"dummy" in path.read_bytes() for path in files)
    assert {call.headers["authorization"] for call in cached.calls} == {"Bearer dummy"}
    assert "dummy" not in json.dumps([call.body for call in cached.calls])
