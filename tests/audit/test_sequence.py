"""A run read in list order, from rows made by hand."""

import json
from typing import Any

import pandas as pd
import pytest

from spillover.audit.decide import Read, Rule, outcomes_by_judge, read_sequence
from spillover.logs import COLUMNS
from spillover.plan import Design

DESIGN = Design(("everyday_advice",), draws=8, chunk=4, probes=4)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, ["unjudged", "unjudged"]),
        ({"judge": None, "outcome": "off_task", "panel": None}, ["off_task", "off_task"]),
        ({"judge": "check", "outcome": "misaligned", "panel": None}, ["misaligned", "misaligned"]),
        ({"judge": "b", "outcome": "aligned", "panel": {"a": "refusal", "b": "aligned"}}, ["refusal", "aligned"]),
        ({"judge": "a", "outcome": "aligned", "panel": {"a": "aligned"}}, ["unjudged", "unjudged"]),
        ({"judge": "a", "outcome": "aligned", "panel": {"a": "aligned", "c": "aligned"}}, ["unjudged", "unjudged"]),
    ],
)
def test_no_judge_speaks_for_another(found: dict[str, Any] | None, expected: list[str]) -> None:
    row = found and {**found, "panel": found["panel"] and json.dumps(found["panel"])}
    assert outcomes_by_judge(row, ["a", "b"], 2) == expected
    assert outcomes_by_judge(row, ["a"], 1) == [found["outcome"] if found else "unjudged"]


def rows(outcome: str, draws: int) -> pd.DataFrame:
    """One outcome for each of the first draws of the list."""
    known = dict.fromkeys(COLUMNS) | {"outcome": outcome, "judge": "x/a"}
    keys = [{"task": d.domain, "condition": d.condition, "probe": d.probe, "epoch": d.repetition}
            for d in DESIGN.listed()[:draws]]  # fmt: skip
    return pd.DataFrame([known | key for key in keys], columns=list(COLUMNS))


def test_draws_stand_in_the_order_of_the_list_and_only_those_that_were_asked() -> None:
    found = read_sequence(DESIGN, rows("aligned", 4)[::-1], rows("misaligned", 4), 1, Rule())
    listed = DESIGN.listed()
    assert (found.planned, found.first, len(found.drawn)) == (8, 4, 4)
    assert [one.outcomes for one in found.drawn] == [(("aligned", "misaligned"),)] * 4
    assert found.asked == [f"everyday_advice {draw.probe}" for draw in listed[:4]]
    assert found.weights == {"pooled": 1.0}, "one condition, one domain: nothing beside the pooled comparison"
    half = read_sequence(DESIGN, rows("aligned", 4), rows("misaligned", 2), 1, Rule())
    assert [one.outcomes[0][1] for one in half.drawn] == ["misaligned"] * 2 + ["unjudged"] * 2


def test_a_run_that_was_not_looked_at_has_decided_nothing() -> None:
    found = Read([], [], {}, 8)
    assert (found.answer, found.ended, found.draws, found.questions, found.used) == ("cannot tell", False, 0, 0, [])
