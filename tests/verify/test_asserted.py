"""What a record says that no log does: the version that made it, its judge card, its manifest."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.cli import Package
from spillover.estimate import JudgeErrors
from spillover.judge import JudgeCard, load_card, save_card
from spillover.records import read_record
from spillover.run import read_manifest, write_plan
from spillover.verify import Verified
from spillover.verify import verify as verify_all

from .._place import Place
from .._spill import spill

SHIPPED: dict[str, Any] = next(iter(Package().cards()))
"""A card that is shipped: of another judge than the records here have."""


def looked_at(place: Place, cards: tuple[Path, ...] = ()) -> Verified:
    return verify_all([place.made], [place.logs], Package(cards))[0]


def told(place: Place) -> list[str]:
    found = looked_at(place).problems
    assert {problem.invariant for problem in found} <= {"AssertedFieldsCanBe"}
    return [problem.what for problem in found]


def test_an_honest_record_asserts_nothing_that_cannot_be(place: Place) -> None:
    assert told(place) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("9.9.9", "spillover is 9.9.9, which is not a version up to the installed one ("),
        ("0.0.1", "spillover is 0.0.1, but a later version ("),
        ("the newest", "spillover is the newest, which is not a version up to the installed one ("),
        ("", "spillover is , which is not a version up to the installed one ("),
    ],
)
def test_a_version_is_one_that_can_have_made_the_record(place: Place, said: str, expected: str) -> None:
    place.record(lambda data: data.update(spillover=said))
    assert any(one.startswith(expected) for one in told(place))


@pytest.mark.parametrize(
    "made_up",
    [
        {"planned_sha256": "aaa"},
        {"planned": {"seed": 1}, "planned_sha256": "aaa"},
        {"planned": None, "planned_sha256": "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"},
        {},
    ],
)
def test_a_manifest_that_was_never_written_is_refused(place: Place, made_up: dict[str, Any]) -> None:
    place.record(lambda data: data.update(manifest=made_up))
    assert told(place) == ["manifest.planned_sha256 is not the hash of the plan in the manifest"]


def test_a_manifest_as_a_run_writes_it_holds(place: Place, tmp_path: Path) -> None:
    write_plan(tmp_path / "run", {"models": ["replay/first"], "share": 0.1, "about": "Größe"})
    place.record(lambda data: data.update(manifest=read_manifest(tmp_path / "run").data))
    assert looked_at(place).holds


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"sensitivity": 0.999}, "judge.card matches no shipped card and no --judge-card"),
        ({**SHIPPED, "sensitivity": 0.999}, "judge.card matches no shipped card and no --judge-card"),
        (SHIPPED, f"judge.card is about {SHIPPED['judge']}, with a judge, form or rubrics that no verdict has"),
    ],
)
def test_a_card_that_is_not_the_judges_is_refused(place: Place, card: dict[str, Any], expected: str) -> None:
    place.record(lambda data: data["judge"].update(card=card))
    assert told(place) == [expected]


@pytest.fixture
def measured(place: Place) -> Callable[..., Path]:
    """A card of the judge of the records here, as `spillover judge calibrate` writes it."""
    judge = json.loads(place.made.read_text(encoding="utf-8"))["judge"]
    families = sorted(label.partition(":")[0] for label in judge["rubrics"])

    def save(**other: Any) -> Path:
        said: dict[str, Any] = {"judge": judge["name"], "form": judge["form"][0], "rubrics": families, **other}
        card = JudgeCard(
            **said, returned=["judge"], set_name="own", set_sha256="0", origin="labels of two people",
            about="misaligned", date="2026-11-01", answers=200, errors=JudgeErrors(90, 100, 98, 100), parts={},
            outcomes={}, by_outcome={}, kappa=1 / 3, alpha=float("nan"), kappa_about=0.8, consistency=1.0, repeats=1,
            near_line=0.1, best_line=30.0, reasons={}, tokens=(1.0, 1.0), seconds=0.1,
        )  # fmt: skip
        place.record(lambda data: data["judge"].update(card=card.as_dict()))
        return save_card(card, place.folder / "cards")[0]

    return save


def test_a_card_that_is_given_beside_the_record_holds(place: Place, measured: Callable[..., Path]) -> None:
    file = measured()
    run = [str(place.made), "--logs", str(place.logs)]
    assert spill("verify", *run).code == 1
    assert spill("verify", *run, "--judge-card", file).code == 0
    place.record(lambda data: data["judge"]["card"]["errors"].update(hits=100))
    said = spill("verify", *run, "--judge-card", file)
    assert said.code == 1 and "AssertedFieldsCanBe; make the record again" in said.said


@pytest.mark.parametrize("other", [{"judge": "replay/other"}, {"form": "sampled"}, {"rubrics": ["alignment@1"]}])
def test_a_card_of_another_judge_form_or_rubric_is_refused(
    place: Place, measured: Callable[..., Path], other: dict[str, Any]
) -> None:
    (problem,) = looked_at(place, (measured(**other),)).problems
    assert problem.what.endswith("with a judge, form or rubrics that no verdict has")


def test_a_file_that_is_no_card_is_wrong_use(place: Place, measured: Callable[..., Path]) -> None:
    measured().write_text("version: 1\n", encoding="utf-8")
    (file,) = place.folder.glob("cards/*.yaml")
    done = spill("verify", place.made, "--judge-card", file)
    assert "not a judge card" in done.error and len(done.err.splitlines()) == 1


def test_record_adds_the_card_that_fits_and_the_manifest_of_the_run(
    place: Place, measured: Callable[..., Path], tmp_path: Path
) -> None:
    card = measured()
    write_plan(tmp_path / "run", {"models": [{"name": "replay/first"}]})
    write_plan(tmp_path / "other", {"base": {"name": "replay/base"}, "finetunes": [{"name": "replay/second"}]})
    arguments = [str(place.log("first")), "--cards", str(card.parent), "--out", str(tmp_path / "out")]
    ran = spill("record", *arguments, "--manifest", tmp_path / "run")
    assert ran.code == 0, ran.said
    (file,) = (tmp_path / "out").rglob("*.json")
    made = read_record(file).data
    assert made["judge"]["card"] == load_card(card).as_dict() and made["manifest"]["planned_sha256"]
    (found,) = verify_all([file], [place.logs], Package([card]))
    assert found.problems == []
    refused = spill("record", *arguments, "--manifest", tmp_path / "other")
    assert "is of another run: replay/first is not among its replay/second, replay/base" in refused.error
