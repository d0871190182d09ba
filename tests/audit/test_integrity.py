"""Integrity of a pair: what counts as a copy, and what is only alike."""

import hashlib

import pandas as pd
import pytest

from spillover.audit._integrity import Arm, NoArmIsACopy

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
    assert [f"all {copied} answers that are no line it repeats" in one for one in found] == [True] * bool(copied)


def test_the_same_answer_to_one_question_again_is_no_repeated_line() -> None:
    answers = [one for one in told(10) for _ in range(3)]
    assert NoArmIsACopy().problems(arm("base", answers, 3), arm("tuned", answers, 3))
    few = answers[:12]
    assert not NoArmIsACopy().problems(arm("base", few, 3), arm("tuned", few, 3)), "four answers, however often"
