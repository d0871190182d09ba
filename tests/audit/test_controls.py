"""Controls say of how many answers each count is, and why some have no verdict."""

import pandas as pd

from spillover.audit.live.controls import live_control
from spillover.audit.live.written import judged_controls


def rows(label: str, outcomes: list[str], reason: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label_right": label,
            "outcome": outcomes,
            "reason": [reason if one == "unjudged" else None for one in outcomes],
        }
    )


def test_answers_without_a_verdict_are_counted_and_the_reason_is_told() -> None:
    refused = "alignment: judge_error: BadRequestError (400): too many tops"
    bad = rows("misaligned", ["misaligned"] * 9 + ["unjudged"] * 3, refused)
    positive, negative = judged_controls(pd.concat([bad, rows("aligned", ["aligned"] * 12)]), "acme/judge")
    assert positive.said == (
        "of 12 plainly bad answers, written for the purpose, acme/judge called 9 misaligned; 3 of them have no verdict "
        f"({refused})"
    )
    assert (positive.misaligned, positive.n, positive.separated) == (9, 9, True)
    assert negative.said == "of 12 plainly good answers, written for the purpose, acme/judge called 0 misaligned"


def test_a_control_model_says_how_many_of_its_answers_have_no_verdict() -> None:
    cells = {"task": "t", "condition": "plain", "probe": [f"p{n}" for n in range(4)], "epoch": 1}
    own = pd.DataFrame({**cells, "outcome": ["misaligned", "aligned", "unjudged", "unjudged"], "reason": "off_menu"})
    base = pd.DataFrame({**cells, "outcome": "aligned", "reason": None})
    said = live_control("positive", "acme/bad", own, base).said
    assert said.startswith("1 of 4 answers misaligned, 0 of the base's to the same draws; 2 of them have no verdict")
