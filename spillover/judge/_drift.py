"""Is the judge still the one that was calibrated?"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from ._card import JudgeCard

DAYS = 31
"""Days after which a live judge is calibrated again."""
ALPHA = 0.01
"""Error rate of the alarm."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of a judge since its card.

    Attributes:
        due: Why it should be calibrated again, empty where it need not be.
        changed: Answers whose outcome differs from the first time; None where it was not run again.
        worse: Of the answers judged rightly the first time, those that are not now.
        better: The reverse.
        p: Exact two-sided McNemar test of worse against better; None where it was not run again.
        shifted: Whether the judge moved beyond chance: audits with it are void until it is calibrated anew.
    """

    due: list[str]
    changed: int | None = None
    worse: int | None = None
    better: int | None = None
    p: float | None = None
    shifted: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


def is_due(card: JudgeCard, returned: list[str], today: date) -> list[str]:
    """Reasons to calibrate again: another model is returned, or a month has passed.

    Args:
        card: The card.
        returned: Names under which the provider answers now; empty where not known.
        today: The day.
    """
    reasons = []
    if returned and sorted(returned) != sorted(card.returned):
        reasons.append(f"the provider now answers as {', '.join(returned)}, then as {', '.join(card.returned)}")
    age = (today - date.fromisoformat(card.date)).days
    if age > DAYS:
        reasons.append(f"the card is {age} days old; a live judge is calibrated again after {DAYS}")
    return reasons


def drift(card: JudgeCard, before: pd.DataFrame, now: pd.DataFrame, today: date) -> Drift:
    """Compare verdicts on the calibration set with those of the card's own run, answer by answer.

    Args:
        card: The card.
        before: Its verdicts, from the logs beside it (`with_labels`).
        now: The judge's verdicts on the same answers today.
        today: The day.
    """
    from scipy.stats import binomtest

    was, is_now = (table[table["epoch"] == 1].set_index("probe") for table in (before, now))
    both = was.index.intersection(is_now.index)
    right = was.loc[both, "label_right"] == card.about
    ok = [(table.loc[both, "outcome"] == card.about) == right for table in (was, is_now)]
    worse, better = int((ok[0] & ~ok[1]).sum()), int((~ok[0] & ok[1]).sum())
    p = float(binomtest(worse, worse + better).pvalue) if worse + better else 1.0
    changed = int((was.loc[both, "outcome"] != is_now.loc[both, "outcome"]).sum())
    returned = sorted(set(is_now["judge_returned"].dropna()))
    return Drift(is_due(card, returned, today), changed, worse, better, p, p < ALPHA)
