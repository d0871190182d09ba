"""Integrity of a comparison: each invariant a small class named as a sentence, with a message that says what to do."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pandas as pd

from spillover.common import EMPTY_CELL, NO_SCORE, counted
from spillover.logs import KEY, Account, Declared, LogFacts, Made, differences, made_of_rows
from spillover.run import contradiction

MOST_UNJUDGED = 0.1
"""Share of unjudged answers from which an arm says too little (the register of Inspect evals wants 10% or less)."""
OF_ROWS = ("language", "judge", "panel", "form", "rubrics", "lines", "stage")
"""What the rows say of how an arm was made, beside what the headers of its logs say."""
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
        rows: From `spillover.logs.read`.
        logs: Facts of each log.
        told: By log, what its header declares of how its answers were made; from `rows.attrs` where that has it.
        accounts: Of each log, what was planned and what became of it, where that is at hand.
        superseded: Logs left out for a newer attempt at the same run, each with that.
    """

    def __init__(
        self, name: str, rows: pd.DataFrame, logs: list[LogFacts], told: Mapping[str, Declared] | None = None
    ) -> None:
        self.name, self.rows, self.logs = name, rows, logs
        self.told: Mapping[str, Declared] = rows.attrs.get("declared", {}) if told is None else told
        self.accounts: list[Account] = []
        self.superseded: dict[str, str] = {}

    def made(self, rows: pd.DataFrame) -> Made:
        """How some of its answers were made."""
        return made_of_rows(rows, [self.told[str(log)] for log in rows["log"].unique() if log in self.told])


class EachProbeAnsweredOncePerEpoch:
    """No cell stands twice in an arm."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        twice = [(arm, arm.rows[arm.rows.duplicated(KEY)]) for arm in (base, tuned)]
        return [
            f"{arm.name}: {counted(len(rows), 'answer occurs', 'answers occur')} twice (first: "
            f"{rows.iloc[0]['probe']}); give each log once"
            for arm, rows in twice
            if len(rows)
        ]


class ArmsAnswerTheSameProbes:
    """Both arms answer the same questions; how often each may differ, see `_common`."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        one, other = (set(map(tuple, arm.rows[KEY[:-1]].to_numpy())) for arm in (base, tuned))
        alone = sorted(one ^ other)
        if not alone:
            return []
        where = base.name if alone[0] in one else tuned.name
        return [
            f"{tuned.name}: {len(alone)} of {len(one | other)} questions were put to one model only (first: "
            f"{alone[0][2]}, condition {alone[0][1]}, in {where}); ask both models the same questions"
        ]


class ArmsShareEverythingButTheModel:
    """What `spillover.logs.alike` compares in an audit is the same for each task and condition."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        one, other = (self._parts(arm) for arm in (base, tuned))
        found = {key: differences(other[key], one[key], "audit") for key in one.keys() & other.keys()}
        return [
            f"{tuned.name}: {task}, {condition}: {said.field.replace('_', ' ')} differs ({said.values[1]} in the "
            f"base, {said.values[0]} here); run both with the same settings"
            for (task, condition), each in sorted(found.items())
            for said in each
            if said.field != "judge"  # OneJudgeThroughout says what to do
        ]

    def _parts(self, arm: Arm) -> dict[tuple[str, str], Made]:
        """By task and condition: what the headers say of each log, and what the rows say of each answer."""
        logs: dict[tuple[str, str], list[LogFacts]] = {}
        for log in arm.logs:
            logs.setdefault((log.task, log.condition), []).append(log)
        found = {key: _of_headers(own) for key, own in logs.items()}
        for (task, condition), rows in [] if arm.rows.empty else arm.rows.groupby(["task", "condition"], sort=False):
            key, made = (str(task), str(condition)), arm.made(rows)
            said = found.get(key, Made())
            found[key] = replace(said, **{name: getattr(made, name) for name in OF_ROWS})
        return found


def _of_headers(logs: list[LogFacts]) -> Made:
    def values(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(getattr(log, name)) for log in logs}))

    return Made(
        version=values("version"),
        split=values("split"),
        material=values("material_sha256"),
        decoding=values("decoding"),
        solver=values("solver"),
        protocol=values("judge_protocol"),
        dataset=values("dataset"),
    )


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
            f"{tuned.name}: all {counted(len(own), 'answer')} that vary by question are identical to the "
            "base's; one log was given twice, or one server answers under both names"
        ]


class MostAnswersWereJudged:
    """Failures of the judge are few."""

    def problems(self, base: Arm, tuned: Arm) -> list[str]:
        """See `Check`."""
        mute = [(arm.name, arm.rows[arm.rows["outcome"] == "unjudged"], len(arm.rows)) for arm in (base, tuned)]
        return [
            f"{name}: {100 * len(rows) / n:.0f}% of the answers were not judged (most allowed: "
            f"{100 * MOST_UNJUDGED:g}%); {_what_to_do(rows)}"
            for name, rows, n in mute
            if len(rows) > MOST_UNJUDGED * n
        ]


def _what_to_do(unjudged: pd.DataFrame) -> str:
    """What helps answers without a verdict, by their most frequent reason."""
    why = unjudged["reason"].fillna("no reason given").mode()[0]
    if NO_SCORE in why:
        return EMPTY_CELL.rstrip(".")
    return f"see why with spillover show ({why}), then rescore"


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


def contradictions(files: dict[str, str], arm: Arm) -> list[str]:
    """Logs of an arm that contradict themselves: whoever edits a verdict must edit all that it follows from."""
    found = ((fact.log, contradiction(Path(files[fact.log]))) for fact in arm.logs)
    return [f"{log}: {why}; see spillover verify" for log, why in found if why is not None]
