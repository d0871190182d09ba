"""Answers to which no verdict was given: what a recording lacks is passed over, and the rest still holds together."""

import json
from pathlib import Path
from typing import Any

from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.records import record
from spillover.verify import verify

from .._place import SAID
from .._spill import spill

Place = Any
PROBES = ("p0", "p1", "p2")


def _replay(folder: Path, name: str, rows: list[dict[str, Any]]) -> Any:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return get_model(f"replay/{name}", memoize=False, path=str(path), missing="skip")


def test_a_record_of_a_recording_with_cells_passed_over_holds(tmp_path: Path) -> None:
    """The recording holds the first two questions; with missing=skip the third is no answer."""
    probes = tmp_path / "probes.jsonl"
    probes.write_text("\n".join(json.dumps({"id": one, "text": f"What of {one}?"}) for one in PROBES), encoding="utf-8")
    held = [{"probe": one, "epoch": 1} for one in PROBES[:2]]
    (log,) = inspect_eval(
        "spillover/own_probes",
        model=_replay(tmp_path, "tuned", [{**cell, "answer": f"Of {cell['probe']} this."} for cell in held]),
        model_roles={"grader": _replay(tmp_path, "judge", [{**cell, **SAID} for cell in held])},
        task_args={"probes": str(probes)},
        epochs=1,
        log_dir=str(tmp_path / "runs"),
        display="none",
        log_realtime=False,
    )
    made = record(log.location)
    assert made.data["pooled"][0]["outcomes"]["aligned"] == 2
    file = tmp_path / "record.json"
    file.write_text(made.text(), encoding="utf-8")
    done = spill("verify", file, "--logs", tmp_path / "runs")
    assert (done.code, "cannot be looked at" in done.said) == (0, False), done.said


def test_a_failed_answer_with_no_number_for_a_verdict_is_looked_at(place: Place) -> None:
    """Inspect writes NaN where a scorer gave no score."""

    def unscored(data: Any) -> None:
        if data["id"] == "p0":
            data["error"] = {"message": "m", "traceback": "", "traceback_ansi": ""}
            data["scores"]["judged"]["value"] = float("nan")

    place.samples("base", unscored)
    (found,) = verify([place.log("base")])
    assert not [one.what for one in found.problems if "cannot be looked at" in one.what]
