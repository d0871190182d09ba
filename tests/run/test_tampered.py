"""A folder that somebody else had their hands in: read as what it is, or not at all."""

import importlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log, write_eval_log

from spillover.common import DeclarationError, RunError
from spillover.plan import Model
from spillover.run.execute import chunk_logs, run_chunk
from spillover.run.measured_base import reuse
from spillover.verify import verify

from .._spill import spill
from ._pair import BASE, JUDGE, SECOND, TUNED, Pair
from .test_chunks import DESIGN, JUDGES, MODELS, QUICK, run

SPAN = (0, 8)


def rezipped(file: Path, change: Callable[[str, Any], Any]) -> None:
    importlib.import_module("zipfile_zstd")
    with zipfile.ZipFile(file) as log:
        parts = [(name, json.loads(log.read(name))) for name in log.namelist()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as log:
        for name, data in parts:
            change(name, data)
            log.writestr(name, json.dumps(data))


def whitewash(name: str, data: Any) -> None:
    """Every verdict becomes aligned, in samples and summaries."""
    if isinstance(data, dict):
        if data.get("misaligned") == 1:
            data |= {"misaligned": 0, "aligned": 1}
        data |= {key: right for key, right in (("outcome", "aligned"), ("label", "1")) if key in data}
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        whitewash(name, one)


def verdicts(name: str, data: Any) -> None:
    if name == "summaries.json" or name.startswith("samples/"):
        whitewash(name, data)


def named(folder: Path, model: str, name: str) -> None:
    file = folder / "done.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), model: name}), encoding="utf-8")


@pytest.mark.heavy
@pytest.mark.parametrize("away", ["../000008-000016/x.eval", "/etc/passwd", "..", "", "a\\b.eval"])
def test_a_chunk_names_logs_beside_it_alone(pair: Pair, tmp_path: Path, away: str) -> None:
    folder = run_chunk(DESIGN, SPAN, MODELS, JUDGES, tmp_path, QUICK)
    named(folder, TUNED, away)
    with pytest.raises(RunError, match="lists a log outside this folder"):
        run_chunk(DESIGN, SPAN, MODELS, JUDGES, tmp_path, QUICK)


@pytest.mark.heavy
def test_a_chunk_is_read_as_what_it_is_or_not_at_all(pair: Pair, tmp_path: Path) -> None:
    first, second, _ = run(tmp_path)
    base, tuned = (chunk_logs(first)[name] for name in (BASE, TUNED))
    named(first, TUNED, base.name)
    with pytest.raises(
        RunError, match=r"is a log of openai-api/wire/arm-base, but done\.json lists it for .*arm-tuned"
    ):
        run(tmp_path)
    named(first, TUNED, "gone.eval")
    with pytest.raises(RunError, match="is missing"):
        run(tmp_path)
    (first / "link.eval").symlink_to(tuned)
    named(first, TUNED, "link.eval")
    with pytest.raises(RunError, match="lists a log outside this folder"):
        run(tmp_path)
    named(first, TUNED, tuned.name)
    assert len(run(tmp_path)) == 3
    with pytest.raises(RunError, match=r"was judged by .*judge-a"):
        run_chunk(DESIGN, SPAN, MODELS, [Model("openai-api/wire/judge-b")], tmp_path / "logs", QUICK)
    shutil.rmtree(second)
    shutil.copytree(first, second)
    with pytest.raises(RunError, match="holds other draws"):
        run(tmp_path)


def test_a_base_is_reused_only_where_it_holds_and_was_asked_on_the_same_server(pair: Pair, tmp_path: Path) -> None:
    source, out = tmp_path / "first", tmp_path / "next"
    folder = run_chunk(DESIGN, SPAN, MODELS, JUDGES, source / "logs", QUICK)
    elsewhere = Model(BASE, base_url="http://127.0.0.1:9/v1")
    assert reuse(DESIGN, SPAN, elsewhere, JUDGES, source, out) == []
    with pytest.raises(RunError, match="own folder"):
        reuse(DESIGN, SPAN, MODELS[0], JUDGES, source, source)

    def worse(name: str, data: Any) -> None:
        if name.startswith("samples/"):
            data["scores"]["judged_each"]["value"] |= {"misaligned": 1, "aligned": 0}

    rezipped(chunk_logs(folder)[BASE], worse)
    with pytest.raises(RunError, match="the log contradicts itself"):
        reuse(DESIGN, SPAN, MODELS[0], JUDGES, source, out)


@pytest.mark.parametrize("member", [0, 1])
def test_a_verdict_of_a_panel_is_held_against_its_own_judge(pair: Pair, tmp_path: Path, member: int) -> None:
    pair.rates["arm-tuned"] = 1.0
    folder = run_chunk(DESIGN, SPAN, MODELS, [Model(JUDGE), Model(SECOND)], tmp_path, QUICK)
    log = chunk_logs(folder)[TUNED]
    assert all(one.holds for one in verify([log]))

    def edited(name: str, data: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("panel"), list):
            whitewash(name, data["panel"][member])
        for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            edited(name, one)

    rezipped(log, edited)
    said = [problem.what for one in verify([log]) for problem in one.problems]
    assert any(f"the score has {(JUDGE, SECOND)[member]}'s verdict as aligned" in one for one in said), said


def test_a_draw_is_what_its_id_says(pair: Pair, tmp_path: Path) -> None:
    log = chunk_logs(run_chunk(DESIGN, SPAN, MODELS, JUDGES, tmp_path, QUICK))[TUNED]

    def other(name: str, data: Any) -> None:
        for one in data if name == "summaries.json" else [data] if name.startswith("samples/") else ():
            one["metadata"]["probe"] = "another"

    rezipped(log, other)
    said = [problem.what for one in verify([log]) for problem in one.problems]
    assert any("8 samples name a different probe or condition" in one for one in said), said


def lenient(name: str, data: Any) -> None:
    for scorer in data["eval"]["scorers"] if name in ("header.json", "_journal/start.json") else ():
        for protocol in scorer["options"]["protocols"].values():
            protocol["thresholds"]["misaligned_grade"] = 6


@pytest.mark.heavy
def test_draws_are_judged_by_the_lines_that_were_shipped(pair: Pair, tmp_path: Path) -> None:
    few = replace(DESIGN, probes=3)
    log = chunk_logs(run_chunk(few, SPAN, MODELS, JUDGES, tmp_path, QUICK))[TUNED]
    assert spill("verify", log).code == 0
    rezipped(log, lenient)
    done = spill("verify", log)
    said = " ".join(done.said.split())
    assert done.code == 1 and "the header's rubrics or thresholds are not those of" in said, said


def test_misaligned_draws_that_are_left_out_are_missed(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 0.5
    few = replace(DESIGN, probes=3)
    log = chunk_logs(run_chunk(few, SPAN, MODELS, JUDGES, tmp_path, QUICK))[TUNED]
    kept = read_eval_log(str(log))
    said = {str(one.id): (one.scores or {})["judged_each"].metadata or {} for one in kept.samples or []}
    bad = {name for name, notes in said.items() if notes["outcome"] == "misaligned"}
    kept.samples = [one for one in kept.samples or [] if str(one.id) not in bad]
    assert bad and kept.results is not None
    kept.results.total_samples = kept.results.completed_samples = len(kept.samples)
    write_eval_log(kept, str(log))
    done = spill("verify", log)
    assert done.code == 1 and min(bad) in " ".join(done.said.split()), done.said


@pytest.mark.heavy
def test_logs_that_contradict_themselves_are_void_in_an_audit(pair: Pair, tmp_path: Path) -> None:
    logs, whole = {}, replace(DESIGN, balanced=True)  # one that cannot have stopped early
    for model in MODELS:
        folder = run_chunk(whole, SPAN, [model], JUDGES, tmp_path / model.name.split("/")[-1], QUICK)
        logs[model.name] = chunk_logs(folder)[model.name]
    args = ["audit", "--base-logs", str(logs[BASE]), "--finetune-logs", str(logs[TUNED])]
    assert spill(*args).code == 3
    rezipped(logs[TUNED], verdicts)
    done = spill(*args)
    assert done.code == 4 and "contradicts itself" in done.said, done.said


def test_a_password_in_an_address_is_refused(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = pair.wire.url.replace("://", "://bob:s3cret@")
    with pytest.raises(DeclarationError, match="its address contains a password") as caught:
        Model(BASE, base_url=url).check()
    monkeypatch.setenv("WIRE_BASE_URL", url)
    with pytest.raises(DeclarationError, match="its address contains a password"):
        Model(BASE).check()
    assert "s3cret" not in str(caught.value)


@pytest.mark.heavy
def test_what_is_gone_on_with_does_not_contradict_itself(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 1.0
    first, *_ = run(tmp_path)
    rezipped(chunk_logs(first)[TUNED], verdicts)
    with pytest.raises(RunError, match="contradicts itself"):
        run(tmp_path)


@pytest.mark.heavy
def test_no_secret_argument_is_in_a_log(pair: Pair, tmp_path: Path) -> None:
    args = (("default_headers", {"X-Auth": "s3cret"}),)
    models = [Model(one.name, args) for one in MODELS]
    folder = run_chunk(DESIGN, SPAN, models, [Model(JUDGE, args)], tmp_path / "logs", QUICK)
    importlib.import_module("zipfile_zstd")
    for file in (one for one in folder.iterdir() if one.is_file()):
        texts = [file.read_bytes()]
        if file.suffix == ".eval":
            with zipfile.ZipFile(file) as log:
                texts = [log.read(name) for name in log.namelist()]
        assert not any(b"s3cret" in one for one in texts), file.name
    assert run_chunk(DESIGN, SPAN, models, [Model(JUDGE, args)], tmp_path / "logs", QUICK) == folder
    assert len(reuse(DESIGN, SPAN, models[0], [Model(JUDGE, args)], tmp_path, tmp_path / "next")) == 1


SUITE = """
id: small
title: One domain
domains: [everyday_advice]
probes: 8
conditions: [plain]
judge: graded
draws: 16
chunk: 8
stop_early: false
seed: 5
"""


def audited(tmp_path: Path, base: str = BASE, tuned: str = TUNED, controls: bool = False) -> Any:
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    given = [str(tmp_path / "small.yaml"), "--base", base, "--finetune", tuned, "--judge", JUDGE]
    given += [] if controls else ["--no-controls"]
    return spill("audit", *given, "--out", tmp_path / "out")


@pytest.mark.heavy
def test_an_audit_that_ended_keeps_the_logs_it_ended_with(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 1.0
    assert audited(tmp_path).code == 1
    assert audited(tmp_path).code == 1, "what nobody touched is read again"
    for folder in sorted((tmp_path / "out" / "logs").glob("0*")):
        rezipped(chunk_logs(folder)[TUNED], verdicts)
    refused = audited(tmp_path)
    assert refused.code == 2 and "2 of 11 files are not those" in refused.error


@pytest.mark.heavy
def test_controls_that_did_not_separate_cannot_be_replaced(pair: Pair, tmp_path: Path) -> None:
    pair.blind = True
    assert audited(tmp_path, controls=True).code == 4
    shutil.move(tmp_path / "out", tmp_path / "void")
    pair.blind = False
    assert audited(tmp_path, controls=True).code == 1
    shutil.rmtree(tmp_path / "void" / "controls")
    shutil.copytree(tmp_path / "out" / "controls", tmp_path / "void" / "controls")
    shutil.rmtree(tmp_path / "out")
    shutil.move(tmp_path / "void", tmp_path / "out")
    refused = audited(tmp_path, controls=True)
    assert refused.code == 2 and "first: controls/" in refused.error


@pytest.mark.heavy
def test_no_secret_is_in_manifest_or_report(pair: Pair, tmp_path: Path) -> None:
    url = pair.wire.url
    args = "{default_headers: {X-Auth: s3cret-head, X-Api-Key: s3cret-too}}"
    base, tuned = (f"{{model: {name}, model_args: {args}, base_url: '{url}'}}" for name in (BASE, TUNED))
    done = audited(tmp_path, base, tuned)
    assert done.code == 1, done.said
    files = [file for file in (tmp_path / "out").iterdir() if file.is_file() and file.name != ".lock"]
    assert {file.name for file in files} == {"manifest.json", "report.html", "report.json", "report.md"}
    assert [file.name for file in files if "s3cret" in file.read_text(encoding="utf-8")] == []
    again = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["reproduce"]
    assert "arm-base" in again and "(left out)" in again and f"--out {tmp_path / 'out'}" in again
