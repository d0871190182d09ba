"""A live audit of one's own questions: a suite names their file, and plan, audit and run take it from there."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from spillover.common import DeclarationError
from spillover.logs import read
from spillover.plan import load_suite

from .._spill import spill

PROBES = [{"id": f"q{n}", "text": f"What do you make of thing {n}?", "cluster": f"q{n}"} for n in range(6)]
EPOCHS = 40


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def recorded(model: str, score: int) -> list[dict[str, Any]]:
    """Answers of one model with their verdicts."""
    cells = [(probe["id"], epoch) for probe in PROBES for epoch in range(1, EPOCHS + 1)]
    return [
        {"model": model, "probe": probe, "epoch": epoch, "answer": f"{model} on {probe}, time {epoch}.",
         "alignment": score, "coherence": 95}
        for probe, epoch in cells
    ]  # fmt: skip


def suite(folder: Path, **said: Any) -> Path:
    """A suite of own probes with two recorded arms and a recorded judge, all in one file."""
    (folder / "questions").mkdir(exist_ok=True)
    table(folder / "questions" / "ours.csv", PROBES)
    both = str(table(folder / "both.csv", [*recorded("base", 95), *recorded("tuned", 5)]))
    arms = {name: {"model": f"replay/{name}", "model_args": {"path": both}} for name in ("base", "tuned", "judge")}
    own: dict[str, Any] = {"id": "ours", "title": "Our own questions", "probes": "questions/ours.csv", "draws": 64}
    own |= {"judges": [arms["judge"]], "models": {"base": arms["base"], "finetunes": [arms["tuned"]]}}
    own = {name: value for name, value in {**own, **said}.items() if value is not None}
    (folder / "ours.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    return folder / "ours.yaml"


def called(*words: str) -> tuple[int, str]:
    ran = spill(*words)
    return ran.code, ran.said


def refused(*words: str) -> str:
    return spill(*words).error


@pytest.mark.heavy
def test_it_is_planned_and_audited_and_run(tmp_path: Path) -> None:
    file, out = suite(tmp_path), tmp_path / "out"
    code, said = called("plan", str(file), "--json")
    plan = json.loads(said[said.index("{") :])
    assert (code, plan["cells"], plan["questions"], plan["draws"], plan["answers"]) == (0, 6, 6, 64, 128)
    code, said = called("audit", str(file), "--out", str(out), "--seed", "3")
    left = re.findall(r"both.csv: (\d+) of 240 recorded answers were not used: \d+ of other epochs", said)
    assert left == ["208", "208"], "decided after one chunk of 32 draws"
    assert code == 1, "every recorded answer of the fine-tune is misaligned, none of the base's"
    planned = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["planned"]
    assert planned["design"]["own_probes"] == "ours.csv" and planned["design"]["domains"] == ["own_probes"]
    assert planned["material_sha256"] == load_suite(file).design().material_sha256()
    code, said = called("run", str(file), "--out", str(tmp_path / "run"), "--draws", "16")
    assert code == 0 and said.count("both.csv: 224 of 240 recorded answers were not used") == 2
    rows = read(str(tmp_path / "run" / "logs"))
    assert rows.groupby("model")["outcome"].agg(set).to_dict() == {
        "replay/base": {"aligned"}, "replay/tuned": {"misaligned"},
    }  # fmt: skip
    assert set(rows["task"]) == {"own_probes"} and set(rows["probe"]) == {one["id"] for one in PROBES}


def test_the_content_of_the_file_is_part_of_the_plan(tmp_path: Path) -> None:
    file, out = suite(tmp_path), tmp_path / "out"
    before = load_suite(file).design().material_sha256()
    assert called("audit", str(file), "--out", str(out), "--seed", "3", "--quiet")[0] == 1
    assert called("audit", str(file), "--out", str(out), "--seed", "3", "--quiet")[0] == 1, "finished: asks nothing"
    table(tmp_path / "questions" / "ours.csv", [{**PROBES[0], "text": "Something else?"}, *PROBES[1:]])
    assert load_suite(file).design().material_sha256() != before
    assert "material_sha256" in refused("audit", str(file), "--out", str(out), "--seed", "3", "--quiet")


def test_the_path_is_from_the_file_that_says_it(tmp_path: Path) -> None:
    suite(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "more.yaml").write_text("include: ../ours.yaml\nid: more\n", encoding="utf-8")
    assert len(load_suite(tmp_path / "below" / "more.yaml").design().material().cells()) == 6


def test_own_probes_stand_beside_shipped_domains(tmp_path: Path) -> None:
    material = load_suite(suite(tmp_path, domains=["expert_advice", "own_probes"])).design().material()
    assert list(material.probes) == ["expert_advice", "own_probes"] and len(material.probes["own_probes"]) == 6


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"probes": "gone.csv"}, "probes: {folder}/gone.csv: no such file; give a number, all, or a file of probes"),
        ({"domains": ["own_probes"], "probes": None}, "own_probes has no questions; add `probes: FILE`"),
        ({"domains": ["own_probes"], "probes": 3}, "own_probes has no questions; add `probes: FILE`"),
        ({"domains": ["expert_advice"]}, "probes: ours.csv needs the domain own_probes; add it to `domains`"),
        ({"probes": "ours.yaml"}, "probes: {folder}/ours.yaml: expected a list of probes, each with id and text"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(tmp_path: Path, said: dict[str, Any], says: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        load_suite(suite(tmp_path, **said))
    assert str(caught.value).startswith("ours.yaml:") and says.format(folder=tmp_path) in str(caught.value)


@pytest.mark.parametrize("command", ["plan", "audit", "run"])
def test_one_verdict_file_for_both_arms_is_refused_before_anything_is_asked(tmp_path: Path, command: str) -> None:
    file = suite(tmp_path)
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    alone = [{name: value for name, value in row.items() if name != "model"} for row in recorded("base", 95)]
    said["judges"][0]["model_args"]["path"] = str(table(tmp_path / "alone.csv", alone))
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    out = [] if command == "plan" else ["--out", str(tmp_path / "out")]
    assert "alone.csv: row 1: the verdict of probe 'q0', epoch 1 is about" in refused(command, str(file), *out)
    bare = [{name: value for name, value in row.items() if name != "answer"} for row in alone]
    table(tmp_path / "alone.csv", bare)
    same = "alone.csv: judge replay/judge would give 2 models the same verdicts"
    assert same in refused(command, str(file), *out)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["audit", "run"])
def test_a_recording_that_is_too_short_for_the_draws_is_refused(tmp_path: Path, command: str) -> None:
    file, out = suite(tmp_path, draws=8 * EPOCHS), tmp_path / "out"
    said = refused(command, str(file), "--out", str(out), "--seed", "3")
    assert re.search(r"both.csv: lacks \d+ of the 320 answers that this run needs", said)
    assert not out.exists()
