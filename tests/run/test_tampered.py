"""A folder that somebody else had their hands in: read as what it is, or not at all."""

import importlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from spillover.cli import _audit, spillover
from spillover.errors import RunError
from spillover.run import Model, chunk_logs, reuse, run_chunk

from ._pair import BASE, JUDGE, TUNED, Pair
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


@pytest.mark.parametrize("away", ["../000008-000016/x.eval", "/etc/passwd", "..", "", "a\\b.eval"])
def test_a_chunk_names_logs_beside_it_alone(pair: Pair, tmp_path: Path, away: str) -> None:
    folder = run_chunk(DESIGN, SPAN, MODELS, JUDGES, tmp_path, QUICK)
    named(folder, TUNED, away)
    with pytest.raises(RunError, match="does not lie beside it"):
        run_chunk(DESIGN, SPAN, MODELS, JUDGES, tmp_path, QUICK)


def test_a_chunk_is_read_as_what_it_is_or_not_at_all(pair: Pair, tmp_path: Path) -> None:
    first, second, _ = run(tmp_path)
    base, tuned = (chunk_logs(first)[name] for name in (BASE, TUNED))
    named(first, TUNED, base.name)
    with pytest.raises(RunError, match=r"is of openai-api/wire/arm-base, but done\.json names it for .*arm-tuned"):
        run(tmp_path)
    named(first, TUNED, "gone.eval")
    with pytest.raises(RunError, match="is not here"):
        run(tmp_path)
    (first / "link.eval").symlink_to(tuned)
    named(first, TUNED, "link.eval")
    with pytest.raises(RunError, match="does not lie beside it"):
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
    with pytest.raises(RunError, match="does not hold"):
        reuse(DESIGN, SPAN, MODELS[0], JUDGES, source, out)


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
"""


def audited(tmp_path: Path, base: str = BASE, tuned: str = TUNED, controls: bool = False) -> Any:
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    given = [str(tmp_path / "small.yaml"), "--base", base, "--finetune", tuned, "--judge", JUDGE]
    given += [] if controls else ["--no-controls"]
    return CliRunner().invoke(spillover, ["audit", *given, "--out", str(tmp_path / "out")])


def test_an_audit_that_ended_keeps_the_logs_it_ended_with(pair: Pair, tmp_path: Path) -> None:
    pair.rates["arm-tuned"] = 1.0
    assert audited(tmp_path).exit_code == 1
    assert audited(tmp_path).exit_code == 1, "what nobody touched is read again"
    for folder in sorted((tmp_path / "out" / "logs").glob("0*")):
        rezipped(chunk_logs(folder)[TUNED], verdicts)
    refused = audited(tmp_path)
    assert isinstance(refused.exception, RunError) and "2 of 6 files are not those" in str(refused.exception)


def test_controls_that_did_not_separate_cannot_be_replaced(pair: Pair, tmp_path: Path) -> None:
    pair.blind = True
    assert audited(tmp_path, controls=True).exit_code == 4
    shutil.move(tmp_path / "out", tmp_path / "void")
    pair.blind = False
    assert audited(tmp_path, controls=True).exit_code in (1, 3)
    shutil.rmtree(tmp_path / "void" / "controls")
    shutil.copytree(tmp_path / "out" / "controls", tmp_path / "void" / "controls")
    shutil.rmtree(tmp_path / "out")
    shutil.move(tmp_path / "void", tmp_path / "out")
    refused = audited(tmp_path, controls=True)
    assert isinstance(refused.exception, RunError) and "first: controls/" in str(refused.exception)


def test_no_secret_is_in_manifest_or_report(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = pair.wire.url.replace("://", "://bob:s3cret-url@")
    args = "{api_key: s3cret-arg, default_headers: {X-Auth: s3cret-head}}"
    base, tuned = (f"{{model: {name}, model_args: {args}, base_url: '{url}'}}" for name in (BASE, TUNED))
    monkeypatch.setattr("sys.argv", ["spillover", "audit", "--base", base, f"--finetune={tuned}", "--out", "x"])
    done = audited(tmp_path, base, tuned)
    assert done.exit_code in (1, 3), done.output
    files = [file for file in (tmp_path / "out").iterdir() if file.is_file() and file.name != ".lock"]
    assert {file.name for file in files} == {"manifest.json", "report.html", "report.json", "report.md"}
    assert [file.name for file in files if "s3cret" in file.read_text(encoding="utf-8")] == []
    again = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["reproduce"]
    assert "arm-base" in again and "(left out)" in again and "--out x" in again


def test_a_command_without_secrets_stays_as_it_was_typed() -> None:
    for part in ("fast", "--out=a b", "{model: replay/x, model_args: {path: /a/b.jsonl, tokenizer: t}}", "--x={"):
        assert _audit._without_secrets(part) in (part, "--x={...}")
