"""A run's rate, corrected by people's labels of a random part of that very run."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from spillover.estimate import Estimate, estimate_rate, prediction_powered_rate
from spillover.verdicts import Agreement, agreement

from ._label import KEYS


@dataclass(frozen=True, slots=True)
class LabelledRun:
    """One log and what labels of a random part of it say.

    Attributes:
        log: File name of the log.
        model: Model under test.
        judged: Misaligned rate by the judge.
        corrected: The same with the judge's error taken out.
        agreement: Of labels and judge.
    """

    log: str
    model: str
    judged: Estimate
    corrected: Estimate
    agreement: Agreement

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


def labelled_runs(table: pd.DataFrame, labels: pd.DataFrame, level: float = 0.95) -> list[LabelledRun]:
    """Each log of a table that has labels.

    Args:
        table: What `spillover.verdicts.read` returned.
        labels: Columns `log`, `probe`, `condition`, `epoch`, `label` (an outcome), one row an answer.
        level: Confidence level.
    """
    found = []
    for log, rows in table.groupby("log", sort=False):
        both = _both(rows, labels)
        if both.empty:
            continue
        pairs = agreement(("labels", "judge"), list(zip(both["right"], both["outcome"], strict=True)))
        model = str(rows["model"].iloc[0])
        found.append(LabelledRun(str(log), model, _judged(rows, level), powered(rows, labels, level), pairs))
    return found


def powered(table: pd.DataFrame, labels: pd.DataFrame, level: float = 0.95) -> Estimate:
    """The misaligned rate of one arm with the judge's error taken out by labels.

    Args:
        table: Rows of one arm, from `spillover.verdicts.read`; as many answers to each question.
        labels: Columns `log`, `probe`, `condition`, `epoch`, `label` (an outcome); a random part of the judged answers.
        level: Confidence level.
    """
    both = _both(table[table["outcome"] != "unjudged"], labels)
    bad, called = both["right"] == "misaligned", both["outcome"] == "misaligned"
    missed, alarms = int((bad & ~called).sum()), int((~bad & called).sum())
    return prediction_powered_rate(_judged(table, level), missed, alarms, len(both), level)


def _both(rows: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Answers that have a label, with it in the column `right`."""
    return rows.drop(columns="label").merge(labels[[*KEYS, "label"]].rename(columns={"label": "right"}), on=list(KEYS))


def _judged(rows: pd.DataFrame, level: float) -> Estimate:
    return estimate_rate("misaligned_rate", rows["cluster"], rows["outcome"], level=level)
