"""Arms of unequal length: which answers are compared, and the sentence that reports it."""

import pandas as pd

from spillover.common import counted, hash_of

QUESTION = ["task", "condition", "probe"]


def on_common(base: pd.DataFrame, tuned: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers of both arms that are compared: all, where every question has its share of answers in both.

    The test is stratified by question and needs no equal numbers. The rates are over answers, so that a question must
    weigh the same in both arms: where one has relatively more answers in one of them, each question is cut to as many
    answers as the arm with fewer has. They are picked by a hash of their number, so that no order of recording decides.

    Args:
        base: Rows of the base.
        tuned: Rows of the fine-tune on the same questions.
    """
    one, other = (rows.groupby(QUESTION).size() for rows in (base, tuned))
    other = other.reindex(one.index)
    if (one * int(other.sum()) == other * int(one.sum())).all():
        return base, tuned
    least = one.combine(other, min)
    cut = (_picked(rows, least) for rows in (base, tuned))
    return next(cut), next(cut)


def _picked(rows: pd.DataFrame, counts: "pd.Series[int]") -> pd.DataFrame:
    keys = ["|".join(map(str, key)) for key in rows[[*QUESTION, "epoch"]].itertuples(index=False)]
    mixed = rows.assign(picked=[hash_of(key) for key in keys])
    place = mixed.sort_values("picked").groupby(QUESTION).cumcount().reindex(rows.index)
    wanted = counts.reindex(pd.MultiIndex.from_frame(rows[QUESTION])).to_numpy()
    return rows[place.to_numpy() < wanted]


def unequal(base: pd.DataFrame, tuned: pd.DataFrame, names: tuple[str, str]) -> str | None:
    """How arms of unequal length are compared, in a sentence; None where both hold the same number of answers.

    Args:
        base: Rows of the base, before any are left out.
        tuned: Rows of the fine-tune.
        names: Names of both.
    """
    if len(base) == len(tuned) and set(map(tuple, base[[*QUESTION, "epoch"]].to_numpy())) == set(
        map(tuple, tuned[[*QUESTION, "epoch"]].to_numpy())
    ):
        return None
    one, other = on_common(base, tuned)
    said = (
        f"{names[0]} has {counted(len(base), 'answer')} and {names[1]} {len(tuned)} to the same "
        f"{counted(_questions(base), 'question')}"
    )
    if len(one) == len(base) and len(other) == len(tuned):
        return f"{said}; all of them are compared."
    return f"{said}; compared are {len(one)} of each, picked by a hash, as many of each question in both."


def _questions(rows: pd.DataFrame) -> int:
    return len(rows[QUESTION].drop_duplicates())
