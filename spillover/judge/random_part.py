"""Are labels of a run a random part of it? Only then do they correct its rate."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spillover.common import JudgeError, counted

from .label import KEYS, drawn_keys

RARE = 1e-4
"""Chance of so few labelled questions under a random draw from which the labels are no random part."""
TRIES = 20_000
"""Random draws that this chance is taken from, with a fixed seed."""
Key = tuple[Any, ...]
_DRAW = re.compile(r"(\d{1,9}) of seed (-?\d{1,18})")
FIX = "label every answer that spillover judge label shows, in its order"


def check_draws(labels: pd.DataFrame, table: pd.DataFrame) -> None:
    """Refuse labels that are not what a draw gave, up to where the annotator stopped.

    Args:
        labels: From `read_labels`.
        table: What `spillover.logs.read` gives of the labelled logs.

    Raises:
        JudgeError: Where an annotator's labels do not say how they were drawn, or are not the first ones of that draw;
            never where all judged answers are labelled.
    """
    judged = set(_keys(table[table["outcome"] != "unjudged"]))
    for annotator, rows in labels.fillna({"draw": ""}).groupby("annotator", sort=True):
        every = set(_keys(rows))
        if judged <= every:
            continue
        for draw, own in rows.groupby("draw", sort=True):
            _check_draw(str(annotator), str(draw), set(_keys(own)), every, table)


def _check_draw(annotator: str, draw: str, own: set[Key], every: set[Key], table: pd.DataFrame) -> None:
    """Every answer of the draw up to the last labelled one must have a label, be it from another draw."""
    found = _DRAW.fullmatch(draw)
    if found is None:
        raise JudgeError(f"the labels of {annotator} do not say how the answers were drawn; {FIX}")
    place = {key: number for number, key in enumerate(drawn_keys(table, int(found[1]), int(found[2])))}
    last = max((place.get(key, len(place)) for key in own), default=-1)
    if last == len(place) or any(number <= last and key not in every for key, number in place.items()):
        raise JudgeError(
            f"the labels of {annotator} are not a random sample: they are not the first answers of the sample "
            f"`{draw}` from these logs; give all logs that were labelled together, and {FIX}"
        )


def _keys(rows: pd.DataFrame) -> Iterable[Key]:
    return (tuple(row) for row in rows[list(KEYS)].itertuples(index=False, name=None))


def clustered(answers: NDArray[np.int64], labelled: NDArray[np.int64]) -> str | None:
    """Why labels are no random part of a run, by how many questions they are spread over; None where nothing says so.

    Labels of whole questions look like many and are worth as few as there are questions: intervals from them cover 69
    to 82% where 95% is stated.

    Args:
        answers: Judged answers of each question, shape (G,).
        labelled: Labelled ones among them, shape (G,).
    """
    met, total = labelled > 0, int(labelled.sum())
    if total == int(answers.sum()) or not total:
        return None
    whole = np.array_equal(labelled[met], answers[met]) and int(np.sum(answers[met] > 1)) > 1
    if whole:
        return (
            f"{int(met.sum())} of {len(answers)} questions have all their answers labelled, and the other questions "
            "have no label"
        )
    rng = np.random.default_rng(1)
    drawn = rng.multivariate_hypergeometric(answers, total, size=TRIES, method="marginals")
    chance = (1 + int(np.sum((drawn > 0).sum(axis=1) <= met.sum()))) / (TRIES + 1)
    if chance >= RARE:
        return None
    return (
        f"{counted(total, 'label lies', 'labels lie')} on {int(met.sum())} of "
        f"{counted(len(answers), 'question')}, which no random sample does"
    )
