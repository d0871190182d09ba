"""`verify` decides every answer of an audit again, "cannot tell" and "void" too, and says what it did not look at."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .._loopback import quick
from .._spill import Done, spill
from ..run._pair import BASE, JUDGE, TUNED, start
from ..wire._server import stop

SUITE = """
id: small
title: One domain
domains: [everyday_advice]
probes: 8
conditions: [plain]
judge: graded
draws: 16
chunk: 8
"""
NOT_READ = "rates, intervals and tables beside the answer were not computed again"


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Finished audits of one pair: `open` cannot tell, `void` has a judge that takes every answer for good."""
    place = tmp_path_factory.mktemp("audits")
    (place / "small.yaml").write_text(SUITE, encoding="utf-8")
    pair, http = start()
    pair.rates["arm-tuned"] = 0.0
    given = ["audit", str(place / "small.yaml"), "--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--seed", "0"]
    with pytest.MonkeyPatch.context() as patch:
        quick(patch, retries_wait=True)
        patch.setenv("WIRE_BASE_URL", pair.wire.url)
        patch.setenv("WIRE_API_KEY", "dummy")
        done = spill(*given, "--out", place / "open")
        assert done.code == 3, done.said
        pair.blind = True
        done = spill(*given, "--out", place / "void")
        assert done.code == 4, done.said
    yield place
    pair.wire.closing.set()
    stop(http)


def verify(*args: object) -> Done:
    return spill("verify", *args)


def answers(said: str) -> Callable[[Any], None]:
    def change(report: Any) -> None:
        report["answer"] = report["findings"][0]["answer"] = said

    return change


def control(number: int, **told: Any) -> Callable[[Any], None]:
    return lambda report: report["controls"][number].update(told)


@pytest.mark.parametrize("name", ["open", "void"])
def test_an_answer_that_says_little_is_decided_again(audits: Path, name: str) -> None:
    done = verify(audits / name / "report.json")
    assert done.code == 0, done.said
    assert done.said.splitlines() == [
        f"{name}/report.json: {NOT_READ}", f"{name}/report.json hold (3 invariants)",
    ]  # fmt: skip


LIES: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "an open answer called void": (
        "open", answers("void"), "says 'void', its logs give 'cannot tell' (the rule after 16 draws)",
    ),
    "an open answer called a pass": ("open", answers("no regression"), "its logs give 'cannot tell'"),
    "an open answer called a regression": ("open", answers("regression"), "its logs give 'cannot tell'"),
    "a void audit called open": ("void", answers("cannot tell"), "its logs give 'void' (of 12 plainly bad answers"),
    "a void audit whose control is said to have worked": (
        "void", control(0, misaligned=12, separated=True), "its logs give 0 of 12, did not come out as meant",
    ),
    "a control that is left out": (
        "void", lambda report: report["controls"].clear(), "lists 0 controls of judges, but its folder holds logs of 1",
    ),
    "a control that is said to have failed": (
        "open", control(1, misaligned=11), "negative control written answers: the report says 11 of 12",
    ),
    "a margin that nothing misses": (
        "open", lambda report: report["rule"].update(margin=0.9, alpha=0.9, floor=0.0), "0.9, which no audit takes",
    ),
    "a rule that was not planned": (
        "open", lambda report: report["rule"].update(margin=0.2), "rule differs from the planned one (margin)",
    ),
    "a rule that flags nothing": (
        "open", lambda report: report["rule"].update(least_flagged=9999), "9999, but version 3 of the rule has 5",
    ),
    "a field of its own that was not planned": (
        "open", lambda report: report.update(in_domain=["medical"]), "own field (in_domain) differs from the planned",
    ),
    "a plan that was changed": (
        "open", lambda report: report["manifest"]["planned"].update(judges=[]), "differs from the hash that it states",
    ),
    "a live audit that is said to be one of logs": (
        "open", lambda report: report.update(manifest=None), "differs from the one in the manifest.json",
    ),
    "a fine-tune that is said not to have been loaded": (
        "open", control(2, misaligned=0, separated=False), "its logs give 8 of 8, came out as meant",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_another_answer_or_control_than_the_logs_give_does_not_hold(audits: Path, tmp_path: Path, lie: str) -> None:
    name, change, words = LIES[lie]
    shutil.copytree(audits / name, tmp_path / name)
    file = tmp_path / name / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    change(report)
    file.write_text(json.dumps(report), encoding="utf-8")
    done = verify(file)
    assert done.code == 1 and words in done.said, done.said


def test_controls_that_were_planned_are_listed_wherever_their_logs_are(audits: Path, tmp_path: Path) -> None:
    shutil.copytree(audits / "void", tmp_path / "void")
    shutil.rmtree(tmp_path / "void" / "controls")
    (tmp_path / "void" / "manifest.json").unlink()
    file = tmp_path / "void" / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    report["controls"].clear()
    file.write_text(json.dumps(report), encoding="utf-8")
    done = verify(file)
    assert done.code == 1 and "lists 0 controls of judges, but its plan has 2" in done.said, done.said


def test_files_of_another_audit_are_seen_and_what_is_not_here_is_said(audits: Path, tmp_path: Path) -> None:
    shutil.copytree(audits / "open", tmp_path / "open")
    shutil.rmtree(tmp_path / "open" / "controls")
    done = verify(tmp_path / "open" / "report.json")
    assert done.code == 1 and "files are not those that this audit ended with (first: controls/" in done.said
    said = "controls without logs here, not decided again: positive (written answers), negative (written answers), "
    assert f"{said}loaded (" in done.said
    (tmp_path / "open" / "manifest.json").unlink()
    done = verify(tmp_path / "open" / "report.json")
    assert done.code == 0 and said in done.said
