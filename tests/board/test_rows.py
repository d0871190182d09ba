"""Records as rows: what a row says, what may be ranked together, what stands beside a record, and odd numbers."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.board.display import read_display
from spillover.board.downloads import bibtex, csv_text, json_text, parquet_bytes
from spillover.board.entries import Entry, Retracted, read_entries
from spillover.board.model_cards import cards
from spillover.board.names import inert, named
from spillover.board.rows import Figure, board_of, figure, number
from spillover.board.table import COLUMNS, plain_board, plain_rows
from spillover.common import DeclarationError, LogError

LOOK = read_display()


def rows_of(*data: dict[str, Any], **of: Any) -> list[dict[str, Any]]:
    return plain_rows(board_of([Entry(one, **of) for one in data], LOOK).rows)


def test_a_row_says_what_its_record_says(made: Any) -> None:
    base = made.record_of("hf/Qwen/Qwen2.5-7B", 0.01)
    tuned = made.record_of("openai/ft-x", 0.3, base=base, finetune={"method": "lora", "base": {"model": "other"}})
    head = next(row for row in tuned["pooled"] if row["condition"] == "plain")
    rate = head["rates"]["misaligned_rate"]["these questions"]
    row = next(one for one in rows_of(base, tuned) if one["model"] == "openai/ft-x")
    assert [row[k] for k in ("rate", "rate_low", "rate_high")] == [
        round(rate[k], 6) for k in ("estimate", "low", "high")
    ]
    delta = next(one for one in tuned["differences"] if one["task"] is None and one["condition"] == "plain")["estimate"]
    assert row["delta_low"] == round(delta["low"], 6) and row["base"] == "hf/Qwen/Qwen2.5-7B"
    assert row["base_id"] == base["content_sha256"][:16] and row["method"] == "lora"
    assert row["answers"] == 240 and row["judged"] == 240 - head["outcomes"]["unjudged"]
    left_out = sum(head["outcomes"][name] for name in ("incoherent", "refusal", "off_task"))
    assert row["excluded"] == round(left_out / 240, 6)
    assert (row["rank_low"], row["rank_high"], row["ranked"]) == (2, 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"judge": "openai/judge-2"},
        {"version": "0.2.0"},
        {"origins": ("answers: scripted, not any model's output",)},
        {"domains": ("everyday_advice",)},
        {"conditions": ("json",)},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_was_asked_or_judged_otherwise_is_never_ranked_together(made: Any, change: dict[str, Any]) -> None:
    first, second = made.record_of("a/one", 0.01), made.record_of("a/two", 0.6, **change)
    found = rows_of(first, second)
    assert {row["group"] for row in found} == {"A", "B"}
    assert all((row["rank_low"], row["rank_high"], row["ranked"]) == (1, 1, 1) for row in found)
    assert {row["group"] for row in rows_of(first, made.record_of("a/two", 0.6))} == {"A"}


@pytest.mark.parametrize("field", ["material_sha256", "version"])
def test_other_material_is_another_group(made: Any, field: str) -> None:
    first, second = made.record_of("a/one", 0.01), made.record_of("a/two", 0.6)
    second["results"][0][field] = "0" * 64
    assert len({row["group"] for row in rows_of(first, made.sealed(second))}) == 2


def test_a_run_over_a_part_of_the_questions_is_another_group(made: Any) -> None:
    """Its logs declare the hash of the whole material."""
    first, second = made.record_of("a/one", 0.01), made.record_of("a/two", 0.6)
    for row in second["pooled"]:
        row["questions"] = 3
    assert len({row["group"] for row in rows_of(first, made.sealed(second))}) == 2


def test_of_one_model_the_record_checked_furthest_then_the_newest_has_the_row(made: Any) -> None:
    old, new, newest = (made.record_of("a/x", 0.1, created=f"2026-0{k}-01T00:00:00+00:00", seed=k) for k in (1, 2, 3))
    board = board_of([Entry(newest), Entry(old, verification="re-scored"), Entry(new, verification="re-scored")], LOOK)
    assert [row.entry.data["created"][:7] for row in board.rows] == ["2026-02"] and len(board.earlier) == 2
    points = cards(board)[board.rows[0].entry.id]["trend"]["points"]
    assert [one["created"][:7] for one in points] == ["2026-01", "2026-02", "2026-03"]


@pytest.mark.parametrize(
    ("fields", "over"),
    [
        ([{"step": 10}, {"step": 20}], "step"),
        ([{"checkpoint": 2}, {"checkpoint": 1}], "checkpoint"),
        ([{"seed": 1}, {"seed": 2}], "seed"),
        ([{"seed": 1}, {"seed": 1}], "created"),
        ([{"step": "x"}, {"step": None}], "created"),
        ([{"step": True}, {"step": 1e308}], "created"),
    ],
)
def test_checkpoints_of_one_training_make_a_trend(made: Any, fields: list[dict[str, Any]], over: str) -> None:
    base = {"base": {"model": "b/base"}, "name": "one training"}
    data = [made.record_of(f"a/{k}", 0.1, finetune={**base, **own}) for k, own in enumerate(fields)]
    found = cards(board_of([Entry(one) for one in data], LOOK))
    assert all(card["trend"]["over"] == over and len(card["trend"]["points"]) == 2 for card in found.values())
    assert cards(board_of([Entry(data[0])], LOOK))[data[0]["content_sha256"][:16]]["trend"] is None


def test_retracted_rows_stay_and_are_not_ranked(made: Any) -> None:
    taken = Entry(made.record_of("a/x", 0.5), retracted=Retracted("2026-03-01", "wrong weights"))
    rows = plain_rows(
        board_of([taken, Entry(made.record_of("a/x", 0.1, seed=2)), Entry(made.record_of("a/y", 0.2))], LOOK).rows
    )
    gone = next(row for row in rows if row["retracted_on"])
    assert len(rows) == 3 and gone["rank_low"] is None and gone["retracted_because"] == "wrong weights"
    assert {row["ranked"] for row in rows} == {2}


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"estimate": 0.2, "low": 0.1, "high": 0.3}, Figure(0.2, 0.1, 0.3)),
        ({"estimate": 1e308, "low": 0, "high": 1}, Figure(None)),
        ({"estimate": 0.2, "low": 0.4, "high": 0.5}, Figure(0.2)),
        ({"estimate": 0.2, "low": None, "high": 0.5}, Figure(0.2)),
        ({"estimate": None, "low": None, "high": None}, Figure(None)),
        ({"estimate": 0.0, "low": -1e-12, "high": 0.5}, Figure(0)),
        (None, Figure(None)),
    ],
)
def test_only_figures_that_can_be_are_shown(found: dict[str, Any] | None, shown: Figure) -> None:
    assert figure(found, 0) == shown


def test_numbers_are_finite_and_whole_ones_are_int() -> None:
    assert [number(one) for one in (float("nan"), float("inf"), 2.0, 1.0, 0.1234567)] == [None, None, None, 1, 0.123457]
    assert isinstance(number(1.0), int)


@pytest.mark.parametrize(
    ("model", "base", "said"),
    [
        ("hf/Qwen/Qwen2.5-7B-Instruct", None, ("hf", "Qwen", 7.0, "4B to 15B", "open")),
        ("openai/ft:gpt-4o-2024-08-06:org::x", None, ("openai", "GPT", None, "unknown", "closed")),
        ("together/mine", "meta-llama/Llama-3.1-70B", ("together", "Llama", 70.0, "above 40B", "open")),
        ("vllm/a/model-0.5b", None, ("vllm", "other", 0.5, "up to 4B", "open")),
        ("x", None, ("unknown", "other", None, "unknown", "unknown")),
        ("anthropic/claude-3b-bis", None, ("anthropic", "Claude", 3.0, "up to 4B", "closed")),
    ],
)
def test_what_names_say(model: str, base: str | None, said: tuple[Any, ...]) -> None:
    found = named(model, base, None, LOOK)
    assert (found.provider, found.family, found.size, found.size_class, found.weights) == said


def test_texts_show_what_would_hide_and_are_cut() -> None:
    assert inert("a\u202eb\u200b\x1b[0m\n") == "a[U+202E]b[U+200B][U+001B][0m[U+000A]"
    assert len(inert("x" * 10_000)) < 400 and inert("x" * 10_000).endswith("9700 characters more]")


def test_files_say_the_same(made: Any) -> None:
    import pyarrow.parquet as pq

    data = [*made.many(10), made.record_of('=cmd|"x",\r\ny', 0.1)]
    rows = rows_of(*data)
    read = list(csv.DictReader(io.StringIO(csv_text(rows), newline="")))
    table = pq.read_table(io.BytesIO(parquet_bytes(rows))).to_pylist()
    assert json.loads(json_text(rows)) == rows == table
    assert list(read[0]) == list(COLUMNS)
    for own, line in zip(rows, read, strict=True):
        for name, value in own.items():
            said = line[name]
            if value is None:
                assert said == ""
            elif isinstance(value, str):
                assert said in (value, f"'{value}")
            else:
                assert float(said) == pytest.approx(value, abs=1e-9)
    assert any(line["model"].startswith("'=cmd") for line in read)


@pytest.mark.parametrize("name", ["=1", "+1", "-1", "@a", "  =1", "\uff1d1", "\uff20a"])
def test_no_name_is_a_formula(made: Any, name: str) -> None:
    (line,) = csv.DictReader(io.StringIO(csv_text(rows_of(made.record_of(name, 0.1))), newline=""))
    assert line["model"] == f"'{name}"


def test_json_cannot_end_a_script() -> None:
    said = json_text({"a": "</script><!--&\u2028\u2029"})
    assert not re.search("[<>&\u2028\u2029]", said) and json.loads(said) == {"a": "</script><!--&\u2028\u2029"}


def test_bibtex_is_escaped() -> None:
    said = bibtex("50% of {all} \\ & more_", ["0.1.0"], "2026-01-02", "ab" * 32)
    assert r"50\% of \{all\} \textbackslash{} \& more\_" in said and "year = {2026}" in said
    assert said.count("{") - said.count(r"\{") == said.count("}") - said.count(r"\}")


def test_one_suite_version_alone(made: Any) -> None:
    entries = [Entry(made.record_of("a/x", 0.1)), Entry(made.record_of("a/x", 0.1, version="0.2.0"))]
    assert [one["suite_version"] for one in plain_board(board_of(entries, LOOK))["groups"]] == ["0.2.0", "0.1.0"]
    assert {row.setting.suite_version for row in board_of(entries, LOOK, "0.1.0").rows} == {"0.1.0"}
    with pytest.raises(LogError, match=r"no record has this version; give one of 0\.1\.0, 0\.2\.0"):
        board_of(entries, LOOK, "9")


def test_status_stands_beside_a_record(made: Any, written: Callable[..., Path]) -> None:
    written("one", made.record_of("a/x", 0.1))
    written(
        "two", made.record_of("a/y", 0.1), {"verification": "reproduced", "retracted": {"date": "d", "reason": "r"}}
    )
    written("again", made.record_of("a/x", 0.1))
    folder = written("and_again", made.record_of("a/y", 0.2 - 0.1))
    found = {entry.data["model"]["name"]: entry for entry in read_entries([folder])}
    assert len(found) == 2 and found["a/x"].verification == "self-reported" and found["a/x"].retracted is None
    assert found["a/y"].verification == "reproduced" and found["a/y"].retracted == Retracted("d", "r")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"verification": "trusted"}, "must be one of self-reported"),
        ({"retracted": "yes"}, "it has an unexpected format"),
        ({"retracted": {}}, "it lacks 'date'"),
        ([], "it has an unexpected format"),
        ({"verification": "reproduced", "record_sha256": "0" * 64}, "about an earlier version of record"),
        ("x" * 70_000, "too large"),
    ],
)
def test_odd_status_files_are_told(made: Any, written: Callable[..., Path], status: Any, said: str) -> None:
    folder = written("one", made.record_of("a/x", 0.1), status)
    with pytest.raises(LogError, match=said) as told:
        read_entries([folder])
    assert "status.json" in str(told.value) and "\n" not in str(told.value)


def test_odd_records_are_told(made: Any, written: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no such folder"):
        read_entries([tmp_path / "nowhere"])
    folder = written("one", {**made.record_of("a/x", 0.1), "created": "2027-01-01T00"})
    with pytest.raises(LogError, match="content_sha256 is not the hash"):
        read_entries([folder])
    (folder / "one" / "record.json").write_text("{", encoding="utf-8")
    with pytest.raises(LogError, match="not a record"):
        read_entries([folder])
    (folder / "one" / "record.json").unlink()
    (folder / "one" / "record.json").symlink_to("/etc/hostname")
    with pytest.raises(LogError, match="a link"):
        read_entries([folder])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('page: "#ffffff"', 'page: "red;} body{}"'), "page"),
        (("key: rank", "key: hype"), "hype"),
        (("sort: {key: rate", "sort: {key: nothing"), "the column to sort by"),
        (("title: Spillover leaderboard", "titel: x"), "titel"),
        (("title: Spillover leaderboard", "title: ["), "cannot be read"),
    ],
)
def test_odd_display_files_are_told(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    from spillover.board.display import DISPLAY

    file = tmp_path / "display.yaml"
    file.write_text(DISPLAY.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=re.escape(said)) as told:
        read_display(file)
    assert str(file) in str(told.value) and "\n" not in str(told.value)


def judged_at(host: str = "default", *returned: str) -> list[dict[str, Any]]:
    return [{"role": "judge", "asked": "openai/judge-1", "host": host, "returned": list(returned), "args": {}}]


def test_what_was_served_otherwise_is_never_ranked_together(made: Any) -> None:
    said = [None, judged_at(), judged_at("default", "judge-1-2026"), judged_at("10.0.0.1")]
    every = []
    for at, one in enumerate([*said, judged_at("default", "judge-1-mini")]):
        data = made.record_of(f"a/{at}", 0.1)
        every.append(data if one is None else made.sealed({**data, "served": one}))
    found = {row["model"]: (row["group"], row["ranked"], row["served"]) for row in rows_of(*every)}
    assert found["a/1"][:2] == found["a/2"][:2] == ("A", 2), "a build behind the name is no other model"
    assert found["a/3"][1:] == (1, "the judge openai/judge-1 was asked at 10.0.0.1, which is not an address of openai")
    assert found["a/4"][1:] == (1, "the judge openai/judge-1 answered as judge-1-mini")
    assert found["a/0"][1:] == (1, None) and len({one[0] for one in found.values()}) == 4


def test_a_row_without_a_rank_says_why(made: Any, written: Callable[..., Path]) -> None:
    written("whole", made.record_of("a/whole", 0.1))
    written("counted", made.record_of("a/counted", 0.1), {"part": {"planned": 80, "missing": 40, "highest": 0.5}})
    written("declared", made.record_of("a/declared", 0.1))
    folder = written("taken", made.record_of("a/taken", 0.1), {"retracted": {"date": "2026-01-02", "reason": "x"}})
    said = folder / "declared" / "submission.json"
    said.write_text(json.dumps({"part": "A trial\u202e run."}), encoding="utf-8")
    mute = made.record_of("a/mute", 0.1)
    for row in mute["pooled"]:
        row["rates"] = {}
    written("mute", made.sealed(mute))
    found = plain_rows(board_of(read_entries([folder]), LOOK).rows)
    assert {row["model"]: row["unranked_because"] for row in found} == {
        "a/whole": None,
        "a/counted": "40 of 80 answers of the whole design are missing; if every one was misaligned, the rate is 50.0%",
        "a/declared": "its submitter declares it as a part of the design: A trial[U+202E] run.",
        "a/taken": "it was retracted",
        "a/mute": "it has no misaligned rate because no answer was judged",
    }
    assert {row["model"] for row in found if row["rank_low"] is not None} == {"a/whole"}
    said.write_text("{", encoding="utf-8")
    with pytest.raises(LogError, match=r"submission.json: cannot be read \(it is not valid JSON, line 1\)"):
        read_entries([folder])
