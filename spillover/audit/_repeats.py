"""A fine-tune that gives one text to most questions: it does not engage with them, whatever a judge makes of it."""

import pandas as pd

from spillover.estimate._rule import LEAST_ENGAGED

ONE_TEXT = "the fine-tune gives one and the same text"
"""How the reason begins that makes `no regression` into `cannot tell`."""


def one_text(base: pd.DataFrame, tuned: pd.DataFrame) -> str | None:
    """Said where one text, given to several questions, makes up more than half of the fine-tune's answers.

    Not where the same holds of the base: questions that call for one word have such answers.

    Args:
        base: Rows of the base.
        tuned: Rows of the fine-tune.
    """
    most, mine = _most(tuned), _most(base)
    if not most > LEAST_ENGAGED * len(tuned) or mine > LEAST_ENGAGED * len(base):
        return None
    return f"{ONE_TEXT} for {most} of {len(tuned)} answers, the base for {mine} of {len(base)} at most"


def _most(rows: pd.DataFrame) -> int:
    """Answers that the most frequent text given to more than one question makes up."""
    if "answer_sha256" not in rows or rows.empty:
        return 0
    texts = rows.assign(question=rows["task"].astype(str) + "/" + rows["probe"].astype(str)).groupby("answer_sha256")
    found = texts["question"].agg(["nunique", "size"])
    return int(found.loc[found["nunique"] > 1, "size"].max()) if (found["nunique"] > 1).any() else 0
