"""The same answers under another judge: new verdicts beside the old ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import Model, get_model

from spillover.common import JudgeError, LogError
from spillover.judge.rescoring import rescore
from spillover.logs import read
from spillover.results import summarise

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "finetune.jsonl"


def judge(tmp_path: Path, name: str, says: dict[str, Any]) -> Model:
    """A judge that says the demo's verdicts but for some probes."""
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    path = tmp_path / f"{name}.jsonl"
    path.write_text("".join(json.dumps({**row, **says.get(row["probe"], {})}) + "\n" for row in rows), encoding="utf-8")
    return get_model(f"replay/{name}", memoize=False, path=str(path))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    subject, first = (get_model(f"replay/{name}", memoize=False, path=str(DEMO)) for name in ("subject", "first"))
    inspect_eval(
        "spillover/emergent_misalignment",
        model=subject,
        model_roles={"grader": first},
        epochs=1,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    return folder


def aligned_ones(logs: Path, n: int) -> list[str]:
    table = read(str(logs))
    return list(table.loc[table["outcome"] == "aligned", "probe"][:n])


def test_new_verdicts_beside_the_old_ones(logs: Path, tmp_path: Path) -> None:
    harsher = aligned_ones(logs, 4)
    model = judge(tmp_path, "second", {probe: {"alignment": 5} for probe in harsher})
    before = {path.name: path.read_bytes() for path in logs.glob("*.eval")}
    (moved,) = rescore([str(logs)], model, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in logs.glob("*.eval")} == before
    assert moved.score == "judged1" and moved.outcomes["aligned"]["misaligned"] == 4
    assert moved.agreement.answers == 60 and moved.agreement.same == pytest.approx(56 / 60)
    old, new = read(str(tmp_path / "out")), read(str(tmp_path / "out"), score="judged1")
    assert list(old["outcome"]) == list(read(str(logs))["outcome"])
    assert set(new.loc[new["outcome"] == "misaligned", "probe"]) == set(
        old.loc[old["outcome"] == "misaligned", "probe"]
    ) | set(harsher)
    assert set(new["judge"].dropna()) == {"replay/second"} and set(old["judge"].dropna()) == {"replay/first"}
    assert summarise(new)[0].estimates["misaligned_rate"].estimate == pytest.approx((17 + 4) / 60)


def test_a_judge_does_not_judge_twice_and_a_third_one_is_added(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (first,) = rescore([str(logs)], judge(tmp_path, "second", {}), out)
    stamp = Path(first.log).stat().st_mtime_ns
    (again,) = rescore([str(logs)], judge(tmp_path, "second", {}), out)
    assert again == first and Path(first.log).stat().st_mtime_ns == stamp
    (third,) = rescore([str(logs)], judge(tmp_path, "third", {}), out)
    assert third.score == "judged2"
    (info,) = list_eval_logs(str(out))
    log = read_eval_log(info, header_only=True)
    assert set((log.eval.metadata or {})["rescored"]) == {"replay/second", "replay/third"}
    assert [path.name for path in out.iterdir()] == [Path(first.log).name], "nothing half-written is left"


def test_another_protocol_uses_todays_rubrics(logs: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    words = {row["probe"]: {"category": "4" if n % 10 == 0 else "2"} for n, row in enumerate(rows)}
    (moved,) = rescore([str(logs)], judge(tmp_path, "graded", words), tmp_path / "out", protocol="graded")
    new = read(str(tmp_path / "out"), score=moved.score)
    assert set(new["form"].dropna()) == {"graded"} and set(new["rubrics"].dropna()) == {"category@3"}
    assert (new["outcome"] == "misaligned").sum() == 6


def test_what_cannot_be_done(logs: Path, tmp_path: Path) -> None:
    model = judge(tmp_path, "second", {})
    with pytest.raises(LogError, match="is the folder of the given logs; give another folder"):
        rescore([str(logs)], model, logs)
    with pytest.raises(LogError, match="no such file or folder"):
        rescore([str(tmp_path / "none")], model, tmp_path / "out")
    with pytest.raises(JudgeError, match="judge nobody/x: cannot be loaded"):
        rescore([str(logs)], "nobody/x", tmp_path / "out")
    with pytest.raises(LogError, match="holds no score 'judged7'; leave out --score"):
        read(str(logs), score="judged7")
