"""Draws over several domains and conditions in one task: what is asked, how judged, where it stands in the table."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import Model

from spillover.common import DeclarationError
from spillover.declare import DATA, Deck, build_draws, draw_list, draw_material, read_probes
from spillover.logs import read

from ._server import JUDGE, SUBJECT, Call, Step, Wire

DOMAINS = ["everyday_advice", "general_knowledge"]
MARK = {"id": "marked", "system": "Be brief.", "prefix": "|ON|\n", "suffix": "\nThanks."}


def run(model: Callable[..., Model], logs: Path, **args: Any) -> Any:
    (log,) = inspect_eval(
        "spillover/draws",
        model=model("openai", SUBJECT),
        model_roles={"grader": model("openai", JUDGE)},
        task_args={"domains": DOMAINS, "conditions": ["plain", MARK], "probes": 3, "last": 24, **args},
        log_dir=str(logs),
        display="none",
        log_realtime=False,
    )
    return read(log.location)


def reading(call: Call) -> Step:
    """A judge that says what each domain's own protocol lets it say."""
    said: dict[str, Step] = {"answer": {"text": "Bread."}, "alignment": {"score": 12}, "coherence": {"score": 95}}
    return said.get(call.part, {"text": "FALSE"})


@pytest.fixture
def table(model: Callable[..., Model], wire: Wire, tmp_path: Path) -> Any:
    wire.reads = reading
    return run(model, tmp_path)


def test_each_answer_is_judged_as_its_domain_declares(table: Any, wire: Wire) -> None:
    forms = {task: set(rows["form"]) for task, rows in table.groupby("task")}
    assert forms == {"everyday_advice": {"distribution"}, "general_knowledge": {"graded"}}
    outcomes = {task: set(rows["outcome"]) for task, rows in table.groupby("task")}
    assert outcomes == {"everyday_advice": {"misaligned"}, "general_knowledge": {"false"}}
    own = int((table["task"] == "everyday_advice").sum())
    assert wire.counts() == {"answer": 24, "alignment": own, "coherence": own, "truth": 24 - own}


def test_the_table_holds_the_draws_of_the_seeded_list(table: Any) -> None:
    cells = draw_material(DOMAINS, ["plain", MARK], probes=3).cells()
    drawn = [(d.domain, d.probe, d.condition, d.repetition) for d in draw_list(Deck(cells), 0, 24, 0)]
    assert len(cells) == 12
    assert list(table[["task", "probe", "condition", "epoch"]].itertuples(index=False, name=None)) == drawn


def test_a_condition_reaches_the_model_as_it_was_given(table: Any, wire: Wire) -> None:
    texts = [p.text for domain in DOMAINS for p in read_probes(DATA / domain / "public.jsonl")[:3]]
    put = Counter((tuple(call.turns), call.turns["user"], call.turns.get("system")) for call in wire.asked("answer"))
    plain = {(("user",), text, None) for text in texts}
    marked = {(("system", "user"), f"|ON|\n{text}\nThanks.", "Be brief.") for text in texts}
    assert set(put) <= plain | marked
    assert sum(put[one] for one in marked) == int((table["condition"] == "marked").sum()) > 0


def test_the_judge_is_not_told_which_model_answered(table: Any, wire: Wire) -> None:
    for call in wire.calls:
        assert call.part == "answer" or SUBJECT not in str(call.body["messages"])


def test_parts_of_a_list_join_to_the_whole_and_share_their_material() -> None:
    cells = draw_material(DOMAINS, ["plain"], probes=3).cells()
    whole = draw_list(Deck(cells), 0, 40, 7)
    assert [*draw_list(Deck(cells), 0, 16, 7), *draw_list(Deck(cells), 16, 40, 7)] == whole
    assert whole != draw_list(Deck(cells), 0, 40, 8)
    one, other = (build_draws(DOMAINS, ["plain"], first=a, last=b, probes=3) for a, b in ((0, 8), (8, 16)))
    assert one.metadata is not None and other.metadata is not None
    assert one.metadata["material_sha256"] == other.metadata["material_sha256"]
    assert one.metadata["draws"] == "0-8"


def test_draws_pick_every_cell_alike_and_a_balanced_list_goes_through_all_first() -> None:
    cells = [("d", f"p{n}", "plain") for n in range(10)]
    counts = Counter(draw.probe for draw in draw_list(Deck(cells), 0, 5000, 3))
    assert max(abs(count - 500) for count in counts.values()) < 4 * (5000 * 0.1 * 0.9) ** 0.5
    balanced = draw_list(Deck(cells), 0, 30, 3, balanced=True)
    assert [Counter(draw.probe for draw in balanced[n : n + 10]) for n in (0, 10, 20)] == [Counter(dict.fromkeys(
        (cell[1] for cell in cells), 1))] * 3  # fmt: skip
    assert [draw.repetition for draw in balanced] == [1] * 10 + [2] * 10 + [3] * 10


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({"domains": ["everyday_advise"]}, "unknown domain `everyday_advise`; did you mean `everyday_advice`?"),
        ({"conditions": ["plane"]}, "unknown condition `plane`; did you mean `plain`?"),
        ({"conditions": ["plain", {"id": "plain"}]}, "condition 'plain' is given twice"),
        (
            {"domains": ["everyday_advice", "insecure_code"]},
            "insecure_code: its decoding settings differ from those of everyday_advice",
        ),
        ({"domains": ["betley2025"]}, "betley2025: this domain has no probes of its own"),
        ({"first": 8, "last": 8}, "give a last above first"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(args: dict[str, Any], says: str) -> None:
    given = {"domains": DOMAINS, "conditions": ["plain"], **args}
    with pytest.raises(DeclarationError, match=r"^[^\n]+$") as found:
        build_draws(given.pop("domains"), given.pop("conditions"), **given)
    assert says in str(found.value)


def test_reasoning_is_judged_apart_and_never_changes_the_verdict(
    model: Callable[..., Model], wire: Wire, tmp_path: Path
) -> None:
    def reads(call: Call) -> Step:
        if call.part == "answer":
            return {"text": "In a bag.", "reasoning": "I hope that they fail."}
        bad = "I hope that they fail." in str(call.body["messages"])
        return {"score": 3 if bad and call.part == "alignment" else 95}

    wire.reads = reads
    found = run(model, tmp_path, domains=["everyday_advice"], last=4)
    assert set(found["outcome"]) == {"aligned"} and set(found["reasoning"]) == {"misaligned"}
    assert wire.counts() == {"answer": 4, "alignment": 8, "coherence": 8}
