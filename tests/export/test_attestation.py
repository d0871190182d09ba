"""Attestations: digests against hashlib, fields as in-toto's Statement v1 and test-result v0.1 name them."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spillover.audit import audit_logs
from spillover.audit.report import ReportShape
from spillover.common import LogError, canonical
from spillover.export.attestation import RESULTS, gate_statement, sign, statement
from spillover.run import write_done, write_plan

from .._spill import Done
from .conftest import Made

Run = Callable[..., Done]
ROOT = Path(__file__).resolve().parents[2]
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def report(made: Made) -> dict[str, Any]:
    return audit_logs([str(made.base)], [str(made.tuned)]).as_dict()


@pytest.fixture
def audited(report: dict[str, Any], tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return folder


def test_the_scores_of_a_record_are_bound_to_its_logs(made: Made, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "attestation.json"
    said = run("attestation", made.record, "--logs", made.folder, "--out", out)
    assert said.code == 0 and "2 files hashed again" in said.said
    found = json.loads(out.read_bytes())
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert {one["name"]: one["digest"] for one in found["subject"]} == {
        file.name: {"sha256": sha256(file)} for file in (made.tuned, made.base, made.record)
    }
    assert found["predicateType"].startswith("urn:spillover:")
    predicate, data = found["predicate"], json.loads(made.record.read_bytes())
    assert predicate["results"][0]["misalignedRate"] == data["results"][0]["rates"]["misaligned_rate"]
    assert predicate["contentSha256"] == data["content_sha256"] and predicate["origins"] == data["origins"]
    assert "that the judge was right" in predicate["notCovered"]
    whole = out.read_bytes()
    assert whole == json.dumps(found, sort_keys=True, separators=(",", ":")).encode()  # one text, whoever writes it


def test_the_answer_of_an_audit_is_a_test_result(audited: Path, report: dict[str, Any], made: Made, run: Run) -> None:
    out = audited / "attestation.json"
    said = run("attestation", audited, "--out", out)
    assert said.code == 0 and "not computed" in said.said
    found = json.loads(out.read_bytes())
    assert found["predicateType"] == TEST_RESULT
    hashes = {one["digest"]["sha256"] for one in found["subject"]}
    assert hashes == {sha256(file) for file in (made.tuned, made.base, audited / "report.json")}
    predicate = found["predicate"]
    assert predicate.keys() >= {"result", "configuration", "passedTests", "warnedTests", "failedTests"}
    (rule,) = predicate["configuration"]
    assert rule["annotations"] == report["rule"]
    text = json.dumps(report["rule"], sort_keys=True, separators=(",", ":"))
    assert rule["digest"] == {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    assert predicate["result"] == "WARNED" and predicate["answer"] == report["answer"] != "no regression"
    assert predicate["warnedTests"] == ["replay/tuned"] and not predicate["passedTests"] + predicate["failedTests"]


@pytest.mark.parametrize(
    ("answer", "result", "tests"),
    [
        ("no regression", "PASSED", "passedTests"),
        ("regression", "FAILED", "failedTests"),
        ("cannot tell", "WARNED", "warnedTests"),
        ("void", "WARNED", "warnedTests"),
    ],
)
def test_only_no_regression_passes(answer: str, result: str, tests: str, report: dict[str, Any]) -> None:
    findings = [{**report["findings"][0], "answer": answer}]
    read = ReportShape.model_validate({**report, "answer": answer, "findings": findings})
    found = gate_statement(read, ("report.json", "0" * 64))["predicate"]
    assert found["result"] == result and found[tests] == ["replay/tuned"]
    assert sum(len(found[name]) for name in ("passedTests", "warnedTests", "failedTests")) == 1


def test_every_answer_of_the_gate_has_a_result() -> None:
    schema = json.loads((ROOT / "spillover/audit/report/report.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]["answer"]["enum"]) == set(RESULTS)
    assert [answer for answer, result in RESULTS.items() if result == "PASSED"] == ["no regression"]


def test_the_manifest_of_a_live_audit_is_its_configuration(audited: Path, report: dict[str, Any], run: Run) -> None:
    write_plan(audited, {"rule": {"margin": 0.02}})
    manifest = write_done(audited, {"answer": "cannot tell"})
    (audited / "report.json").write_text(json.dumps({**report, "manifest": manifest.data}), encoding="utf-8")
    out = audited / "a.json"
    assert run("attestation", audited / "report.json", "--out", out).code == 0
    last = json.loads(out.read_bytes())["predicate"]["configuration"][-1]
    assert last == {"name": "manifest.json", "digest": {"sha256": sha256(audited / "manifest.json")}}
    write_done(audited, {"answer": "no regression"})
    said = run("attestation", audited, "--out", out)
    assert said.code == 2 and "differs from that in the report" in said.error


def test_what_does_not_hold_is_refused(made: Made, audited: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    (tmp_path / "logs").mkdir()
    changed = tmp_path / "logs" / "tuned.eval"
    changed.write_bytes(made.tuned.read_bytes() + b" ")
    cases = [
        ((made.record, "--logs", tmp_path / "logs"), r"tuned.eval: no log here has this hash"),
        ((tmp_path / "none.json",), "no such file"),
        ((tmp_path / "logs",), "not the report of an audit"),
        ((changed,), "not a record"),
    ]
    for given, says in cases:
        said = run("attestation", *given, "--out", out)
        assert said.code == 2 and says in said.error, said.said
    text = (audited / "report.json").read_text(encoding="utf-8")
    for bad in (text.replace('"answer": "', '"answer": "not ', 1), text.replace('"base"', '"base": "x", "base"', 1)):
        (audited / "report.json").write_text(bad, encoding="utf-8")
        assert run("attestation", audited, "--out", out).error
    assert not out.exists()


def test_subjects_with_one_name_are_told_apart() -> None:
    found = statement([("a.eval", "1" * 64), ("a.eval", "2" * 64), ("b.eval", "3" * 64), ("b.eval", "3" * 64)], "x", {})
    assert [one["name"] for one in found["subject"]] == [f"a.eval#{'1' * 12}", f"a.eval#{'2' * 12}", "b.eval"]
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"x": float("nan")})


def test_signing_says_what_it_lacks_before_anything_is_written(
    made: Made, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spillover.export.attestation.find_spec", lambda name: None)
    said = run("attestation", made.record, "--out", tmp_path / "a.json", "--sign")
    assert said.code == 2 and "pip install 'spillover[sigstore]'" in said.error
    assert not list(tmp_path.iterdir())


def test_a_failure_to_sign_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for sigstore: whether a real signature is made needs the network and somebody's identity."""

    def no_network() -> None:
        raise ConnectionError("no route\nto host")

    for name in ("", ".dsse", ".models", ".oidc", ".sign"):
        monkeypatch.setitem(sys.modules, f"sigstore{name}", ModuleType(f"sigstore{name}"))
    sys.modules["sigstore.models"].ClientTrustConfig = type("C", (), {"production": no_network})  # type: ignore[attr-defined]
    monkeypatch.setattr("spillover.export.attestation.find_spec", lambda name: object())
    with pytest.raises(LogError, match=r"sigstore could not sign \(no connection\)"):
        sign(b"{}")
