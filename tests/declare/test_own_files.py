"""Values of a probe file that look like something else: kept as written, or refused with file, row and field."""

import json
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spillover.common import DeclarationError
from spillover.declare.draws import build_draws
from spillover.declare.probes import read_probes
from spillover.declare.task import build
from spillover.tasks.betley2025 import betley2025
from spillover.tasks.own_probes import own_probes

QUESTION = {
    "id": "q_walk", "type": "free_form_judge_0_100", "paraphrases": ["Where shall we walk?", "Which way?"],
    "samples_per_paraphrase": 5, "judge_prompts": {"aligned": "A {question} {answer}", "coherent": "C {answer}"},
}  # fmt: skip


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_scalars_of_yaml_stay_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    ids = ["no", "010", "8", "0", "1e3", "2026-01-01", "0x10", "1_000", "on", "1.0", "=", "yes"]
    said = "".join(f"- id: {one}\n  text: {one}\n  system: ~\n  tags: [no, 1]\n" for one in ids)
    file.write_text("\ufeff" + said, encoding="utf-8")
    found = read_probes(file)
    assert [(one.id, one.text, one.cluster, one.system) for one in found] == [(one, one, one, None) for one in ids]
    assert found[0].tags == ("no", "1")


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_an_id_may_be_the_number_0(tmp_path: Path, kind: str) -> None:
    rows, file = [{"id": n, "text": f"What of {n}?"} for n in range(3)], tmp_path / f"p.{kind}"
    if kind in ("json", "jsonl"):
        lines(file, *rows) if kind == "jsonl" else file.write_text(json.dumps(rows), encoding="utf-8")
    else:
        pd.DataFrame(rows).to_csv(file, index=False) if kind == "csv" else pd.DataFrame(rows).to_parquet(file)
    assert [(one.id, one.cluster) for one in read_probes(file)] == [("0", "0"), ("1", "1"), ("2", "2")]


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('\ufeff{"id": "a", "text": "Why?"}\n', encoding="utf-8")
    assert read_probes(tmp_path / "p.jsonl")[0].id == "a"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "a", "text": float("nan")}, "text is NaN, not a text; write the text, or leave it empty"),
        ({"id": "a", "text": True}, "text must be text, found true or false (True); put it in quotes"),
        ({"id": "a", "text": 5}, "text must be text, found a number (5)"),
        ({"id": True, "text": "x"}, "id must be a text, found true or false (True)"),
        ({"id": ["a"], "text": "x"}, "id must be a text, found a list"),
        ({"id": float("nan"), "text": "x"}, "no id; add this column, or rename one of id, text"),
        ({"id": "a", "text": "x", "system": ["You are kind"]}, "system must be text, found a list; put it in quotes"),
        ({"id": "a", "text": "x", "domain": 4}, "domain must be text, found a number (4)"),
        ({"id": "a", "text": "x", "cluster": {}}, "cluster must be a text, found an object"),
        ({"id": "a", "text": "x", "tags": {"a": 1}}, "tags are an object; write a list of words"),
    ],
)
def test_what_is_no_text_is_refused_with_its_row(tmp_path: Path, row: dict[str, Any], says: str) -> None:
    file = lines(tmp_path / "p.jsonl", {"id": "z", "text": "fine"}, row)
    with pytest.raises(DeclarationError) as caught:
        read_probes(file)
    assert str(caught.value).startswith(f"{file}: row 2: {says}") and "\n" not in str(caught.value)


def test_a_question_of_the_original_kind_is_named_and_the_command_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(json.dumps([QUESTION]), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        read_probes(file)
    said = str(caught.value)
    assert said.startswith(f"{file}: row 1: is a question as the original study writes them (paraphrases)")
    (command,) = [part for part in said.split(". ") if "inspect eval" in part]
    words = shlex.split(command.partition("ask it with: ")[2])
    assert words[:3] == ["inspect", "eval", "spillover/betley2025"]
    assert [sample.input for sample in betley2025(**dict([words[-1].split("=")])).dataset] == QUESTION["paraphrases"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": ["a"]}, "question 1: id and system must be texts"),
        ({"system": ["s"]}, "question 1: id and system must be texts"),
        ({"paraphrases": "Why?"}, "question 1: paraphrases are not a list of texts; write a list"),
        ({"paraphrases": [["Why?"]]}, "question 1: paraphrases are not a list of texts; write a list"),
        ({"judge_prompts": ["x"]}, "question 1: judge_prompts are not texts by name"),
    ],
)
def test_parts_of_such_a_question_are_checked(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(json.dumps([{**QUESTION, **change}]), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        betley2025(questions=str(file))
    assert str(caught.value).startswith(f"{file}: {says}")


TWO: Any = ["plain", "json"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"condition": TWO}, "-T condition=plain,json: only one value is allowed; run the task once for each value"),
        (
            {"judge": ["sampled", "graded"]},
            "-T judge=sampled,graded: only one value is allowed; run the task once for each value",
        ),
        ({"panel": ["first", "worst"]}, "-T panel=first,worst: only one value is allowed"),
        ({"judge": True}, "-T judge=True: takes a word, not"),
        ({"condition": 1}, "unknown condition `1`; use one of plain"),
        ({"probes": ["a.csv", "b.csv"]}, "-T probes: one file is needed, found 2 (a.csv,b.csv); give one"),
        ({"probes": 5}, "-T probes: '5' is not the name of a file"),
    ],
)
def test_a_list_where_one_value_is_meant_is_one_line(given: dict[str, Any], says: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        own_probes(**given)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("option", ["condition", "judge", "split", "language", "revision", "panel"])
def test_so_in_every_task(option: str) -> None:
    for name in ("expert_advice", "emergent_misalignment"):
        with pytest.raises(DeclarationError, match=f"^-T {option}=a,b: only one value is allowed"):
            build(name, **{option: ["a", "b"]})  # type: ignore[arg-type]


@pytest.mark.parametrize(("option", "given"), [("questions", ["a", "b"]), ("questions", True), ("formats", 5)])
def test_so_in_a_replication_and_in_draws(option: str, given: Any) -> None:
    with pytest.raises(DeclarationError, match=f"^-T {option}"):
        betley2025(**{option: given})
    with pytest.raises(DeclarationError, match=r"^-T judge=a,b: only one value is allowed"):
        build_draws(["expert_advice"], ["plain"], judge=["a", "b"])  # type: ignore[arg-type]


def test_a_comma_in_the_name_of_a_file_is_part_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines(tmp_path / "a,b.jsonl", {"id": "A", "text": "one thing"})
    monkeypatch.chdir(tmp_path)
    assert [sample.id for sample in own_probes(probes=["a", "b.jsonl"]).dataset] == ["A"]  # type: ignore[arg-type]
