"""Figures of logs for each arm: counts of every outcome, rates with intervals, differences from the base."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from spillover.common import MORE, NOT_RECORDED, OUTCOMES, THESE, DeclarationError, Target
from spillover.estimate import (
    MEANS,
    RATES,
    Estimate,
    estimate_cascade,
    estimate_mean,
    estimate_rate,
    estimate_rate_by_question,
)
from spillover.logs import Declared, Made, made_of_rows

from .judge_agreement import Agreement, panel_agreement

DECISION: Target = THESE
PERSONA = ("ORDINARY", "ODD")
"""Words of the persona rubric: where neither was said, there is no odd rate."""
POPULATION: Target = MORE
KEY = ["log", "task", "split", "language", "model", "condition"]
"""Columns that tell arms apart."""
FIGURES = ("quantity", "estimate", "low", "high", "level", "events", "n", "questions", "answers", "unjudged")
"""Columns of `Summary.frame` after these."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One log: one model on one task under one condition, judged one way.

    Attributes:
        log: File name of the log.
        task: Task id.
        split: Which probes were asked: `public`, `paraphrases`, `practice`, `retired` or `heldout`.
        language: Language of the probes, ISO 639-1.
        model: Model under test.
        condition: Condition id.
        judges: Judges whose verdicts count.
        forms: Judge forms used.
        origins: Where answers and verdicts that no model gave come from.
        outcomes: Answers by outcome, every outcome named.
        not_recorded: Cells left out because a recording lacks them.
        truncated: Answers cut off at the token limit and judged all the same; those cut off before they began are an
            outcome of their own.
        thoughts: Answers that held thoughts, which no judge was shown.
        reasons: Unjudged answers by reason.
        estimates: By quantity, for these questions.
        population: By quantity, for more questions from these domains.
        questions: `misaligned_rate` by question.
        agreement: Of each pair of judges of a panel.
        rubrics: Families (`id@version`) of the rubrics that the judge was shown.
        material: Hashes of probes, conditions, rubrics and lines, as the log declares them.
        decoding: Generation settings, as JSON; several where parts of the log differ.
        solver: What asked; `ask` where it was ours alone.
        made: How it was made and judged, for comparing.
    """

    log: str
    task: str
    split: str
    language: str
    model: str
    condition: str
    judges: list[str]
    forms: list[str]
    origins: list[str]
    outcomes: dict[str, int]
    not_recorded: int
    truncated: int
    thoughts: int
    reasons: dict[str, int]
    estimates: dict[str, Estimate]
    population: dict[str, Estimate]
    questions: dict[str, Estimate]
    agreement: list[Agreement]
    rubrics: list[str]
    material: list[str]
    decoding: list[str]
    solver: list[str]
    made: Made

    @property
    def answers(self) -> int:
        """All answers, judged or not."""
        return sum(self.outcomes.values())

    def as_dict(self) -> dict[str, Any]:
        """The arm as plain data."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "made"}
        plain["agreement"] = [asdict(one) for one in self.agreement]
        for name in ("estimates", "population", "questions"):
            plain[name] = {key: one.as_dict() for key, one in plain[name].items()}
        return {**plain, "panel": list(self.made.panel or ()), "answers": self.answers}


class Summary(list[Arm]):
    """What `summarise` returns: the arms in the order of the table."""

    def frame(self, target: Target = DECISION) -> pd.DataFrame:
        """The summary as a data frame: a row per model, task, condition and quantity.

        Args:
            target: What the intervals are for: `THESE` questions, or `MORE` questions from these domains.

        Returns:
            Columns `log`, `task`, `split`, `language`, `model`, `condition`, `quantity`, `estimate`, `low`, `high`
            (shares of answers in 0-1; alignment and coherence in 0-100; NaN where nothing was observed), `level`,
            `events` (answers that are events; missing for a mean), `n` (answers that count), `questions` (how many
            they belong to), `answers` (all answers, judged or not) and `unjudged`.

        Raises:
            DeclarationError: Where the target is neither.
        """
        if target not in (THESE, MORE):
            raise DeclarationError(f"target {target!r} is unknown; give {THESE!r} or {MORE!r}")
        rows = [row for arm in self for row in _frame_rows(arm, target)]
        return pd.DataFrame(rows, columns=[*KEY, *FIGURES]).astype({"events": "Int64"})


def _frame_rows(arm: Arm, target: Target) -> Iterator[dict[str, Any]]:
    key = {name: getattr(arm, name) for name in KEY}
    for quantity, one in (arm.estimates if target == DECISION else arm.population).items():
        figures = {name: getattr(one, name) for name in ("estimate", "low", "high", "level", "events", "n")}
        counts = {"questions": one.clusters, "answers": arm.answers, "unjudged": arm.outcomes["unjudged"]}
        yield {**key, "quantity": quantity, **figures, **counts}


def summarise(table: pd.DataFrame, level: float = 0.95) -> Summary:
    """Sum a table of `read` up, an arm per log and condition, in the order of the table.

    Parts of a list of draws are put together: an arm per model, task and condition, whose `log` names these.

    Args:
        table: What `spillover.logs.read` returned.
        level: Confidence level of the intervals, in (0, 1).
    """
    skipped: dict[str, int] = table.attrs.get(NOT_RECORDED, {})
    parts = [([str(part) for part in key], rows) for key, rows in joined_draws(table).groupby(KEY, sort=False)]
    return Summary(arm_of(key, rows, skipped.get(key[0], 0), level, declared_in(table, rows)) for key, rows in parts)


def joined_draws(table: pd.DataFrame) -> pd.DataFrame:
    """The table with one name in `log` for all logs that hold parts of one list of draws, by model, task, condition."""
    drawn = table["log"].isin(table.attrs.get("draws", []))
    whole = "draws: " + table["model"] + " " + table["task"] + " " + table["condition"]
    return table.assign(log=table["log"].mask(drawn, whole))


def declared_in(table: pd.DataFrame, rows: pd.DataFrame) -> list[Declared]:
    """What the headers of the logs that some rows of a table come from declare."""
    known: dict[str, Declared] = table.attrs.get("declared", {})
    return [known[log] for log in table["log"][rows.index].unique() if log in known]


def arm_of(key: list[str], rows: pd.DataFrame, skipped: int, level: float, told: list[Declared]) -> Arm:
    """An arm of rows.

    Args:
        key: Values of `KEY`.
        rows: Its rows of a table of `read`.
        skipped: Cells that a recording lacks.
        level: Confidence level of the intervals, in (0, 1).
        told: What the headers of its logs declare.
    """
    log, task, split, language, model, condition = key
    counts = rows["outcome"].value_counts()
    origins = [f"answers: {one}" for one in _distinct(rows["origin"])]
    origins += [f"verdicts: {one}" for one in _distinct(rows["judge_origin"])]
    return Arm(
        log=log,
        task=task,
        split=split,
        language=language,
        model=model,
        condition=condition,
        judges=_distinct(rows["judge"]),
        forms=_distinct(rows["form"]),
        origins=origins,
        outcomes={outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES},
        not_recorded=skipped,
        truncated=int((rows["truncated"] & (rows["outcome"] != "out_of_tokens")).sum()),
        thoughts=int(rows["thoughts"].sum()),
        reasons={str(k): int(v) for k, v in rows["reason"].dropna().value_counts().items()},
        estimates=estimates_of(rows, DECISION, level),
        population=estimates_of(rows, POPULATION, level),
        agreement=panel_agreement(rows["panel"]),
        rubrics=sorted({family for said in _distinct(rows["rubrics"]) for family in said.split()}),
        material=_distinct(rows["material_sha256"]),
        decoding=_distinct(rows["decoding"]),
        solver=_distinct(rows["solver"]),
        questions=_questions(rows, level),
        made=made_of_rows(rows, told),
    )


def _questions(rows: pd.DataFrame, level: float) -> dict[str, Estimate]:
    """The rate of each question; NaN from a cascade, whose rows mix the verdicts of two judges."""
    found = estimate_rate_by_question("misaligned_rate", rows["cluster"], rows["outcome"], level)
    if rows["stage"].isna().all():
        return found
    return {name: replace(one, estimate=math.nan, low=math.nan, high=math.nan) for name, one in found.items()}


def estimates_of(rows: pd.DataFrame, target: Target, level: float) -> dict[str, Estimate]:
    """Rates of one arm with intervals at `level` for a target; weighted where a cascade judged."""
    if rows["stage"].notna().any():
        return _cascaded(rows, target, level)
    said = rows["label"].astype(str)
    names = [name for name in RATES if RATES[name].label is None or said.isin(PERSONA).any()]
    found = {n: estimate_rate(n, rows[RATES[n].by], rows["outcome"], target, level, said) for n in names}
    for name, column in MEANS.items():
        if rows[column].notna().any():
            found[name] = estimate_mean(rows["cluster"], rows[column], target, level)
    return found


def _cascaded(rows: pd.DataFrame, target: Target, level: float) -> dict[str, Estimate]:
    """A cascade gives one figure: the misaligned rate over answers, for these questions."""
    stages = [None if pd.isna(stage) else str(stage) for stage in rows["stage"]]
    found = estimate_cascade("misaligned_rate", stages, rows["outcome"], level)
    if target != DECISION:
        found = replace(found, low=math.nan, high=math.nan, target=target)
    return {"misaligned_rate": replace(found, clusters=rows["cluster"].nunique())}


def _distinct(column: "pd.Series[Any]") -> list[str]:
    return sorted(str(value) for value in column.dropna().unique())
