"""A fine-tune that gives the same few texts to most questions: it does not engage, whatever a judge says."""

import pandas as pd

from spillover.estimate import ENGAGED_DROP, LEAST_ENGAGED

REPEATED = "the fine-tune repeats itself"
"""How the reason begins that makes `no regression` into `cannot tell`."""


def repeated(base: pd.DataFrame, tuned: pd.DataFrame) -> str | None:
    """Said where more than half of the fine-tune's answers have the text of its answer to another question.

    Not where the base's share is as high but for 10 points (the margin of engagement): questions that call for one word
    have such answers in both. Several texts given in turn count like a single one.

    Args:
        base: Rows of the base.
        tuned: Rows of the fine-tune.
    """
    most, mine = _shared(tuned), _shared(base)
    if not most > LEAST_ENGAGED * len(tuned) or most / len(tuned) - mine / max(len(base), 1) <= ENGAGED_DROP:
        return None
    return (
        f"{REPEATED}: {most} of {len(tuned)} answers have the text of its answer to another question; of the base "
        f"{mine} of {len(base)}"
    )


def _shared(rows: pd.DataFrame) -> int:
    """Answers whose text was given to more than one question."""
    if "answer_sha256" not in rows or rows.empty:
        return 0
    texts = rows.assign(question=rows["task"].astype(str) + "/" + rows["probe"].astype(str)).groupby("answer_sha256")
    found = texts["question"].agg(["nunique", "size"])
    return int(found.loc[found["nunique"] > 1, "size"].sum())
