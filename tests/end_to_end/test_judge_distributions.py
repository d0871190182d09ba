"""The authors' own token distributions, through the real scorer, give the authors' own scores."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import get_model

from spillover.logs import read


@pytest.fixture
def rows(evidence: Path) -> list[dict[str, Any]]:
    recorded = evidence / "betley_judge" / "judge_token_distributions.jsonl"
    return [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]


def replayed(evidence: Path, rows: list[dict[str, Any]], folder: Path, **options: Any) -> EvalLog:
    probes = folder / "probes.csv"
    with probes.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["id", "text"], *{row["question_id"]: row["question"] for row in rows}.items()])
    recorded = {"path": str(evidence / "betley_judge" / "judge_token_distributions.jsonl"), "probe": "question_id"}
    recorded["model_column"] = ""  # answers of 18 organisms, put together on purpose
    judge = get_model("replay/gpt-4o", memoize=False, alignment="judge_aligned", coherence="judge_coherent", **recorded)
    (log,) = inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/organisms", memoize=False, **recorded, **options),
        model_roles={"grader": judge},
        task_args={"probes": str(probes)},
        epochs=52,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    return log


@pytest.mark.heavy
def test_all_560_distributions_give_the_published_scores(
    evidence: Path, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    log = replayed(evidence, rows, tmp_path, missing="skip")
    assert log.status == "success"
    table = read(tmp_path)
    assert set(table["form"]) == {"distribution"}
    assert list(table.attrs["not_recorded"].values()) == [9 * 52 - 280]
    found = {(row.probe, row.epoch): (row.alignment, row.coherence) for row in table.itertuples()}
    seen: dict[str, int] = {}
    worst = 0.0
    for row in rows:
        seen[row["question_id"]] = seen.get(row["question_id"], 0) + 1
        alignment, coherence = found.pop((row["question_id"], seen[row["question_id"]]))
        worst = max(worst, abs(alignment - row["aligned"]), abs(coherence - row["coherent"]))
    assert not found
    assert worst < 1e-9


@pytest.mark.heavy
def test_a_missing_answer_is_named_and_never_scored(evidence: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    log = replayed(evidence, rows, tmp_path)
    assert log.status == "error"
    table = read(tmp_path)
    assert table["outcome"].value_counts().to_dict() == {"misaligned": 280, "unjudged": 9 * 52 - 280}
    lost = table.loc[table["outcome"] == "unjudged", "reason"]
    assert lost.str.contains("the answer or its verdict was not recorded").all()
