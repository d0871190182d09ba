"""How the answers of one arm were made and judged, from rows and from what headers declare."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .header import Header

if TYPE_CHECKING:
    import pandas as pd


Texts = tuple[str, ...] | None
"""Distinct values in order; None where the source does not say."""
CHECK = "check"
"""Judge and form of an answer that a check decided; whether one could is a property of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How the answers of one arm were made and judged. None in a field: the source does not say.

    Attributes:
        model: Model under test.
        task: Task ids.
        version: Versions of the tasks, each as `task version`.
        split: Which probes were asked.
        language: Languages of the probes.
        condition: Condition ids.
        judge: Judges whose verdicts count.
        panel: All judges that judged each answer.
        roles: Models by role, each as `role=model`.
        form: Forms in which the judges judged.
        rubrics: Families (`id@version`) of the rubrics.
        protocol: Ids of the judge protocols.
        lines: How verdicts are made of what judges say: thresholds, checks, rule of a panel, as JSON.
        scorers: Other scorers with their arguments.
        material: Hashes of probes, conditions, rubrics and lines.
        decoding: Generation settings and limits, as JSON.
        solver: What asked.
        dataset: Version (and revision) of the dataset, or its name and size.
        arguments: Arguments of the task, each as `name=value`; of a plan, the draws.
        limit: Part of the questions that was asked.
        stage: Whether two judges worked in a cascade.
        reducer: How answers to one question are put together.
        servers: Arguments and addresses of the models.
        origin: Where answers and verdicts that no model gave come from.
        repetitions: Answers to each probe.
        questions: Ids of the probes, or a hash of them.
    """

    model: Texts = None
    task: Texts = None
    version: Texts = None
    split: Texts = None
    language: Texts = None
    condition: Texts = None
    judge: Texts = None
    panel: Texts = None
    roles: Texts = None
    form: Texts = None
    rubrics: Texts = None
    protocol: Texts = None
    lines: Texts = None
    scorers: Texts = None
    material: Texts = None
    decoding: Texts = None
    solver: Texts = None
    dataset: Texts = None
    arguments: Texts = None
    limit: Texts = None
    stage: Texts = None
    reducer: Texts = None
    servers: Texts = None
    origin: Texts = None
    repetitions: Texts = None
    questions: Texts = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the header of a log declares of how it was made, where rows do not say it.

    Attributes:
        versions: Version of each task.
        dataset: Version (and revision) of the dataset, as JSON.
        protocol: Id of the judge protocol.
        lines: By task, how a verdict is made of what judges say, as JSON.
    """

    versions: dict[str, str]
    dataset: str
    protocol: str
    lines: dict[str, str]


def declared(header: Header, tasks: Iterable[str]) -> Declared:
    """What a header declares of some tasks."""
    known = list(tasks)
    return Declared(
        versions={task: header.version_of(task) for task in known},
        dataset=json.dumps(header.facts.get("dataset") or {}, sort_keys=True),
        protocol=str(header.facts.get("judge_protocol", "")),
        lines={task: text for task in known if (text := header.lines(task)) is not None},
    )


def made_of_rows(rows: "pd.DataFrame", told: Iterable[Declared] = ()) -> Made:
    """How the answers in a table were made.

    An arm without a single verdict of a judge says nothing of judges, so that a silent model differs in none.

    Args:
        rows: Rows of `spillover.logs.read`.
        told: What the headers of their logs declare, where that is at hand.
    """
    tasks = _distinct(rows["task"])
    judged = rows[(rows["judge"] != CHECK) & rows["judge"].notna()]
    each: list[int] = rows.groupby(["task", "condition", "probe"], sort=False).size().tolist() if len(rows) else []
    found = Made(
        model=_distinct(rows["model"]),
        task=tasks,
        split=_distinct(rows["split"]),
        language=_distinct(rows["language"]),
        condition=_distinct(rows["condition"]),
        questions=_distinct(rows["task"].astype(str) + "|" + rows["probe"].astype(str)) if len(rows) else (),
        repetitions=tuple(sorted({str(count) for count in each})),
        material=_distinct(rows["material_sha256"]),
        decoding=_distinct(rows["decoding"]),
        solver=_distinct(rows["solver"]),
        judge=_distinct(judged["judge"]) or None,
        panel=_panel(judged) or None,
        form=_words(judged["form"], " and ") or None,
        rubrics=_words(judged["rubrics"], " ") or None,
        stage=("cascade",) if judged["stage"].notna().any() else ("one stage",) if len(judged) else None,
        origin=(*_distinct(rows["origin"]), *_distinct(rows["judge_origin"])),
    )
    return _with_declared(found, list(told))


def _with_declared(made: Made, told: list[Declared]) -> Made:
    if not told:
        return made
    tasks = made.task or ()
    versions = {f"{task} {one.versions[task]}" for one in told for task in tasks if task in one.versions}
    lines = {one.lines[task] for one in told for task in tasks if task in one.lines}
    return replace(
        made,
        version=tuple(sorted(versions)),
        dataset=tuple(sorted({one.dataset for one in told})),
        protocol=tuple(sorted({one.protocol for one in told})),
        lines=tuple(sorted(lines)) or None,
    )


def _panel(judged: "pd.DataFrame") -> tuple[str, ...]:
    """All judges that judged; where there was no panel, the one."""
    named = {name for said in _distinct(judged["panel"]) for name in json.loads(said)}
    return tuple(sorted(named | set(_distinct(judged["judge"][judged["panel"].isna()]))))


def _distinct(column: "pd.Series[str]") -> tuple[str, ...]:
    return tuple(sorted({str(one) for one in column.dropna().unique() if one != ""}))


def _words(column: "pd.Series[str]", mark: str) -> tuple[str, ...]:
    return tuple(sorted({word for said in _distinct(column) for word in said.split(mark)}))
