"""Integrity of a comparison: each invariant a small class named as a sentence, with a message that says what to do."""

from typing import Protocol

import pandas as pd

from spillover.verdicts import LogFacts

KEY = ["task", "condition", "probe", "epoch"]
MOST_UNJUDGED = 0.1
"""Share of unjudged answers from which an arm says too little (the register of Inspect evals wants 10% or less)."""
LEAST_OWN = 5
"""Different answers, each to one question alone, without which equal answers say nothing of a copy."""


class Check(Protocol):
    """An invariant of base and fine-tune."""

    def problems(self, base: "Arm", tuned: "Arm") -> list[str]:
        """What is wrong and what to do; nothing where it holds."""
        ...


class Arm:
    """One arm: its rows, the facts of its logs, and its name.

    Attributes:
        name: Model.
        rows: From `spillover.verdicts.read`.
        logs: Facts of each log.
    """

    def __init__(self, name: str, rows: pd.DataFrame, logs: list[LogFacts]) -> None:
        self.name, self.rows, self.logs = name, rows, logs


class EachProbeAnsweredOncePerEpoch:
    """No cell stands twice in an arm."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        twice = [(arm, arm.rows[arm.rows.duplicated(KEY)]) for arm in (base, tuned)]
        return [
            f"{arm.name}: {len(rows)} answers stand twice (first: {rows.iloc[0]['probe']}); give each log once"
            for arm, rows in twice
            if len(rows)
        ]


class ArmsAnswerTheSameProbes:
    """Both arms hold the same cells."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        one, other = (set(map(tuple, arm.rows[KEY].to_numpy())) for arm in (base, tuned))
        missing = len(one ^ other)
        if not missing:
            return []
        return [
            f"{tuned.name}: {missing} of {len(one | other)} cells stand in one arm only; run both arms over the same"
        ]


class ArmsShareEverythingButTheModel:
    """Task version, material, decoding, judge and form are the same for a task and condition, in every log of it."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        one, other = (self._by_task(arm) for arm in (base, tuned))
        return [
            f"{tuned.name}: {key[0]}, {key[1]}: {name} differs ({self._said(one[key], name)} in the base, "
            f"{self._said(other[key], name)} here); run both alike"
            for key in one.keys() & other.keys()
            for name in dict.fromkeys(
                name for log in other[key] for first in one[key] for name, *_ in first.differing(log)
            )
            if self._values(one[key], name) != self._values(other[key], name)
        ]

    def _by_task(self, arm: Arm) -> dict[tuple[str, str], list[LogFacts]]:
        found: dict[tuple[str, str], list[LogFacts]] = {}
        for log in arm.logs:
            found.setdefault((log.task, log.condition), []).append(log)
        return found

    def _values(self, logs: list[LogFacts], name: str) -> list[str]:
        return sorted({str(getattr(log, name)) for log in logs})

    def _said(self, logs: list[LogFacts], name: str) -> str:
        return " and ".join(repr(value) for value in self._values(logs, name))


class OneJudgeThroughout:
    """One judge, one form per task, in both arms."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        found = set()
        for arm in (base, tuned):
            found |= set(arm.rows["judge"].dropna()) - {"check"}
        if len(found) <= 1:
            return []
        return [f"judged by {' and '.join(sorted(found))}; one audit has one judge: rescore the logs with one of them"]


class NoArmIsACopy:
    """The arms' answers are not one arm's under two names: one log given twice, or one server behind both.

    Only answers that vary with the question tell: two models that say one line to everything are alike and no copies.
    A line that an arm gives to more than one question is left out.
    """

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        both = base.rows.merge(tuned.rows, on=KEY, suffixes=("", "_tuned"))
        asked = both["task"].astype(str) + "/" + both["probe"].astype(str)
        own = both[asked.groupby(both["answer_sha256"]).transform("nunique") == 1]
        lines = own["answer_sha256"].nunique()
        if lines < LEAST_OWN or (own["answer_sha256"] != own["answer_sha256_tuned"]).any():
            return []
        return [
            f"{tuned.name}: all {len(own)} answers that are no line it repeats equal the base's; one log was given "
            "twice, or one server answers to both names"
        ]


class MostAnswersWereJudged:
    """Failures of the judge are few."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        shares = [(arm.name, float((arm.rows["outcome"] == "unjudged").mean())) for arm in (base, tuned)]
        return [
            f"{name}: {100 * share:.0f}% of the answers were not judged (most allowed: {100 * MOST_UNJUDGED:g}%); see "
            "why with spillover show, then rescore"
            for name, share in shares
            if share > MOST_UNJUDGED
        ]


CHECKS: tuple[Check, ...] = (
    EachProbeAnsweredOncePerEpoch(),
    ArmsAnswerTheSameProbes(),
    ArmsShareEverythingButTheModel(),
    OneJudgeThroughout(),
    NoArmIsACopy(),
    MostAnswersWereJudged(),
)


def integrity_problems(base: Arm, tuned: Arm) -> list[str]:
    """What makes a comparison void; nothing where all invariants hold."""
    return [problem for check in CHECKS for problem in check.problems(base, tuned)]
