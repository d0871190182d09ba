"""Records: figures from independent sources, the schema, places for any model's name, and what is refused."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spillover.common import LogError
from spillover.logs import read
from spillover.records import model as schema_of
from spillover.records import public_arguments, read_record, record, records, safe_name
from spillover.results import differences, summarise

from .._spill import spill

Place = Any


def test_a_record_has_the_figures_that_the_table_gives(place: Place) -> None:
    made = record(place.log("first"), base=place.log("base")).data
    arms = summarise(read([place.log("base"), place.log("first")]))
    arm = next(one for one in arms if one.model == "replay/first")
    (row,) = made["results"]
    assert row["outcomes"] == arm.outcomes and row["answers"] == 16 and row["questions"] == 8
    assert [row["outcomes"][one] for one in ("misaligned", "aligned", "refusal", "unjudged")] == [6, 6, 2, 2]
    assert sum(row["unjudged_reasons"].values()) == 2
    for name, estimate in arm.estimates.items():
        found = (row["rates"] | row["means"])[name]["these questions"]
        assert found == {k: None if v != v else v for k, v in estimate.as_dict().items()}
    assert row["rates"]["misaligned_rate"]["these questions"]["estimate"] == pytest.approx(3 / 7)
    assert made["pooled"][0]["rates"] == row["rates"] and made["pooled"][0]["tasks"] == ["own_probes"]
    assert [one["task"] for one in made["differences"]] == ["own_probes", None]
    for one in made["differences"]:
        assert one["estimate"]["estimate"] == pytest.approx(3 / 7) and one["estimate"]["clusters"] == 7
    assert made["model"]["returned"] == ["first"] and made["judge"]["name"] == "replay/judge"
    assert {log["model"] for log in made["logs"]} == {"replay/first", "replay/base"}


def test_a_record_has_the_worst_case_over_unjudged_answers(place: Place) -> None:
    """Two of sixteen answers are unjudged: 6 of 16 misaligned at least, 8 of 16 at most."""
    made = record(place.log("first"), base=place.log("base")).data
    found = made["results"][0]["rates"]["misaligned_rate"]["these questions"]
    assert (found["worst"]["least"], found["worst"]["most"]) == (6 / 16, 8 / 16)
    assert found["worst"]["low"] < found["low"] and found["high"] < found["worst"]["high"]
    for one in made["differences"]:
        ends = one["estimate"]["worst"]
        assert ends["least"] <= one["estimate"]["estimate"] <= ends["most"], "a question without a verdict is in it"
        assert (ends["least"], ends["most"]) == (6 / 16, 8 / 16), "the base has no misaligned and no unjudged answer"
    shown = spill("record", place.log("first"), "--out", place.logs / "made")
    assert "worst case [" in shown.said


def test_differences_are_those_of_the_table(place: Place) -> None:
    made = record(place.log("second"), base=place.log("base")).data
    (apart,) = differences(summarise(read([place.log("base"), place.log("second")])), "replay/base").values()
    assert [one["estimate"] for one in made["differences"]] == [apart.as_dict()] * 2


def test_the_same_logs_give_the_same_bytes_and_fit_the_schema(place: Place, tmp_path: Path) -> None:
    first, again = (record(place.log("first"), base=place.log("base")) for _ in range(2))
    assert first.text() == again.text() and "NaN" not in first.text()
    file = first.write(tmp_path / "records")
    assert read_record(file).data == first.data
    assert [path.name for path in file.parent.iterdir()] == [file.name], "nothing half-written is left"
    schema = json.loads(Path(schema_of.__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    closed = [part for part in _objects(schema) if "properties" in part]
    assert closed and all(part["additionalProperties"] is False for part in closed)


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [part for one in schema for part in _objects(one)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(part for one in schema.values() for part in _objects(one))]


def test_one_record_per_model(place: Place) -> None:
    made = records(place.logs)
    assert [one.model for one in made] == ["replay/base", "replay/first", "replay/second"]
    with pytest.raises(LogError, match="hold 3 models"):
        record(place.logs)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../../etc/passwd", "/etc/passwd", "a\\b", "con:x", "a\x00b", "\u202eevil", "x" * 1000, "<script>",
     ".hidden", "-rf", "ä", "a\nb", "org/model", "org_model"],
)  # fmt: skip
def test_any_model_name_makes_a_plain_file_name(name: str) -> None:
    safe = safe_name(name)
    assert re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,98}", safe)
    assert Path("records", safe).resolve().parent == Path("records").resolve()
    assert safe_name("org/model") != safe_name("org_model")


def test_arguments_hold_no_secret_and_no_place() -> None:
    args = {"api_key": "sk-1", "nested": {"auth_token": "x", "n": 1}, "path": "/home/somebody/answers.jsonl"}
    assert public_arguments(args) == {
        "api_key": "(left out)",
        "nested": {"auth_token": "(left out)", "n": 1},
        "path": "answers.jsonl",
    }


def test_what_cannot_be_recorded_is_said(place: Place, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="the base logs must hold one model"):
        record(place.log("first"), base=place.log("first"))
    shutil.copy(place.log("first"), place.log("again"))
    with pytest.raises(LogError, match=r"first\.eval: this log is from the same run as .*again\.eval"):
        record([place.log("again"), place.log("first")])
    with pytest.raises(LogError, match="no such file or folder"):
        record(tmp_path / "gone")
    place.both("second", lambda row: row["scores"]["judged"]["value"].update(alignment=1e308))
    with pytest.raises(LogError, match="a score is outside 0 to 100"):
        record(place.log("second"))


def test_two_ways_of_asking_make_two_records(place: Place) -> None:
    shutil.copy(place.log("first"), place.log("other"))

    def other(header: Any) -> None:
        header["eval"]["eval_id"] = "other"
        header["eval"]["metadata"]["material_sha256"] = "0" * 64

    place.header("other", other)
    with pytest.raises(LogError, match="was asked in two ways"):
        record([place.log("first"), place.log("other")])


TUNED = """
base: {model: replay/base}
method: lora
data: {description: "scripted, of 2026"}
"""


def test_the_command_writes_records_and_a_store(place: Place, tmp_path: Path) -> None:
    tuned = tmp_path / "finetune.yaml"
    tuned.write_text(TUNED, encoding="utf-8")
    out, store = tmp_path / "out", tmp_path / "store"
    arguments = [str(place.log("first")), "--base-logs", str(place.log("base")), "--finetune-record", str(tuned)]
    run = spill("record", *arguments, "--out", out, "--store", store)
    assert run.code == 0, run.said
    (file,) = out.rglob("*.json")
    data = {"description": "scripted, of 2026"}
    assert read_record(file).data["finetune"] == {"base": {"model": "replay/base"}, "method": "lora", "data": data}
    assert "2 new logs, 32 answers" in run.said and "misaligned rate 42.9%" in run.said
    assert "less the base, replay/base: +42.9 pp" in run.said
    plain = spill("record", *arguments, "--out", out, "--json")
    assert json.loads(plain.out)["records"][0]["record"] == read_record(file).data
    for text, said in (("[1", "not valid YAML"), ("method: lora\n", "lacks `base`")):
        tuned.write_text(text, encoding="utf-8")
        assert said in spill("record", *arguments).error


def test_the_command_picks_the_base_out_of_one_folder(place: Place, tmp_path: Path) -> None:
    run = spill("record", place.logs, "--base", "base", "--out", tmp_path / "out")
    assert run.code == 0, run.said
    assert run.said.count("less the base, replay/base") == 2 and "replay/base: " not in run.said.splitlines()[0]
    without = spill("record", place.logs, "--out", tmp_path / "other")
    assert "no base is given, so no record has a difference from it; give --base MODEL" in without.said
    wrong = spill("record", place.logs, "--base", "nobody")
    assert "the logs hold no model 'nobody'; choose one of replay/base" in wrong.error
    alone = spill("record", place.log("base"), "--base", "base")
    assert "hold only the base" in alone.error


def test_a_finetune_of_another_base_needs_a_reason(place: Place, tmp_path: Path) -> None:
    def renamed(arm: str, name: str) -> None:
        place.header(arm, lambda header: header["eval"].update(model=name))
        place.samples(arm, lambda sample: sample["output"].update(model=name))

    renamed("base", "openai/gpt-4.1")
    tuned = tmp_path / "finetune.yaml"
    tuned.write_text(TUNED.replace("replay/base", "Qwen/Qwen2.5-7B"), encoding="utf-8")
    arguments = [str(place.log("first")), "--base-logs", str(place.log("base")), "--finetune-record", str(tuned)]
    refused = spill("record", *arguments, "--out", tmp_path / "out")
    assert "its base is Qwen/Qwen2.5-7B (the fine-tune record), not openai/gpt-4.1" in refused.error
    assert not (tmp_path / "out").exists()
    given = [*arguments, "--base-differs", "the same weights", "--out", str(tmp_path / "out")]
    run = spill("record", *given)
    assert run.code == 0, run.said
    (file,) = (tmp_path / "out").rglob("*.json")
    assert read_record(file).data["base_differs"] == "the same weights"
    no_base = spill("record", place.log("first"), "--base-differs", "why")
    assert "there is no base to compare with" in no_base.error
