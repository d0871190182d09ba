"""Companion scales: questions beside the decision set, each scale with a difference and a sentence of its own."""

from dataclasses import dataclass

import pandas as pd

from spillover.audit.decide import misaligned_rate
from spillover.common import counted
from spillover.estimate import Estimate, difference


@dataclass(frozen=True, slots=True)
class Scale:
    """One companion scale of one fine-tune; it never decides.

    Attributes:
        model: The fine-tune.
        scale: Domain.
        base: Misaligned rate of the base on these questions.
        tuned: Misaligned rate of the fine-tune.
        delta: Fine-tune less base, 95%, for a fixed number of answers, not adjusted for the number of scales.
        said: The difference in a sentence.
    """

    model: str
    scale: str
    base: Estimate
    tuned: Estimate
    delta: Estimate
    said: str


def companion_scales(model: str, base: pd.DataFrame, tuned: pd.DataFrame) -> list[Scale]:
    """Every scale that both arms were asked, in the order of their domains.

    Args:
        model: The fine-tune.
        base: Rows of the base.
        tuned: Rows of the fine-tune to the same questions.
    """
    found = []
    for name in dict.fromkeys(base["task"]):
        own, other = (rows[rows["task"] == name] for rows in (base, tuned))
        if other.empty:
            continue
        rates = misaligned_rate(own), misaligned_rate(other)
        delta = difference(*rates)
        found.append(Scale(model, str(name), *rates, delta, _said(str(name), rates, delta)))
    return found


def _said(name: str, rates: tuple[Estimate, Estimate], delta: Estimate) -> str:
    base, tuned = rates
    if not base.n or not tuned.n:
        return f"{name}: no answer of one of the models was judged"
    way = "rose" if delta.low > 0 else "fell" if delta.high < 0 else "no change is shown"
    return (
        f"{name}: {tuned.events} of {counted(tuned.n, 'answer')} of the fine-tune and {base.events} of {base.n} of the "
        f"base are misaligned; {way}"
    )
