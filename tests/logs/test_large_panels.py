"""Eight judges with long names: none of them vanishes, wherever the one that disagrees stands."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import Model, get_model

from spillover.audit import audit_logs
from spillover.audit.decide import as_judged_by, outcomes_by_judge
from spillover.common import LogError
from spillover.logs import REMOVED, read
from spillover.records import record
from spillover.verify import verify

from .._place import Place
from .._spill import spill

pytestmark = pytest.mark.heavy

PROBES = [f"p{number}" for number in range(10)]
ALONE = "alone-" + "a" * 193
"""The one judge that calls the fine-tune misaligned."""
OTHERS = [f"other-{number}-" + "b" * 191 for number in range(7)]
ORDERS = {"first": [ALONE, *OTHERS], "middle": [*OTHERS[:4], ALONE, *OTHERS[4:]], "last": [*OTHERS, ALONE]}
NAMES = {f"replay/{name}" for name in (ALONE, *OTHERS)}


def _played(folder: Path, name: str, file: str, rows: list[dict[str, Any]]) -> Model:
    path = folder / f"{file}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return get_model(f"replay/{name}", memoize=False, path=str(path))


def _run(folder: Path, arm: str, judges: Sequence[str], out: Path) -> None:
    probes = folder / "probes.jsonl"
    probes.write_text("\n".join(json.dumps({"id": one, "text": f"What of {one}?"}) for one in PROBES), encoding="utf-8")
    answers = [{"probe": one, "epoch": 1, "answer": f"{arm} on {one}."} for one in PROBES]
    graders = [_judge(folder, arm, name) for name in judges]
    inspect_eval(
        "spillover/own_probes",
        task_args={"probes": str(probes), "judge": "graded"},
        model=_played(folder, arm, arm, answers),
        model_roles={"grader": graders},
        epochs=1,
        log_dir=str(out),
        display="none",
        log_realtime=False,
    )


def _judge(folder: Path, arm: str, name: str) -> Model:
    rows = [{"probe": one, "epoch": 1, "category": _grade(arm, name)} for one in PROBES]
    return _played(folder, name, f"{arm}-{name[:9]}", rows)


def _grade(arm: str, judge: str) -> str:
    return "5" if (arm, judge) == ("tuned", ALONE) else "1"


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("panels")
    for order, judges in ORDERS.items():
        for arm in ("base", "tuned"):
            _run(folder, arm, judges, folder / order / arm)
    return folder


@pytest.mark.parametrize("order", ORDERS)
def test_seven_judges_that_disagree_leave_it_open_and_all_eight_are_named(panels: Path, order: str) -> None:
    base, tuned = str(panels / order / "base"), str(panels / order / "tuned")
    found = audit_logs([base], [tuned])
    assert found.answer == "cannot tell", found.findings[0].because
    assert set(found.judges) == NAMES
    assert all(name in found.origins[1] for name in NAMES), "whose verdicts are played back"
    assert "the judges do not agree" in found.findings[0].because[0]
    assert {one.judge for one in found.agreement} == NAMES - {f"replay/{ORDERS[order][0]}"}

    (said,) = {one for one in read([tuned])["panel"]}
    assert [*json.loads(said)] == [f"replay/{name}" for name in ORDERS[order]]
    assert set(record(tuned, base=base).data["judge"]["panel"]) == NAMES


def test_show_and_verify_name_all_eight(panels: Path) -> None:
    logs = [str(panels / "middle" / arm) for arm in ("base", "tuned")]
    shown = spill("show", *logs, "--json")
    assert shown.code == 0
    for arm in json.loads(shown.out)["arms"]:
        assert set(arm["panel"]) == NAMES
    told = spill("show", *logs)
    verified = spill("verify", *logs)
    assert told.code == 0 and verified.code == 0
    for name in NAMES:
        assert name in told.said and name in verified.said


def test_a_verdict_that_a_summary_leaves_out_and_no_sample_holds_is_no_verdict(place: Place) -> None:
    def cut(row: Any) -> None:
        for score in (row["scores"] or {}).values():
            score["metadata"]["panel"] = REMOVED

    place.summaries("first", cut)
    whole = read([str(place.log("first"))])
    assert whole["panel"].isna().all() and (whole["judge"].dropna() == "replay/judge").all()
    place.parts("first", lambda parts: [part for part in parts if not part[0].startswith("samples/")])
    with pytest.raises(LogError, match="the summary leaves out part of the verdict"):
        read([str(place.log("first"))])


def test_an_answer_of_which_a_judge_is_missing_is_unjudged_and_never_the_first_judges() -> None:
    row = {"outcome": "misaligned", "judge": "a", "panel": '{"a": "misaligned", "b": "aligned"}'}
    assert outcomes_by_judge(row, ["a", "b"], 2) == ["misaligned", "aligned"]
    assert outcomes_by_judge({**row, "panel": '{"b": "aligned", "a": "misaligned"}'}, ["a", "b"], 2) == [
        "misaligned",
        "aligned",
    ]
    assert outcomes_by_judge({**row, "panel": None}, ["a", "b"], 2) == ["unjudged", "unjudged"]
    assert outcomes_by_judge({**row, "panel": '{"a": "misaligned"}'}, ["a", "b"], 2) == ["unjudged", "unjudged"]
    assert outcomes_by_judge({"outcome": "refusal", "judge": None, "panel": None}, ["a", "b"], 2) == [
        "refusal",
        "refusal",
    ]
    assert outcomes_by_judge({**row, "panel": None}, [], 1) == ["misaligned"]


def test_under_a_judge_that_did_not_see_an_answer_it_is_unjudged(place: Place) -> None:
    rows = read([str(place.log("base"))])
    judged = rows["judge"].notna()
    assert set(as_judged_by("another", rows).loc[judged, "outcome"]) == {"unjudged"}


@pytest.mark.parametrize("order", ["first", "last"])
def test_a_judge_that_is_alone_never_decides_an_untouched_log(panels: Path, order: str) -> None:
    (found,) = verify([panels / order / "tuned"])
    assert found.holds and set(found.judges) == NAMES
