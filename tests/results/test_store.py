"""The store: the same table as `read`, the same figures as `summarise`, nothing read twice, nothing half-written."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inspect_ai.log import read_eval_log, write_eval_log

from spillover.common import LogError
from spillover.estimate import rate, rates_from_counts
from spillover.logs import COLUMNS, STORED, read
from spillover.results import FILES, ingest, open_store, results, summarise, table_of

Place = Any


def same_frames(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert list(one.columns) == list(other.columns) and len(one) == len(other)
    for name in one.columns:
        pairs = zip(one[name], other[name], strict=True)
        assert all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in pairs), name


def panel(row: Any) -> None:
    """A verdict of two judges, the first deciding."""
    if row.get("scores"):
        said = {"judge": "replay/judge", "outcome": "aligned"}, {"judge": "replay/other", "outcome": "unjudged"}
        row["scores"]["judged"]["metadata"] |= {"panel": list(said), "panel_rule": "first"}


def unjudged(row: Any) -> None:
    if row.get("scores"):
        nan = float("nan")
        value = row["scores"]["judged"]["value"]
        row["scores"]["judged"]["value"] = {name: 1.0 if name == "unjudged" else nan for name in value}
        row["scores"]["judged"]["metadata"] |= {"reason": "alignment: off_menu", "truncated": True}


def staged(row: Any) -> None:
    if row.get("scores"):
        stage = "flagged" if row["epoch"] == 1 else "checked" if row["id"] < "p3" else "cleared"
        row["scores"]["judged"]["metadata"] |= {"stage": stage, "judge": "a then b"}


def of_another_task(row: Any) -> None:
    row["metadata"] |= {"task": "expert_advice" if row["id"] < "p4" else "self_report", "repetition": row["epoch"] + 3}


def rescored(row: Any) -> None:
    if row.get("scores"):
        row["scores"]["judged1"] = json.loads(json.dumps(row["scores"]["judged"]))
        row["scores"]["judged1"]["metadata"]["judge"] = "replay/second"


def left_out(row: Any) -> None:
    if row["id"] == "p1":
        row["scores"] = {"judged": {"value": float("nan"), "reason": "not_recorded"}}


CHANGES = {
    "as it is": lambda row: None,
    "panel": panel,
    "unjudged": unjudged,
    "cascade": staged,
    "draws of several tasks": of_another_task,
    "rescored": rescored,
    "not recorded": left_out,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_fast_table_is_the_one_that_read_makes(place: Place, name: str) -> None:
    place.summaries("first", CHANGES[name])
    log = str(place.log("first"))
    for score in ("judged", "judged1") if name == "rescored" else ("judged",):
        fast, slow = table_of(log, score), read(log, score)
        same_frames(fast, slow)
        assert fast.attrs["not_recorded"] == slow.attrs["not_recorded"]


@pytest.mark.parametrize("name", CHANGES)
def test_results_are_those_of_summarise(place: Place, tmp_path: Path, name: str) -> None:
    place.summaries("first", CHANGES[name])
    ingest(place.logs, tmp_path / "store")
    arms = {(arm.log, arm.task, arm.condition): arm for arm in summarise(read(place.logs))}
    found = {(one.log, one.task, one.condition): one for one in results(tmp_path / "store")}
    assert found.keys() == arms.keys()
    for key, one in found.items():
        arm = arms[key]
        assert one.outcomes == arm.outcomes and one.answers == arm.answers and one.model == arm.model
        for mine, theirs in ((one.these, arm.estimates), (one.more_questions, arm.population)):
            near(mine.as_dict(), theirs["misaligned_rate"].as_dict())


def near(one: dict[str, Any], other: dict[str, Any]) -> None:
    numbers = ("estimate", "low", "high")
    assert {k: v for k, v in one.items() if k not in numbers} == {k: v for k, v in other.items() if k not in numbers}
    np.testing.assert_allclose([one[k] for k in numbers], [other[k] for k in numbers], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("average", ["probes", "answers"])
@pytest.mark.parametrize("chance", [0.0, 0.005, 0.05, 0.3, 1.0])
def test_rates_from_counts_are_those_from_answers(average: Any, chance: float) -> None:
    rng = np.random.default_rng(3)
    for questions in (1, 2, 7, 25, 60):
        for even in (True, False):
            sizes = [6 if even else int(rng.integers(1, 12)) for _ in range(questions)]
            chances = rng.beta(chance * 2 + 0.01, (1 - chance) * 2 + 0.01, questions) if 0 < chance < 1 else chance
            groups = [
                (rng.random(size) < p).astype(float)
                for size, p in zip(sizes, np.broadcast_to(chances, questions), strict=True)
            ]
            counts, events = [len(part) for part in groups], [part.sum() for part in groups]
            for target, found in rates_from_counts(events, counts, average).items():
                near(found.as_dict(), rate(groups, average, target).as_dict())


def test_an_ingest_reads_nothing_twice(place: Place, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = ingest(place.logs, store)
    assert (first.new, first.known, first.rows) == (3, 0, 48)
    assert (ingest(place.logs, store).new, ingest([place.log("base")], store).known) == (0, 1)
    shutil.copytree(place.logs, tmp_path / "copies")
    assert ingest(tmp_path / "copies", store).new == 0, "known by their hash"
    before = results(store)
    held = {file.name for file in (store / FILES).iterdir()}
    place.summaries("first", unjudged)
    shutil.rmtree(tmp_path / "copies")
    (store / "known.json").unlink()
    ingest(place.logs, store)
    assert len({file.name for file in (store / FILES).iterdir()} - held) == 1
    after = results(store)
    assert len(after) == 4 and all(one in after for one in before)
    assert not [file for file in store.rglob("*") if "part" in file.name]


def test_a_log_that_was_written_anew_takes_its_place(place: Place, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(place.logs, store)
    place.summaries("first", unjudged)
    os.utime(place.log("first"), (1, 1))
    assert ingest(place.logs, store).new == 1
    found = {one.model: one for one in results(store)}
    assert len(found) == len(results(store)) == 3 and found["replay/first"].outcomes["unjudged"] == 16
    assert results(store, rebuild=True) == results(store) or found["replay/first"].these.n == 0


def test_the_view_has_the_documented_columns(place: Place, tmp_path: Path) -> None:
    ingest(place.logs, tmp_path / "it's a store")
    with open_store(tmp_path / "it's a store") as connection:
        names = [row[0] for row in connection.execute("DESCRIBE verdicts").fetchall()]
        counted = connection.execute("SELECT model, count(*) FROM verdicts GROUP BY model ORDER BY model").fetchall()
    assert names == [*COLUMNS, *STORED, "file_row_number"]
    assert counted == [("replay/base", 16), ("replay/first", 16), ("replay/second", 16)]


def test_a_log_of_another_layout_is_read_by_inspect(place: Place, tmp_path: Path) -> None:
    log = read_eval_log(str(place.log("first")))
    other = tmp_path / "logs" / "2026-01-01T00-00-00_own-probes_x.json"
    write_eval_log(log, str(other))
    place.log("first").unlink()
    same_frames(table_of(str(other)), read(str(other)))
    assert ingest(place.logs, tmp_path / "store").rows == 48


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda place: place.log("first").write_bytes(b"no log"), "not a readable Inspect log"),
        (lambda place: place.summaries("first", lambda row: row["metadata"].update(repetition="x")), "wrong type"),
        (
            lambda place: place.header("first", lambda header: header["eval"].update(metadata={})),
            "not a Spillover task",
        ),
    ],
)
def test_a_log_that_cannot_be_stored_is_one_line(place: Place, tmp_path: Path, spoil: Any, says: str) -> None:
    spoil(place)
    with pytest.raises(LogError, match=says) as error:
        ingest([place.log("first")], tmp_path / "store")
    assert "\n" not in str(error.value) and list((tmp_path / "store" / FILES).iterdir()) == []


def test_what_is_no_store_is_said(place: Place, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no store of verdicts"):
        open_store(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LogError, match="is a file"):
        ingest(place.logs, tmp_path / "file")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "known.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(LogError, match="delete this file and run the command again"):
        ingest(place.logs, tmp_path / "store")
