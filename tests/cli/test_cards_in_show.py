"""`spillover show --cards`: which card is shown, and when it may say anything of the rate."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.estimate import JudgeErrors, corrected_rate
from spillover.judge import JudgeCard, save_card
from spillover.logs import read
from spillover.results import summarise

from .._spill import spill

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "finetune.jsonl"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    subject, judge = (get_model(f"replay/{name}", memoize=False, path=str(DEMO)) for name in ("tuned", "j"))
    inspect_eval(
        "spillover/emergent_misalignment",
        model=subject,
        model_roles={"grader": judge},
        epochs=1,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    return folder


@pytest.fixture
def card(logs: Path) -> JudgeCard:
    row = read(str(logs)).iloc[0]
    return JudgeCard(
        judge="replay/j", returned=["j"], form=str(row["form"]), rubrics=str(row["rubrics"]).split(), set_name="own",
        set_sha256="0", origin="labels of two people", about="misaligned", date="2026-11-01", answers=200,
        errors=JudgeErrors(90, 100, 98, 100), parts={}, outcomes={}, by_outcome={},
        kappa=0.8, alpha=0.8, kappa_about=0.8, consistency=1.0,
        repeats=1, near_line=0.1, best_line=30.0, reasons={}, tokens=(1.0, 1.0), seconds=0.1,
        by_question=[[9, 10, 10, 10]] * 8 + [[9, 10, 9, 10]] * 2,
    )  # fmt: skip


def shown(logs: Path, folder: Path, card: JudgeCard) -> tuple[str, dict[str, object]]:
    save_card(card, folder)
    said = spill("show", logs, "--cards", folder)
    data = spill("show", logs, "--cards", folder, "--json")
    assert said.code == 0 and data.code == 0
    return said.said, json.loads(data.out)


def test_a_card_of_ones_own_labels_stands_beside_the_rate(logs: Path, tmp_path: Path, card: JudgeCard) -> None:
    text, data = shown(logs, tmp_path, card)
    assert "if the judge erred as on its card" in text and "It holds if the judge errs here as it did there" in text
    (found,) = data["if_judge_erred_as_on_card"].values()  # type: ignore[attr-defined]
    (arm,) = summarise(read(str(logs)))
    expected = corrected_rate(arm.estimates["misaligned_rate"], card.errors, card.by_question)
    assert (arm.estimates["misaligned_rate"].estimate, expected.n) == (17 / 60, 60)
    assert (found["estimate"], found["low"], found["high"]) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )


@pytest.mark.parametrize("other", [{"set_name": "written"}, {"partial": True}])
def test_a_stress_test_and_a_part_of_a_set_correct_nothing(
    logs: Path, tmp_path: Path, card: JudgeCard, other: dict[str, object]
) -> None:
    text, data = shown(logs, tmp_path, replace(card, **other))  # type: ignore[arg-type]
    assert data["if_judge_erred_as_on_card"] == {} and len(data["cards"]) == 1  # type: ignore[arg-type]
    assert "if the judge erred as on its card" not in text and "Not used to correct the rate" in text


def test_a_card_that_cannot_fit_says_so(logs: Path, tmp_path: Path, card: JudgeCard) -> None:
    wrong = replace(card, errors=JudgeErrors(95, 100, 30, 100), by_question=[[19, 20, 6, 20]] * 5)
    text, data = shown(logs, tmp_path, wrong)
    (found,) = data["if_judge_erred_as_on_card"].values()  # type: ignore[attr-defined]
    assert found["estimate"] is None and "Not used: no rate fits what was flagged here." in text


def test_a_card_of_an_earlier_version_is_read_and_corrects_nothing(logs: Path, tmp_path: Path, card: JudgeCard) -> None:
    text, data = shown(logs, tmp_path, replace(card, by_question=None, version=1))
    (found,) = data["if_judge_erred_as_on_card"].values()  # type: ignore[attr-defined]
    assert found["estimate"] is None and len(data["cards"]) == 1  # type: ignore[arg-type]
    assert "Not used: the card does not count by question; calibrate again." in text
