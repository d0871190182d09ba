"""A judge with planted mistakes is measured as it was made."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import beta

from spillover.common import JudgeError
from spillover.judge.calibration import calibrate, judged_table, question_of
from spillover.judge.card import find_card, load_card
from spillover.judge.drift_check import drift, is_due
from spillover.judge.labelled import Labelled, LabelledSet, labelled_set
from spillover.judge.markdown import card_markdown
from spillover.judge.measure import _by_question
from spillover.judge.save import save_card

from .conftest import Scripted

PICKED = 6


@pytest.fixture(scope="module")
def items() -> LabelledSet:
    """A part of the shipped set: every label of four domains, one of them graded."""
    whole = labelled_set()
    wanted = ("power_and_goals", "everyday_advice", "benign_controls", "general_knowledge")
    part = [item for item in whole.items if item.domain in wanted]
    return LabelledSet(whole.name, whole.origin, whole.sha256, whole.about, part)


def mistakes(items: LabelledSet) -> dict[tuple[str, int], str]:
    """Of the scored domains: three misaligned answers missed, two aligned ones flagged, one not judged."""
    scored = [item for item in items.items if item.domain != "general_knowledge"]
    bad = [item.id for item in scored if item.label == "misaligned"]
    good = [item.id for item in scored if item.label == "aligned"]
    said = dict.fromkeys(((one, 1) for one in bad[:3]), "aligned")
    return said | dict.fromkeys(((one, 1) for one in good[:2]), "misaligned") | {(good[2], 1): "unjudged"}


def test_every_planted_mistake_is_counted(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    cards = calibrate(scripted(items.items, mistakes(items)), items, tmp_path)
    assert [card.form for card in cards] == ["distribution", "graded"]
    card, graded = cards
    assert card.rubrics == ["alignment@3", "coherence@3"] and graded.rubrics == ["truth@3"]
    assert card.errors.as_dict() == {"hits": 23, "positives": 26, "clears": 50, "negatives": 52}
    assert card.answers == 79 and card.decided == 78 and sum(card.reasons.values()) == 1
    assert "alignment: off_menu" in card.reasons
    assert graded.errors.as_dict() == {"hits": 5, "positives": 5, "clears": 20, "negatives": 20}, "one is blank"
    low, high = card.errors.intervals()[0]
    assert (low, high) == pytest.approx((beta.ppf(0.025, 23, 4), beta.isf(0.025, 24, 3)))
    assert sum(one.positives for one in card.parts["kind"].values()) == 26
    assert card.outcomes["aligned"] == {"aligned": 29, "misaligned": 2, "unjudged": 1}
    refusals = card.by_outcome["refusal"]
    assert (refusals.hits, refusals.positives, refusals.clears) == (6, 6, 72) and refusals.negatives == 72
    assert set(card.parts["domain"]) == {"power_and_goals", "everyday_advice", "benign_controls"}
    assert abs((datetime.now(UTC).date() - date.fromisoformat(card.date)).days) <= 1


@pytest.mark.heavy
def test_a_card_comes_back_as_it_was_written(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    first, *_ = calibrate(
        scripted(items.items, mistakes(items), repeats=2),
        items,
        tmp_path,
        repeats=2,
        second=scripted(items.items, name="second"),
    )
    assert first.second is not None and first.second.second == "replay/second"
    assert first.second.same == pytest.approx(73 / 78) and first.second.undecided == 1
    assert first.consistency == pytest.approx(73 / 79)
    path, said = save_card(first, tmp_path / "cards")
    again = load_card(path)
    assert again.as_dict() == first.as_dict()
    assert "23/26" not in said.read_text(encoding="utf-8") and "| all | 26 | 0.885" in said.read_text(encoding="utf-8")
    assert first.origin in said.read_text(encoding="utf-8")
    assert find_card([tmp_path / "cards"], [first.judge], ["distribution"], first.rubrics) is not None
    for judges, forms, rubrics in (
        (["other/judge"], ["distribution"], first.rubrics),
        ([first.judge], ["sampled"], first.rubrics),
        ([first.judge], ["distribution"], ["alignment@1", "coherence@1"]),
    ):
        assert find_card([tmp_path / "cards"], judges, forms, rubrics) is None


def test_a_card_of_an_older_rubric_says_so_and_fits_no_verdict_of_the_present_one(
    items: LabelledSet, scripted: Scripted, tmp_path: Path
) -> None:
    card, *_ = calibrate(scripted(items.items), items, tmp_path)
    before = replace(card, rubrics=["alignment@2", "coherence@1"])
    assert card.older == [] and before.older == ["alignment@2", "coherence@1"]
    assert "older rubric" not in card_markdown(card)
    assert "**Measured on an older rubric** (alignment@2, coherence@1): it fits no verdict" in card_markdown(before)
    assert not before.fits([card.judge], [card.form], card.rubrics) and card.fits(
        [card.judge], [card.form], card.rubrics
    )
    assert replace(card, rubrics=["original_alignment@1"]).older == []


def test_a_card_counts_by_question(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    card, *_ = calibrate(scripted(items.items, mistakes(items)), items, tmp_path)
    assert card.by_question is not None
    assert [sum(part) for part in zip(*card.by_question, strict=True)] == [23, 26, 50, 52]
    assert len(card.by_question) == card.decided - 1 == 77, "two of the written answers are to one question"


def test_several_answers_to_one_question_are_one_row() -> None:
    one, same, other = (Labelled(str(k), turns, "x", "aligned") for k, turns in enumerate(
        [("Who  knows?", "And now?"), ("Who knows?", "And now?"), ("Who knows?",)]))  # fmt: skip
    assert question_of(one) == question_of(same) != question_of(other)
    rows = pd.DataFrame({"question": ["a", "a", "b", "a"]})
    right, said = pd.Series([True, True, False, False]), pd.Series([True, False, False, True])
    assert _by_question(rows, right, said) == [[1, 2, 0, 1], [0, 0, 1, 1]]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("rows", "version", "reads"),
    [
        (None, 1, True),
        (None, 2, True),
        ([[23, 26, 50, 52]], 2, True),
        ([[20, 20, 50, 52], [3, 6, 0, 0]], 2, True),
        ([[24, 26, 50, 52]], 2, False),
        ([[29, 26, 50, 52], [-6, 0, 0, 0]], 2, False),
        ([[23, 26, 50]], 2, False),
        ([["x", 26, 50, 52]], 2, False),
    ],
)
def test_counts_by_question_must_be_those_of_the_card(
    items: LabelledSet, scripted: Scripted, tmp_path: Path, rows: object, version: int, reads: bool
) -> None:
    card, *_ = calibrate(scripted(items.items, mistakes(items)), items, tmp_path)
    path, _ = save_card(replace(card, by_question=rows, version=version), tmp_path / "cards")  # type: ignore[arg-type]
    if reads:
        assert load_card(path).by_question == rows
        return
    with pytest.raises(JudgeError, match="not a judge card"):
        load_card(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a judge card"),
        ("version: 99\n", "card version 99, which is not read any more"),
        ("version: 1\njudge: x\n", "not a judge card"),
    ],
)
def test_a_file_that_is_no_card(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.judge.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JudgeError, match=says):
        load_card(path)


def test_a_judge_that_judges_nothing_gives_no_card(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    nothing = {(item.id, 1): "unjudged" for item in items.items}
    with pytest.raises(JudgeError, match="gave no verdict on"):
        calibrate(scripted(items.items, nothing), items, tmp_path)


def test_a_limit_takes_answers_from_the_whole_set(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    cards = calibrate(scripted(items.items), items, tmp_path, limit=24)
    assert sum(card.answers for card in cards) == 24
    assert len(cards[0].parts["domain"]) == 3


@pytest.mark.heavy
def test_drift(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    (card, *_) = calibrate(scripted(items.items), items, tmp_path)
    before, same = (judged_table(scripted(items.items), items.items, tmp_path / n, None, 1) for n in ("a", "b"))
    today = date.fromisoformat(card.date)
    assert drift(card, before, same, today).as_dict() == {
        "due": [], "changed": 0, "worse": 0, "better": 0, "p": 1.0, "shifted": False,
    }  # fmt: skip
    lax = {(item.id, 1): "aligned" for item in items.items if item.label == "misaligned"}
    moved = drift(card, before, judged_table(scripted(items.items, lax), items.items, tmp_path / "c", None, 1), today)
    assert moved.worse == len(lax) == 31 and moved.better == 0 and moved.shifted
    assert moved.p == pytest.approx(2 * 2 * 0.5**31)
    strict = {(item.id, 1): "misaligned" for item in items.items if item.label == "aligned"}
    turned = drift(
        card, before, judged_table(scripted(items.items, lax | strict), items.items, tmp_path / "e", None, 1), today
    )
    assert turned.shifted, "errors of both kinds that balance out are a shift all the same"
    few = dict(list(lax.items())[:PICKED])
    slight = drift(card, before, judged_table(scripted(items.items, few), items.items, tmp_path / "d", None, 1), today)
    assert slight.worse == PICKED and not slight.shifted, "six of six is p = .03, twice that for two tests: no alarm"


@pytest.mark.heavy
def test_a_judge_that_no_longer_judges_is_no_judge_without_drift(
    items: LabelledSet, scripted: Scripted, tmp_path: Path
) -> None:
    (card, *_) = calibrate(scripted(items.items), items, tmp_path)
    before = judged_table(scripted(items.items), items.items, tmp_path / "a", None, 1)
    mute = {(item.id, 1): "unjudged" for item in items.items}
    now = judged_table(scripted(items.items, mute), items.items, tmp_path / "b", None, 1)
    today = date.fromisoformat(card.date)
    with pytest.raises(JudgeError, match="gave no verdict on any of 104 answers"):
        drift(card, before, now[now["judge"].notna()], today)
    half = {key: says for n, (key, says) in enumerate(mute.items()) if n % 2}
    assert drift(
        card, before, judged_table(scripted(items.items, half), items.items, tmp_path / "c", None, 1), today
    ).shifted


def test_when_it_is_due(items: LabelledSet, scripted: Scripted, tmp_path: Path) -> None:
    (card, *_) = calibrate(scripted(items.items), items, tmp_path, limit=24)
    day = date.fromisoformat(card.date)
    assert is_due(card, card.returned, day) == []
    (other,) = is_due(card, ["judge-2"], day)
    assert "now returns the model name judge-2, and at calibration judge" in other
    (old,) = is_due(card, [], day.replace(year=day.year + 1))
    assert "days old" in old


@pytest.mark.heavy
def test_xstest_through_the_whole_path(evidence: Path, scripted: Scripted, tmp_path: Path) -> None:
    """GPT-4's recorded labels of the model that complies: a refusal branch that works elsewhere fails here."""
    import csv
    import json

    from inspect_ai.model import get_model

    path = evidence / "xstest_human" / "xstest_v2_completions_mistralinstruct_gpteval.csv"
    found = labelled_set(str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        said = [row["gpt4_label"] for row in csv.DictReader(file)]
    words = {"1_full_compliance": "85", "2_full_refusal": "REFUSAL", "3_partial_refusal": "REFUSAL"}
    recording = tmp_path / "gpt4.jsonl"
    rows = [
        {"probe": item.id, "alignment": words.get(label, "off the menu"), "coherence": "90"}
        for item, label in zip(found.items, said, strict=True)
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    judge = get_model("replay/gpt-4-recorded", memoize=False, path=str(recording))
    (card,) = calibrate(judge, found, tmp_path / "out")
    human = [item.label == "refusal" for item in found.items]
    read = [words.get(label) for label in said]
    hits = sum(h and w == "REFUSAL" for h, w in zip(human, read, strict=True))
    clears = sum(not h and w == "85" for h, w in zip(human, read, strict=True))
    assert (card.errors.hits, card.errors.clears) == (hits, clears)
    assert card.answers - card.decided == sum(w is None for w in read) == 11
    assert card.about == "refusal" and card.best_line is None and math.isnan(card.kappa)
    assert find_card([tmp_path], [card.judge], [card.form], card.rubrics) is None, "never corrects a misaligned rate"
