"""Chunks: what is done is not done again, what failed is tried again, an outage loses nothing."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from spillover.common import OutageError, RunError
from spillover.logs import read
from spillover.plan import Design, Model, Options
from spillover.run import execute as _execute
from spillover.run.execute import chunk_logs, run_chunk
from spillover.run.loop import alone_in, run_chunks
from spillover.run.measured_base import reuse

from ._pair import BASE, JUDGE, TUNED, Pair

DESIGN = Design(("everyday_advice", "power_and_goals"), ("plain", "json"), draws=24, chunk=8, probes=4)
MODELS = [Model(BASE), Model(TUNED)]
JUDGES = [Model(JUDGE)]
QUICK = Options(call_retries=1, retries=1, wait=0.01, realtime=False)


def run(out: Path, design: Design = DESIGN, options: Options = QUICK, models: list[Model] = MODELS) -> list[Path]:
    return list(run_chunks(design, lambda: models, JUDGES, out, options))


def table(folders: list[Path]) -> list[tuple[object, ...]]:
    rows = read([str(file) for folder in folders for file in chunk_logs(folder).values()])
    keys = ["model", "task", "probe", "condition", "epoch", "outcome", "answer_sha256"]
    return sorted(rows[keys].itertuples(index=False, name=None))


def test_every_draw_is_asked_once_of_every_arm_and_a_second_run_asks_nothing(pair: Pair, tmp_path: Path) -> None:
    folders = run(tmp_path)
    assert [folder.name for folder in folders] == ["000000-000008", "000008-000016", "000016-000024"]
    drawn = [(d.domain, d.probe, d.condition, d.repetition) for d in DESIGN.listed()]
    found = table(folders)
    for model in (BASE, TUNED):
        assert sorted(row[1:5] for row in found if row[0] == model) == sorted(drawn)
    assert pair.asked() == {"arm-base": 24, "arm-tuned": 24, "judge-a": 96}
    assert table(run(tmp_path)) == found
    assert pair.asked()["arm-base"] == 24


@pytest.mark.heavy
def test_an_outage_stops_the_run_and_the_next_goes_on_from_there(pair: Pair, tmp_path: Path) -> None:
    small = replace(DESIGN, draws=6, chunk=2)  # a failed answer costs a second: Inspect lays its traceback out
    run_chunk(small, (0, 2), MODELS, JUDGES, tmp_path / "logs", QUICK)
    pair.down = True
    with pytest.raises(RunError, match=r"4 of 4 answers failed .InternalServerError at every try.*nothing is lost"):
        run(tmp_path, small)
    pair.down = False
    pair.wire.calls.clear()
    whole = table(run(tmp_path, small))
    assert pair.asked()["arm-base"] == 4
    assert whole == table(run(tmp_path / "unbroken", small))


@pytest.mark.heavy
def test_processes_side_by_side_give_the_same_table(pair: Pair, tmp_path: Path) -> None:
    assert table(run(tmp_path / "two", options=Options(retries=1, processes=2))) == table(run(tmp_path / "one"))


@pytest.mark.heavy
def test_a_base_measured_already_is_not_asked_again(pair: Pair, tmp_path: Path) -> None:
    first = run(tmp_path / "first")
    pair.wire.calls.clear()
    spans = DESIGN.chunks()
    taken = [reuse(DESIGN, span, MODELS[0], JUDGES, tmp_path / "first", tmp_path / "next") for span in spans]
    assert [len(names) for names in taken] == [1, 1, 1]
    assert table(run(tmp_path / "next")) == table(first)
    assert pair.asked() == {"arm-tuned": 24, "judge-a": 96}, "kept answers are judged again"


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("design", "base", "judges"),
    [
        (Design(DESIGN.domains, ("plain",), draws=24, chunk=8, probes=4), MODELS[0], JUDGES),
        (Design(DESIGN.domains, DESIGN.conditions, draws=24, chunk=8, probes=4, seed=1), MODELS[0], JUDGES),
        (DESIGN, MODELS[1], [Model("openai-api/wire/judge-b")]),
        (DESIGN, Model("openai-api/wire/arm-other"), JUDGES),
        (DESIGN, Model(BASE, (("emulate_tools", True),)), JUDGES),
    ],
)
def test_a_base_measured_otherwise_is_asked_anew(
    pair: Pair, tmp_path: Path, design: Design, base: Model, judges: list[Model]
) -> None:
    run_chunk(DESIGN, (0, 8), MODELS, JUDGES, tmp_path / "first" / "logs", QUICK)
    assert reuse(design, (0, 8), base, judges, tmp_path / "first", tmp_path / "next") == []


def test_one_run_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(RunError, match="another run is using this folder"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass


def test_logs_that_a_full_disk_never_took_are_an_outage_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = SimpleNamespace(message="OSError(28, 'No space left on device')")
    spec = SimpleNamespace(dataset=SimpleNamespace(samples=8), model=BASE)
    log = SimpleNamespace(error=error, results=None, eval=spec, location=str(tmp_path / "never-written.eval"))
    monkeypatch.setattr(_execute, "evaluated", lambda *_: [log])
    with pytest.raises(OutageError, match=r"8 of 8 answers failed \(OSError\(28, 'No space.*nothing is lost"):
        run_chunk(DESIGN, (0, 8), [Model(BASE)], JUDGES, tmp_path, QUICK)
    log.error = None
    with pytest.raises(OutageError, match=r"8 of 8 answers failed .no reason given"):
        run_chunk(DESIGN, (0, 8), [Model(BASE)], JUDGES, tmp_path, QUICK)
