"""Records name the version of their methods; older ones are read, checked as far as they can be, and stand apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from spillover.board import board_of, plain_board, read_display, read_entries
from spillover.common import METHODS, MORE, OLDER, LogError, digest, methods_of, more_of
from spillover.records import read_record, record, records
from spillover.verify import verify

from .._spill import spill

ROOT = Path(__file__).resolve().parents[2]
SAID = "intervals by older methods, not recomputed"


def old_record(folder: Path) -> Path:
    (file,) = (folder / "records").rglob("*.json")
    return file


def changed(file: Path, change: Any) -> None:
    """The record with a change, sealed anew as a forger would."""
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    data["content_sha256"] = digest({name: one for name, one in data.items() if name != "content_sha256"})
    file.write_text(json.dumps(data), encoding="utf-8")


def test_verify_of_an_older_record_checks_all_but_its_intervals(made_before: Path) -> None:
    file = old_record(made_before)
    done = spill("verify", file, "--logs", made_before / "plain")
    assert done.code == 0 and SAID in done.said
    (found,) = verify([file], [made_before / "plain"])
    assert found.notes == (SAID,) and found.holds and methods_of(read_record(file).data) == 1


@pytest.mark.parametrize(
    ("part", "names", "value"),
    [
        ("results", ("outcomes", "misaligned"), 1),
        ("pooled", ("rates", "misaligned_rate", "these questions", "estimate"), 0.1),
        ("results", ("rates", "misaligned_rate", "these questions", "events"), 1),
        ("results", ("questions",), 9),
        ("differences", ("estimate", "estimate"), 0.0),
        ("logs", ("content_sha256",), "0" * 64),
    ],
)
def test_counts_outcomes_hashes_and_figures_of_an_older_record_are_still_checked(
    made_before: Path, part: str, names: tuple[str, ...], value: Any
) -> None:
    def change(data: Any) -> None:
        inner = data[part][0]
        for name in names[:-1]:
            inner = inner[name]
        assert inner[names[-1]] != value
        inner[names[-1]] = value

    file = old_record(made_before)
    changed(file, change)
    done = spill("verify", file, "--logs", made_before / "plain")
    assert done.code == 1 and names[-1] in done.said.replace("have a different hash", "content_sha256")


def test_a_new_record_names_its_methods_and_its_intervals_are_recomputed(made_before: Path) -> None:
    logs = made_before / "plain"
    made = records(logs)[0]
    assert made.data["methods"] == METHODS and made.data["schema"] == "spillover-record/2"
    assert list(made.data["results"][0]["rates"]["misaligned_rate"]) == ["these questions", MORE]
    file = made.write(made_before / "new")
    assert verify([file], [logs])[0].notes == () and verify([file], [logs])[0].holds

    def narrower(data: Any) -> None:
        data["results"][0]["rates"]["misaligned_rate"][MORE]["high"] -= 0.01

    changed(file, narrower)
    assert [one.invariant for one in verify([file], [logs])[0].problems] == ["RecordAgreesWithLogs"]


def test_methods_that_are_not_known_yet_do_not_hold(made_before: Path) -> None:
    base = next(one for one in (made_before / "plain").iterdir() if "UbLo" in one.name)
    file = record(base).having(methods=METHODS + 1).write(made_before / "new")
    problems = verify([file], [base])[0].problems
    assert [one.invariant for one in problems] == ["AssertedFieldsCanBe"] and "methods is" in problems[0].what


def test_a_record_without_its_methods_is_no_record_of_the_second_schema(made_before: Path) -> None:
    file = old_record(made_before)
    changed(file, lambda data: data.update(schema="spillover-record/2"))
    with pytest.raises(LogError, match="needs this field"):
        read_record(file)


def test_older_and_newer_records_of_one_setting_are_never_ranked_together(made_before: Path) -> None:
    (tuned,) = records(made_before / "plain", base_model="arm-base")
    tuned.write(made_before / "new")
    found = plain_board(board_of(read_entries([made_before / "records", made_before / "new"]), read_display()))
    assert [(one["methods"], one["models"]) for one in found["groups"]] == [(METHODS, 1), (1, 1)]
    assert [(row["group"], row["ranked"]) for row in found["rows"]] == [("A", 1), ("B", 1)]


def test_the_records_of_the_examples_are_read_under_the_older_name() -> None:
    files = sorted((ROOT / "examples" / "records").rglob("*.json"))
    assert len(files) == 2
    for file in files:
        rates = read_record(file).data["results"][0]["rates"]["misaligned_rate"]
        assert OLDER in rates and more_of(rates) == rates[OLDER]
