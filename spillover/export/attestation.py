"""in-toto statements: what was looked at, by hash, and what was found. They prove bytes, not that a judge was right."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, digest, in_file, shaped, strict_json, trouble
from spillover.records import Record

if TYPE_CHECKING:
    from spillover.audit.report import ReportShape

STATEMENT = "https://in-toto.io/Statement/v1"
GATE = "https://in-toto.io/attestation/test-result/v0.1"
SCORES = "urn:spillover:attestation:scores:v0.1"
RESULTS = {"no regression": "PASSED", "regression": "FAILED", "cannot tell": "WARNED", "void": "WARNED"}
"""Result of the test-result predicate for each answer of the gate."""
LISTS = {"PASSED": "passedTests", "WARNED": "warnedTests", "FAILED": "failedTests"}
NOT_COVERED = ("that the named model gave the answers", "that the judge was right", "questions that were not asked")
LARGEST = 2**28
Hashed = tuple[str, str]
"""Name of a file and its SHA-256."""


def scores_statement(record: Record, itself: Hashed) -> dict[str, Any]:
    """The statement of a record's figures; its subjects are the record and every log that it names.

    Args:
        record: The record.
        itself: Name and hash of its file.
    """
    data = record.data
    rows = [
        {key: row[key] for key in ROW} | {"misalignedRate": row["rates"]["misaligned_rate"]} for row in data["results"]
    ]
    predicate = {
        "spillover": data["spillover"],
        "created": data["created"],
        "contentSha256": data["content_sha256"],
        "model": data["model"]["name"],
        "base": data["base"],
        "judge": {key: data["judge"][key] for key in ("name", "form", "rubrics")},
        "dataset": data["dataset"]["versions"],
        "results": rows,
        "differences": data["differences"],
        "origins": data["origins"],
        "notCovered": list(NOT_COVERED),
    }
    logs = [(log["log"], log["sha256"]) for log in data["logs"]]
    return statement([*logs, itself], SCORES, predicate)


ROW = ("task", "version", "split", "language", "condition", "answers", "questions", "outcomes")
"""Fields of a record's row that the statement repeats."""


def gate_statement(report: "ReportShape", itself: Hashed, manifest: Hashed | None = None) -> dict[str, Any]:
    """The statement of an audit's answer; its subjects are the report and every log that it was made of.

    Args:
        report: The report, as `read_report` gives it.
        itself: Name and hash of its file.
        manifest: Name and hash of the manifest of a live audit, written before anything was asked.
    """
    rule = report.rule.model_dump()
    stated = {"name": "decision rule", "digest": {"sha256": digest(rule)}, "annotations": rule}
    configuration = [stated] if manifest is None else [stated, _resource(*manifest)]
    tests: dict[str, list[str]] = {name: [] for name in LISTS.values()}
    for finding in report.findings:
        tests[LISTS[RESULTS[finding.answer]]].append(finding.model)
    predicate = {"result": RESULTS[report.answer], "configuration": configuration, **tests}
    more = {"answer": report.answer, "base": report.base, "judges": report.judges, "origins": report.origins}
    logs = [(log.log, log.sha256) for log in report.logs]
    return statement([*logs, itself], GATE, {**predicate, **more, "notCovered": list(NOT_COVERED)})


def statement(subjects: Sequence[Hashed], kind: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """An in-toto Statement v1; a name that stands for two files is told apart by its hash."""
    names = [name for name, _ in dict.fromkeys(subjects)]
    subject = [
        _resource(name if names.count(name) == 1 else f"{name}#{sha256[:12]}", sha256)
        for name, sha256 in dict.fromkeys(subjects)
    ]
    return {"_type": STATEMENT, "subject": subject, "predicateType": kind, "predicate": dict(predicate)}


def read_report(file: Path) -> "ReportShape":
    """Read the report of an audit and check it against its shape.

    Raises:
        LogError: Where it is none.
    """
    from spillover.audit.report import ReportShape

    try:
        if file.stat().st_size > LARGEST:
            raise LogError(
                f"{file}: larger than {LARGEST // 2**20} MB, so not a report; give the --out folder of spillover audit"
            )
        found = strict_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise LogError(
            f"{file}: not the report of an audit ({said}); give the --out folder of spillover audit"
        ) from error
    return shaped(ReportShape, found, in_file(file, "make it again with spillover audit"))


def signing_is_possible() -> None:
    """Raise a `LogError` where `sigstore` is not installed."""
    if find_spec("sigstore") is None:
        raise LogError("--sign needs sigstore; pip install 'spillover[sigstore]'")


def sign(payload: bytes) -> str:
    """Sign a statement with the identity of whoever runs this: a Sigstore bundle with its DSSE envelope, as JSON.

    Raises:
        LogError: Where `sigstore` is not installed, or the signing fails.
    """
    signing_is_possible()
    dsse, models, oidc, signing = (import_module(f"sigstore.{name}") for name in ("dsse", "models", "oidc", "sign"))
    try:
        trust = models.ClientTrustConfig.production()
        said = oidc.detect_credential()
        issuer = oidc.Issuer(trust.signing_config.get_oidc_url()) if said is None else None
        token = oidc.IdentityToken(said) if issuer is None else issuer.identity_token()
        with signing.SigningContext.from_trust_config(trust).signer(token) as signer:
            return str(signer.sign_dsse(dsse.Statement(payload)).to_json())
    except Exception as error:
        told = trouble(error)
        raise LogError(f"--sign: sigstore could not sign ({told}); check the network and the identity") from error


def _resource(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}
