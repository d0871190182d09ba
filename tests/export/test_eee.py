"""Every Eval Ever: its own schemas and checks, from the wheel, over what we write; directions, judge, what stays in."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from spillover.common import LogError, digest
from spillover.export.eee import aggregate
from spillover.export.eee_names import Publisher, place
from spillover.export.instance_rows import instances
from spillover.export.read import sound_record
from spillover.records import Record, record

from .._spill import Done
from .conftest import OUTCOMES, SECRET, Made

Run = Callable[..., Done]
BY = Publisher("Lab", "third_party")
ARGS = ("--organization", "Lab", "--relationship", "third_party")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package `every-eval-ever`, unpacked; it is not installed, for it wants another Python."""
    folder = tmp_path_factory.mktemp("eee")
    asked = ["download", "--no-deps", "--python-version", "3.12", "--only-binary=:all:", "every-eval-ever==0.3.0"]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *asked, "-d", str(folder)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("pip reaches no registry (timeout)")
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        pytest.skip(f"pip cannot get every-eval-ever ({said.stderr.strip().splitlines()[-1:]})")
    with zipfile.ZipFile(wheels[0]) as parts:
        parts.extractall(folder / "un")
    return folder / "un"


def schema(wheel: Path, name: str) -> Draft7Validator:
    return Draft7Validator(json.loads((wheel / "every_eval_ever" / "schemas" / name).read_text(encoding="utf-8")))


@pytest.fixture
def written(made: Made, run: Run, tmp_path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], Path]:
    out = tmp_path / "out"
    found = run("eee", made.record, *ARGS, "--instances", made.folder, "--out", out)
    assert found.code == 0, found.said
    (whole,), (lines,) = out.rglob("*.json"), out.rglob("*.jsonl")
    return json.loads(whole.read_bytes()), [json.loads(line) for line in lines.read_bytes().splitlines()], out


def test_both_files_fit_the_schemas_inside_the_wheel(wheel: Path, written: Any) -> None:
    whole, lines, _ = written
    aggregate_schema, line_schema = schema(wheel, "eval.schema.json"), schema(wheel, "instance_level_eval.schema.json")
    assert [one.message for one in aggregate_schema.iter_errors(whole)] == []
    assert [one.message for line in lines for one in line_schema.iter_errors(line)] == []
    assert list(aggregate_schema.iter_errors({**whole, "model_info": {"name": "x"}}))
    assert list(line_schema.iter_errors({**lines[0], "output": None, "messages": None}))


def test_the_checks_that_its_store_runs_find_nothing(wheel: Path, written: Any) -> None:
    *_, out = written
    names = sorted(one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file())
    program = (
        "import json, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); out = Path(sys.argv[2])\n"
        "from every_eval_ever.validator.validation_core import validate_file\n"
        "names = sys.argv[3:]\n"
        "read = lambda name: (out / name).read_text(encoding='utf-8')\n"
        "found = [validate_file(out / n, repo_path=n, available_files=names, read_repo_file=read,\n"
        "                       run_semantic_checks=True) for n in names]\n"
        "print(json.dumps([[one.valid, one.errors, one.warnings] for one in found]))"
    )
    command = [sys.executable, "-c", program, str(wheel), str(out), *names]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        pytest.skip(f"its checks do not run on this Python: {said.stderr.strip().splitlines()[-1]}")
    assert len(names) == 2 and json.loads(said.stdout) == [[True, [], []]] * 2


def test_direction_scale_judge_and_interval_are_ours(written: Any, made: Made) -> None:
    whole, _, _ = written
    found = {one["metric_config"]["metric_id"].removeprefix("spillover."): one for one in whole["evaluation_results"]}
    bounds = {"misaligned_rate": (True, 0, 1), "aligned_rate": (False, 0, 1), "mean_alignment": (False, 0, 100)}
    bounds |= {"mean_coherence": (False, 0, 100), "misaligned_rate_difference": (True, -1, 1)}
    assert found.keys() == bounds.keys()
    for name, (lower, low, high) in bounds.items():
        config = found[name]["metric_config"]
        assert (config["lower_is_better"], config["min_score"], config["max_score"]) == (lower, low, high)
        judge = config["llm_scoring"]
        assert [one["model_info"]["name"] for one in judge["judges"]] == ["replay/judge"]
        assert "alignment@3:" in judge["input_prompt"] and "coherence@" in judge["input_prompt"]
    row = json.loads(made.record.read_bytes())["results"][0]
    assert found["misaligned_rate"]["score_details"]["score"] == pytest.approx(2 / 3)  # 2 of 3 judged questions
    ours = row["rates"]["misaligned_rate"]["these questions"]
    said = found["misaligned_rate"]["score_details"]["uncertainty"]
    assert said["num_samples"] == ours["n"] == 6
    interval = said["confidence_interval"]
    assert (interval["lower"], interval["upper"], interval["confidence_level"]) == (ours["low"], ours["high"], 0.95)
    details = found["misaligned_rate"]["score_details"]["details"]
    assert json.loads(details["outcomes"])["unjudged"] == 2 and all(isinstance(one, str) for one in details.values())
    assert "scripted" in whole["source_metadata"]["additional_details"]["origins"]


def test_lines_say_what_was_asked_answered_and_judged(written: Any) -> None:
    whole, lines, out = written
    assert [one["sample_id"] for one in lines].count("p3") == 0 and len(lines) == 6
    for line in lines:
        outcome = OUTCOMES[line["sample_id"]]
        assert line["metadata"]["outcome"] == outcome
        assert line["evaluation"] == {"score": float(outcome == "misaligned"), "is_correct": outcome == "aligned"}
    one = next(line for line in lines if line["sample_id"] == "p0")
    assert one["input"]["raw"] == "What of tea?" and one["output"]["raw"] == ["tuned says <b>this</b> of p0, turn 1."]
    several = next(line for line in lines if line["sample_id"] == "p2")
    assert several["interaction_type"] == "multi_turn" and several["output"] is None
    assert [turn["role"] for turn in several["messages"]] == ["user", "assistant", "user", "assistant"]
    assert several["answer_attribution"][0]["extracted_value"] == "tuned says <b>this</b> of p2, turn 2."
    said = whole["detailed_evaluation_results"]
    content = (out / said["file_path"]).read_bytes()
    assert said["checksum"] == hashlib.sha256(content).hexdigest() and said["total_rows"] == 6
    assert said["additional_details"] == {"unjudged_answers_left_out": "2"}
    ids = {one["evaluation_result_id"] for one in whole["evaluation_results"]}
    assert {line["evaluation_result_id"] for line in lines} < ids and len(ids) == len(whole["evaluation_results"])
    assert {line["evaluation_id"] for line in lines} == {whole["evaluation_id"]}


def test_the_same_record_gives_the_same_file_in_the_same_place(made: Made) -> None:
    found = sound_record(made.record)
    assert aggregate(found, BY) == aggregate(sound_record(made.record), BY)
    assert place(found, BY) == place(found, BY)
    other = Record({**found.data, "content_sha256": "0" * 64})
    assert place(other, BY) != place(found, BY)
    assert aggregate(other, BY)["evaluation_id"] != aggregate(found, BY)["evaluation_id"]


@pytest.mark.parametrize(
    ("model", "given", "name"),
    [
        ("hf/org/model", None, "org/model"),
        ("openai/ft:gpt-4o:lab", None, "openai/ft:gpt-4o:lab"),
        ("vllm/local", "lab/local", "lab/local"),
    ],
)
def test_a_model_goes_by_the_name_that_others_know(model: str, given: str | None, name: str, made: Made) -> None:
    found = sound_record(made.record)
    renamed = Record({**found.data, "model": {**found.data["model"], "name": model}})
    assert aggregate(renamed, Publisher("Lab", "other", model_id=given))["model_info"]["id"] == name


@pytest.mark.parametrize("name", ["flat", "a/../b", "data/x", "a//b", "a/b\x1b[31m", "../a", "a/ "])
def test_a_name_that_is_no_place_is_refused(name: str, made: Made) -> None:
    with pytest.raises(LogError, match="--model-id"):
        aggregate(sound_record(made.record), Publisher("Lab", "other", model_id=name))


def test_held_out_texts_never_go_out(made: Made, run: Run, tmp_path: Path) -> None:
    found = record(made.heldout)
    with pytest.raises(LogError, match=r"texts of held-out probes \(split heldout\) are never published"):
        list(instances(found, BY, [made.folder]))
    assert SECRET not in json.dumps(aggregate(found, BY))
    path = tmp_path / "record.json"
    path.write_text(found.text(), encoding="utf-8")
    said = run("eee", path, *ARGS, "--instances", made.heldout, "--out", tmp_path / "out")
    assert said.code == 2 and not [one for one in (tmp_path / "out").rglob("*") if one.is_file()]


def test_what_does_not_hold_is_refused(made: Made, run: Run, tmp_path: Path) -> None:
    data = json.loads(made.record.read_bytes())
    data["results"][0]["answers"] = 9
    path = tmp_path / "record.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    said = run("eee", path, *ARGS, "--out", tmp_path / "out")
    assert said.code == 2 and "was changed after it was made" in said.error
    said = run("eee", made.record, *ARGS, "--instances", made.base, "--out", tmp_path / "out")
    assert said.code == 2 and "tuned.eval: no file here has the hash" in said.error
    data["results"][0]["rates"] = data["results"][0]["means"] = {}
    data["pooled"] = data["differences"] = []
    data["content_sha256"] = digest({key: value for key, value in data.items() if key != "content_sha256"})
    path.write_text(json.dumps(data), encoding="utf-8")
    said = run("eee", path, *ARGS, "--out", tmp_path / "out")
    assert said.code == 2 and "no figure to export" in said.error
    assert not (tmp_path / "out").exists()
