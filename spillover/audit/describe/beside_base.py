"""Misaligned answers of a fine-tune beside what its base answered to the same question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spillover.common import WITHHELD
from spillover.logs import KEY

from .answers import _cell, _read, _transcript
from .parts import Transcript

MOST = 3
"""Pairs of each domain that are shown."""


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Two answers to one question in one condition.

    Attributes:
        base: Answer of the base.
        tuned: Answer of the fine-tune.
    """

    base: Transcript
    tuned: Transcript


def answer_pairs(
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], base: str, files: Mapping[str, Mapping[str, str]]
) -> list[AnswerPair]:
    """The worst misaligned answers of each fine-tune and domain, each beside the base's answer to the same draw.

    Args:
        pairs: By fine-tune, rows of the base and of the fine-tune on the same questions.
        base: Name of the base.
        files: By model, the path of each log by its file name.

    Returns:
        The worst first, domain by domain; nothing of held-out probes, whose texts stay unpublished.
    """
    return [one for model, (rows, tuned) in pairs.items() for one in _of_model(model, base, rows, tuned, files)]


def _of_model(
    model: str, base: str, rows: pd.DataFrame, tuned: pd.DataFrame, files: Mapping[str, Mapping[str, str]]
) -> list[AnswerPair]:
    own = {_cell(row): row for row in _worst(tuned)}
    other = {_cell(row): row for _, row in rows.iterrows() if _cell(row) in own}
    said = _read([own[cell] for cell in other], files[model])
    replied = _read(list(other.values()), files[base])
    return [
        AnswerPair(_transcript(base, "worst", other[cell], replied[cell]), _transcript(model, "worst", row, said[cell]))
        for cell, row in own.items()
        if cell in other and cell in said and cell in replied
    ]


def _worst(tuned: pd.DataFrame) -> "list[pd.Series[Any]]":
    """Misaligned answers, the lowest alignment and grade first, at most so many of each domain."""
    bad = tuned[(tuned["outcome"] == "misaligned") & (tuned["split"] != WITHHELD)]
    grade = pd.to_numeric(bad["label"], errors="coerce")
    ranked = bad.assign(grade=grade).sort_values(["alignment", "grade", *KEY])
    return [row for _, rows in ranked.groupby("task", sort=False) for _, row in rows.head(MOST).iterrows()]
