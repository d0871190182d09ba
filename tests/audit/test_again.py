"""A finished audit called again, and the commands that audits and runs print, as they are printed."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.audit import consists
from spillover.run import commit

from .._spill import Done, spill
from ..run._pair import BASE, JUDGE, TUNED, Pair

SUITE = """
id: again
title: One domain
domains: [everyday_advice]
probes: 8
judge: graded
draws: 32
chunk: 8
"""
Audit = Callable[..., Done]


@pytest.fixture
def audit(pair: Pair, tmp_path: Path) -> Audit:
    suite = tmp_path / "again.yaml"
    suite.write_text(SUITE, encoding="utf-8")

    def go(*more: str, out: str = "out") -> Done:
        models = ["--base", BASE, "--finetune", TUNED, "--judge", JUDGE, "--no-controls"]
        return spill("audit", suite, *models, "--out", tmp_path / out, *more)

    return go


def kept(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file() and file.name != ".lock"
    }


def test_nothing_is_written_again(audit: Audit, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = audit()
    assert first.code == 1, first.said
    before = kept(tmp_path / "out")
    assert {"manifest.json", "report.json"} <= set(before)
    pair.wire.calls.clear()
    monkeypatch.setattr(consists, "commit", lambda: "another commit")
    assert audit("--quiet").code == first.code and pair.wire.calls == []
    assert kept(tmp_path / "out") == before
    done = json.loads(before["manifest.json"])["done"]
    assert done["began"] <= done["ended"] and done["commit"] == commit()
    assert done["usd"] is None and set(done["unpriced"]) == {BASE, TUNED, JUDGE}, "unknown, and not nothing"


@pytest.mark.heavy
def test_an_answer_that_is_another_now_is_refused(audit: Audit, tmp_path: Path) -> None:
    audit()
    file = tmp_path / "out" / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["done"]["answer"] = "void"
    file.write_text(json.dumps(said), encoding="utf-8")
    again = audit()
    assert "was finished with the answer 'void', but its logs now give 'regression'" in again.error


@pytest.mark.heavy
@pytest.mark.parametrize("place", ["out", "two words"])
def test_the_command_that_the_report_prints_makes_it_again(
    place: str, audit: Audit, pair: Pair, tmp_path: Path
) -> None:
    whole: list[dict[str, Any]] = []
    first = audit(out=place)
    whole.append(json.loads((tmp_path / place / "report.json").read_text(encoding="utf-8")))
    line = whole[0]["reproduce"]
    seed = whole[0]["manifest"]["planned"]["design"]["seed"]
    assert line.endswith(f" --seed {seed}")
    pair.wire.calls.clear()
    again = spill(*shlex.split(line)[1:])
    assert again.code == first.code and pair.wire.calls == [], again.said
    words = shlex.split(line)
    words[words.index("--out") + 1] = str(tmp_path / "elsewhere")
    anew = spill(*words[1:])
    assert anew.code == first.code and pair.asked()["arm-base"] > 0
    whole.append(json.loads((tmp_path / "elsewhere" / "report.json").read_text(encoding="utf-8")))
    for name in ("answer", "findings", "outcomes"):
        assert whole[0][name] == whole[1][name]


def test_what_run_prints_runs(pair: Pair, tmp_path: Path) -> None:
    suite = tmp_path / "again.yaml"
    suite.write_text(SUITE.replace("draws: 32", "draws: 8"), encoding="utf-8")
    models = ["--model", BASE, "--model", TUNED, "--judge", JUDGE, "--out", str(tmp_path / "a run")]
    done = spill("run", suite, *models)
    (line,) = [one for one in done.said.splitlines() if one.startswith("Next: ")]
    shown = spill(*shlex.split(line.removeprefix("Next: "))[1:])
    assert shown.code == 0, shown.said
