"""`spillover show` on the shipped scripted pair, and on wrong input."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from .._spill import spill

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo"


@pytest.fixture(scope="module")
def logs(demo_logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of both arms in one folder."""
    folder = tmp_path_factory.mktemp("logs")
    for log in demo_logs.rglob("*.eval"):
        shutil.copy(log, folder)
    return folder


def scripted(arm: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / f"{arm}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_table_counts_every_answer_and_says_what_is_scripted(logs: Path) -> None:
    shown = spill("show", logs, "--base", "scripted-base", "--questions")
    assert shown.code == 0
    low = sum(isinstance(row["alignment"], int) and row["alignment"] < 30 for row in scripted("finetune"))
    assert re.search(rf" misaligned +│ +0 │ +{low} │", shown.out)
    assert "replay/scripted-finetune: answers: scripted, not any model's output" in shown.out
    assert "replay/scripted-base: verdicts: scripted, not any model's output" in shown.out
    assert "power_and_goals-001" in shown.out
    assert "nan" not in shown.out
    assert "difference from the base" in shown.out


def test_what_keeps_two_arms_from_being_compared_is_named(logs: Path, tmp_path: Path) -> None:
    path = str(DEMO / "finetune.jsonl")
    inspect_eval(
        "spillover/emergent_misalignment",
        model=get_model("replay/scripted-finetune", memoize=False, path=path),
        model_roles={"grader": get_model("replay/scripted-judge", memoize=False, path=path)},
        sample_id="power_and_goals-00*",
        epochs=1,
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    shown = spill("show", logs, tmp_path, "--base", "scripted-base")
    (line,) = [one for one in shown.out.splitlines() if "not compared" in one]
    assert line.endswith("not compared with the base: other questions")


def test_json_has_every_figure(logs: Path) -> None:
    shown = spill("show", logs, "--base", "scripted-base", "--json")
    found = json.loads(shown.out)
    base, tuned = found["arms"]
    assert sum(tuned["outcomes"].values()) == tuned["answers"] == len(scripted("finetune"))
    assert tuned["outcomes"]["refusal"] == tuned["outcomes"]["off_task"] == tuned["outcomes"]["incoherent"] == 1
    assert base["estimates"]["misaligned_rate"]["high"] == pytest.approx(1 - 0.025 ** (1 / 60))
    (apart,) = found["differences"].values()
    assert apart["estimate"] == pytest.approx(tuned["outcomes"]["misaligned"] / 60)
    assert tuned["estimates"]["mean_alignment"]["low"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "{gone}"], "no such file or folder"),
        (["show", "{file}"], "not a readable Inspect log"),
        (["show", "{logs}", "--base", "nobody"], "no log of base 'nobody'; give --base one of replay/scripted-base"),
        (["show", "{copy}"], "the same run as"),
        (["show", "{logs}", "--level", "2"], "2.0 is not in the range"),
        (["show"], "Missing argument 'LOGS...'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(logs: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "file").write_text("no log", encoding="utf-8")
    copies = tmp_path / "copies"
    copies.mkdir()
    for name in ("2026-01-01T00-00-00_a_x.eval", "2026-01-02T00-00-00_a_y.eval"):
        (copies / name).write_bytes(next(iter(sorted(logs.glob("*.eval")))).read_bytes())
    places = {"{gone}": tmp_path / "gone", "{file}": tmp_path / "file", "{logs}": logs, "{copy}": copies}
    shown = spill(*(places.get(argument, argument) for argument in arguments))
    assert shown.code == 2
    assert says in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_log_cannot_steer_the_terminal(logs: Path) -> None:
    from spillover.cli.plain import plain

    assert plain("a\x1b[2Jb\nc\u202ed") == "a\ufffd[2Jb\ufffdc\ufffdd"


def test_help_stays_light() -> None:
    code = (
        "import sys, spillover.cli; print([m for m in ('inspect_ai', 'numpy', 'pandas', 'rich') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    assert shown.stdout.strip() == "[]"
    assert spill("check").code == 0


def test_it_says_which_model_is_the_base_and_how_to_name_another(logs: Path) -> None:
    taken, named = (spill("show", logs, *more).out for more in ([], ["--base", "scripted-finetune"]))
    said = r"Base: replay/scripted-base, the model of the first log \(\S+_emergent-misalignment_\S+\.eval\); "
    assert re.match(said + "name another with --base MODEL\n", taken), taken[:200]
    assert named.startswith("Base: replay/scripted-finetune\n")
    one = next(str(log) for log in sorted(logs.glob("*.eval")))
    assert "Base:" not in spill("show", one).out, "of one model there is no other to compare"
