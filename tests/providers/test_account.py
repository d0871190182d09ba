"""Every recorded answer is accounted for: asked, or named as not asked for, at the end of a run and in `show`."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai._cli.main import inspect as inspect_program
from inspect_ai.model import get_model

from spillover.common import Cell
from spillover.logs import left_over, read
from spillover.providers.account import Account, not_asked
from spillover.providers.columns import Columns
from spillover.providers.recording_file import read_recording

from .._spill import spill
from ._written import table

ROWS = [
    {"probe": probe, "condition": condition, "epoch": epoch, "answer": f"{probe} {condition} {epoch}", "alignment": 90,
     "coherence": 90}
    for probe in "abc" for condition in ("plain", "json") for epoch in (1, 2, 3)
]  # fmt: skip


def run(folder: Path, rows: list[dict[str, Any]], probes: str = "abc", **args: Any) -> Path:
    """Replay and judge a recording; gives the folder of its log."""
    asked = table(folder / "probes.csv", [{"id": probe, "text": f"What of {probe}?"} for probe in probes])
    file = str(table(folder / "answers.csv", rows))
    inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/m", memoize=False, path=file),
        model_roles={"grader": get_model("replay/j", memoize=False, path=file)},
        task_args={"probes": str(asked), "condition": args.pop("condition", "plain")},
        log_dir=str(folder / "logs"),
        display="none",
        log_realtime=False,
        **args,
    )
    return folder / "logs"


def test_without_epochs_all_recorded_answers_are_asked(tmp_path: Path) -> None:
    bare = [
        {name: value for name, value in row.items() if name != "condition"}
        for row in ROWS
        if row["condition"] == "json"
    ]
    found = read(str(run(tmp_path, bare)))
    assert len(found) == 9 and set(found["outcome"]) == {"aligned"}
    assert left_over(found) == []


def test_an_epoch_of_a_billion_is_not_counted_up_to(tmp_path: Path) -> None:
    cells = [("a", 1), ("a", 2), ("a", 10**9), ("b", 1), ("b", 2)]
    rows = [{"probe": p, "epoch": e, "answer": f"{p} {e}", "alignment": 90, "coherence": 90} for p, e in cells]
    found = read(str(run(tmp_path, rows, probes="ab")))
    assert len(found) == 2 * 3 and str(left_over(found)[0]).startswith("replay/m: 1 of 5 recorded answers")


def test_what_fewer_epochs_probes_or_conditions_leave_is_counted(tmp_path: Path) -> None:
    logs = str(run(tmp_path, ROWS, probes="ab", epochs=2))
    (left,) = left_over(read(logs))
    assert str(left) == "replay/m: 14 of 18 recorded answers in answers.csv were not used"
    shown = spill("show", logs)
    assert shown.code == 0 and str(left) in shown.out
    said = json.loads(spill("show", logs, "--json").out)
    assert said["not_asked_for"] == [{"model": "replay/m", "file": "answers.csv", "answers": 18, "left": 14}]
    run(tmp_path, ROWS, condition="json")
    (left,) = left_over(read(logs))
    assert left.left == 5, "two conditions of one recording are counted together"


def test_an_answer_that_was_never_recorded_does_not_stand_for_one_that_was(tmp_path: Path) -> None:
    (left,) = left_over(read(str(run(tmp_path, ROWS, probes="abx"))))
    assert left.left == 9 + 3


def test_the_line_at_the_end_says_which_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = read_recording(table(tmp_path / "r.csv", ROWS))
    account = Account(recording)
    account.tell()
    assert capsys.readouterr().err == "", "nothing was asked: a task of another model"
    for probe in "ab":
        account.add(Cell(probe, "plain", 1))
    account.tell()
    assert capsys.readouterr().err == (
        f"Note: {recording.path}: 16 of 18 recorded answers were not used: 6 of probes that were not asked (c); "
        "6 under another condition; 4 of other epochs (they go up to 3; leave out --epochs to ask all)\n"
    )
    assert not_asked(recording, recording.conversations()) is None


def test_verdicts_of_a_longer_run_are_counted_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = [{name: value for name, value in row.items() if name != "answer"} for row in ROWS]
    account = Account(read_recording(table(tmp_path / "v.csv", bare)))
    for dimension in ("alignment", "coherence"):
        account.add(Cell("a", "plain", 1, dimension))
    account.tell()
    assert "v.csv: 17 of 18 recorded verdicts were not used; if they come from another run" in capsys.readouterr().err
    beside = Account(read_recording(table(tmp_path / "r.csv", ROWS)))
    beside.add(Cell("a", "plain", 1, "alignment"))
    beside.tell()
    assert capsys.readouterr().err == "", "the answers beside them are counted"


def test_show_says_where_verdicts_name_no_answers_and_what_an_empty_cell_may_mean(tmp_path: Path) -> None:
    rows = [{**row, "alignment": ""} for row in ROWS if row["condition"] == "plain"]
    shown = spill("show", run(tmp_path, rows)).out
    assert "no_recorded_score: the verdict's cell is empty." in shown and "its rows do not say" not in shown
    probes = table(tmp_path / "probes.csv", [{"id": probe, "text": f"What of {probe}?"} for probe in "abc"])
    bare = table(tmp_path / "v.csv", [{name: value for name, value in row.items() if name != "answer"} for row in ROWS])
    inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/m", memoize=False, path=str(tmp_path / "answers.csv")),
        model_roles={"grader": get_model("replay/j", memoize=False, path=str(bare))},
        task_args={"probes": str(probes)},
        log_dir=str(tmp_path / "bare"),
        display="none",
        log_realtime=False,
    )
    shown = spill("show", tmp_path / "bare").out
    assert "v.csv: its rows do not say which answer each verdict is about" in shown


def test_the_line_is_for_inspect_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    monkeypatch.setattr("atexit.register", kept.append)
    recording = read_recording(table(tmp_path / "r.csv", ROWS), Columns())
    Account(recording)
    for program, lines in ((click.Group("spillover"), 0), (inspect_program, 1)):
        with click.Context(program) as outer, click.Context(click.Command("eval"), parent=outer):
            Account(recording)
        assert len(kept) == lines


def test_one_file_of_verdicts_for_two_models_is_refused_by_an_audit_of_logs(tmp_path: Path) -> None:
    rows = [row for row in ROWS if row["condition"] == "plain"]
    verdicts = table(tmp_path / "v.csv", [{k: v for k, v in row.items() if k != "answer"} for row in rows])
    probes = table(tmp_path / "probes.csv", [{"id": probe, "text": f"What of {probe}?"} for probe in "abc"])
    for name in ("base", "tuned"):
        file = table(tmp_path / f"{name}.csv", [{**row, "answer": f"{name} {row['answer']}"} for row in rows])
        inspect_eval(
            "spillover/own_probes",
            model=get_model(f"replay/{name}", memoize=False, path=str(file)),
            model_roles={"grader": get_model("replay/j", memoize=False, path=str(verdicts))},
            task_args={"probes": str(probes)},
            log_dir=str(tmp_path / name),
            display="none",
            log_realtime=False,
        )
    logs = ["--base-logs", str(tmp_path / "base"), "--finetune-logs", str(tmp_path / "tuned")]
    ran = spill("audit", *logs, "--out", tmp_path / "out")
    assert ran.code == 2 and ran.out == ""
    assert ran.error == (
        "v.csv: gave replay/base and replay/tuned the same recorded verdicts, because its rows do not say which answer "
        "they are about; give the verdicts of each model, with the columns `model` and `answer`"
    )
    assert not (tmp_path / "out").exists()
