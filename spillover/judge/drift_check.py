"""Is the judge still the one that was calibrated?"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from spillover.common import JudgeError, counted

from .card import JudgeCard

DAYS = 31
"""Days after which a live judge is calibrated again."""
ALPHA = 0.01
"""Error rate of the alarm."""
FLIPS = 9
"""Flips one way, and none the other, that raise it: 2 x 2 x .5^9 < .01."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of a judge since its card.

    Attributes:
        due: Why it should be calibrated again, empty where it need not be.
        changed: Answers whose outcome differs from the first time; None where it was not run again.
        worse: Of the answers judged rightly the first time, those that are not now; an unjudged one is not.
        better: The reverse.
        p: Exact two-sided McNemar tests of worse against better, one among the answers labelled `about` and one among
            the others (a judge that became stricter errs less on the former and more on the latter); the smaller p,
            doubled. None where it was not run again.
        shifted: Whether the judge moved beyond chance: audits with it are void until it is calibrated again.
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
        reasons.append(
            f"the provider now returns the model name {', '.join(returned)}, and at calibration "
            f"{', '.join(card.returned)}"
        )
    age = (today - date.fromisoformat(card.date)).days
    if age > DAYS:
        reasons.append(f"the card is {counted(age, 'day')} old; the card of a live judge lasts {DAYS} days")
    return reasons


def drift(card: JudgeCard, before: pd.DataFrame, now: pd.DataFrame, today: date) -> Drift:
    """Compare verdicts on the calibration set with those of the card's own run, answer by answer.

    Args:
        card: The card.
        before: Its verdicts, from the logs beside it (`with_labels`).
        now: The judge's verdicts on the same answers today.
        today: The day.

    Raises:
        JudgeError: Where it judges nothing now.
    """
    was, is_now = (table[table["epoch"] == 1].set_index("probe") for table in (before, now))
    both = was.index.intersection(is_now.index)
    right = was.loc[both, "label_right"] == card.about
    ok = [
        ((table.loc[both, "outcome"] == card.about) == right) & (table.loc[both, "outcome"] != "unjudged")
        for table in (was, is_now)
    ]
    worse, better = ok[0] & ~ok[1], ~ok[0] & ok[1]
    p = min(1.0, 2 * min(_mcnemar(worse[part], better[part]) for part in (right, ~right)))
    changed = int((was.loc[both, "outcome"] != is_now.loc[both, "outcome"]).sum())
    if not (is_now.loc[both, "outcome"] != "unjudged").any():
        why = next(iter(is_now["reason"].dropna()), "no reason is given")
        raise JudgeError(
            f"judge {card.judge} gave no verdict on any of {counted(len(both), 'answer')} ({why}); see that its key "
            "and server work, then run the check again"
        )
    returned = sorted({one for one in is_now["judge_returned"].dropna() if one})
    return Drift(is_due(card, returned, today), changed, int(worse.sum()), int(better.sum()), p, p < ALPHA)


def _mcnemar(worse: "pd.Series[bool]", better: "pd.Series[bool]") -> float:
    from scipy.stats import binomtest

    lost, won = int(worse.sum()), int(better.sum())
    return float(binomtest(lost, lost + won).pvalue) if lost + won else 1.0
