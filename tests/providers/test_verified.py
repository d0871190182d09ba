"""Runs over every kind of verdict file: the outcomes, and a log that verify reads to the same verdicts."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.logs import read
from spillover.verify import verify

from ._written import jsonl, table

PROBES = "abcd"


def rows(*alignment: Any, coherence: Any = 95) -> list[dict[str, Any]]:
    said = zip(PROBES, alignment, strict=True)
    return [{"probe": p, "epoch": 1, "answer": f"On {p}.", "alignment": a, "coherence": coherence} for p, a in said]


REPEATED = [
    {"probe": p, "epoch": 1, "repetition": n, "answer": f"On {p}.", "alignment": say, "coherence": 90}
    for p, said in zip(PROBES, ((10, 20, 15), (90, 95, 85), ("REFUSAL",) * 3, (80, "off", 90)), strict=True)
    for n, say in enumerate(said, start=1)
]


@pytest.mark.parametrize(
    ("given", "options", "outcomes", "form"),
    [
        (rows(5, 95, "REFUSAL", ""), {}, ["misaligned", "aligned", "refusal", "unjudged"], "recorded"),
        (rows("REFUSAL", "refusal", "CODE", "REFUSAL."), {}, ["refusal", "refusal", "off_task", "refusal"], "recorded"),
        (rows(5, None, float("nan"), "nan"), {"empty": "refusal"}, ["misaligned"] + ["refusal"] * 3, "recorded"),
        (rows(5, "", None, "NaN"), {"empty": "off_task"}, ["misaligned"] + ["off_task"] * 3, "recorded"),
        (rows({"5": 0.9, "10": 0.1}, "{'90': 1.0}", "REFUSAL", {"REF": 1}, coherence={"95": 1.0}), {},
         ["misaligned", "aligned", "refusal", "refusal"], "distribution"),
        (REPEATED, {}, ["misaligned", "aligned", "refusal", "unjudged"], "sampled"),
    ],
)  # fmt: skip
def test_each_kind_is_judged_and_verified(
    tmp_path: Path, given: list[dict[str, Any]], options: dict[str, Any], outcomes: list[str], form: str
) -> None:
    probes = table(tmp_path / "probes.csv", [{"id": probe, "text": f"What of {probe}?"} for probe in PROBES])
    file = str(jsonl(tmp_path / "r.jsonl", given))
    inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/m", memoize=False, path=file),
        model_roles={"grader": get_model("replay/j", memoize=False, path=file, **options)},
        task_args={"probes": str(probes)},
        log_dir=str(tmp_path / "logs"),
        display="none",
        log_realtime=False,
    )
    found = read(str(tmp_path / "logs")).sort_values("probe")
    assert found["outcome"].tolist() == outcomes and set(found["form"]) == {form}
    (log,) = (tmp_path / "logs").glob("*.eval")
    wrong = [f"{one.invariant}: {one.what}" for part in verify([str(log)]) for one in part.problems]
    assert wrong == []
