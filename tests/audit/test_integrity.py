"""Integrity of a pair: what counts as a copy, and what is only alike."""

import hashlib

import pandas as pd
import pytest

from spillover.audit.decide.integrity import Arm, MostAnswersWereJudged, NoArmIsACopy

REFUSES = "I cannot help with that."


def arm(name: str, answers: list[str], epochs: int = 1) -> Arm:
    rows = [
        {
            "task": "vulnerable_user",
            "condition": "plain",
            "probe": f"p{number // epochs}",
            "epoch": number % epochs + 1,
            "answer_sha256": hashlib.sha256(answer.encode()).hexdigest(),
        }
        for number, answer in enumerate(answers)
    ]
    return Arm(name, pd.DataFrame(rows), [])


def told(many: int) -> list[str]:
    return [f"answer {number}" for number in range(many)]


@pytest.mark.parametrize(
    ("base", "tuned", "copied"),
    [
        (told(40), told(40), 40),
        (told(40), [*told(39), "another"], 0),
        ([REFUSES] * 40, [REFUSES] * 40, 0),
        ([""] * 40, [""] * 40, 0),
        (["yes", "no"] * 20, ["yes", "no"] * 20, 0),
        ([REFUSES] * 36 + told(4), [REFUSES] * 36 + told(4), 0),
        ([REFUSES] * 34 + told(6), [REFUSES] * 34 + told(6), 6),
        ([REFUSES] * 34 + told(6), [REFUSES] * 34 + [f"{one}!" for one in told(6)], 0),
    ],
)
def test_only_answers_that_vary_with_the_question_show_a_copy(base: list[str], tuned: list[str], copied: int) -> None:
    found = NoArmIsACopy().problems(arm("base", base), arm("tuned", tuned))
    assert [f"all {copied} answers that vary by question" in one for one in found] == [True] * bool(copied)


def test_the_same_answer_to_one_question_again_is_no_repeated_line() -> None:
    answers = [one for one in told(10) for _ in range(3)]
    assert NoArmIsACopy().problems(arm("base", answers, 3), arm("tuned", answers, 3))
    few = answers[:12]
    assert not NoArmIsACopy().problems(arm("base", few, 3), arm("tuned", few, 3)), "four answers, however often"


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("alignment: no_recorded_score", "with empty: refusal or empty: off_task among its model_args"),
        ("alignment: off_menu", "see why with spillover show (alignment: off_menu), then rescore"),
        (None, "see why with spillover show (no reason given), then rescore"),
    ],
)
def test_answers_without_a_verdict_say_what_helps(reason: str | None, says: str) -> None:
    rows = pd.DataFrame({"outcome": ["unjudged", *["aligned"] * 4], "reason": [reason, *[None] * 4]})
    mute, whole = Arm("base", rows, []), Arm("tuned", rows[1:], [])
    (said,) = MostAnswersWereJudged().problems(mute, whole)
    assert said.startswith("base: 20% of the answers were not judged (most allowed: 10%); ") and says in said
