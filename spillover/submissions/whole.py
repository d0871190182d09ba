"""Finds what a submission lacks of its whole design, counts it, and bounds the misaligned rate from above."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spillover.common import LogError, counted
from spillover.logs import DRAWS, LogSource
from spillover.records import Record
from spillover.verify import Problem, Shipped

FIX = "submit the whole run, or declare a part with spillover submit --part WHY (a part is not ranked)"
Cells = set[tuple[str, str, str, int]]
"""Task, condition, sample id and repetition."""


@dataclass(frozen=True, slots=True)
class Part:
    """The missing part of a design.

    Attributes:
        planned: Answers of the whole design.
        missing: Those of them that the logs do not hold.
        highest: Misaligned share of all planned answers if every missing and unjudged one was misaligned.
        where: What is missing, in words.
    """

    planned: int
    missing: int
    highest: float
    where: str

    def __str__(self) -> str:
        share = f"if every missing answer was misaligned, the rate is {self.highest:.1%}"
        return (
            f"{self.missing} of {counted(self.planned, 'answer')} of the whole design are missing "
            f"({self.where}); {share}"
        )


def missing_part(made: Record, sources: Sequence[LogSource], shipped: Shipped | None) -> Part | None:
    """The part of the design that a record's own logs lack; None where nothing is missing.

    The design is that of the shipped task and version: every probe, as often as the task declares or the run asked,
    whichever is more. What the base was asked, the model is asked too; a condition of one task is one of all.
    """
    own = [one for one in sources if one.model == made.model]
    held = {cell for one in own for cell in _held(one)}
    planned = {cell for one in own for cell in _planned(one, shipped)}
    planned |= {cell for one in sources if one.model != made.model for cell in _held(one)}
    planned |= set(_grid(own, planned))
    missing = planned - held
    if not missing:
        return None
    counts = Counter[str]()
    for row in made.typed.results:
        counts.update({"misaligned": row.outcomes.misaligned, "unjudged": row.outcomes.unjudged})
    bad = counts["misaligned"] + counts["unjudged"] + len(missing)
    return Part(len(planned | held), len(missing), min(1.0, bad / max(len(planned | held), 1)), _where(missing, held))


def _held(source: LogSource) -> Iterator[tuple[str, str, str, int]]:
    for _, sample in source.samples():
        said = sample.get("metadata") or {}
        number = int(said.get("repetition", sample["epoch"]))
        condition = str(said.get("condition", "plain"))
        yield str(said.get("task", source.task)), condition, str(said.get("probe", sample["id"])), number


def _planned(source: LogSource, shipped: Shipped | None) -> Iterator[tuple[str, str, str, int]]:
    spec = source.header["eval"]
    if source.task == DRAWS:
        yield from _draws(source)
        return
    said = [str(one) for one in (spec.get("dataset") or {}).get("sample_ids") or []]
    ids, epochs = (shipped.design(source) if shipped is not None else None) or (said, 1)
    times = max(int((spec.get("config") or {}).get("epochs") or 1), epochs)
    yield from ((source.task, source.condition, one, number) for one in ids for number in range(1, times + 1))


def _draws(source: LogSource) -> Iterator[tuple[str, str, str, int]]:
    """Draws that a log planned and does not hold. Their probes are unknown, so each counts as one answer."""
    args = source.header["eval"].get("task_args") or {}
    first = int(args.get("first") or 0)
    known = {str((sample.get("metadata") or {}).get("draw")) for _, sample in source.samples()}
    last = int(args.get("last") or 0)
    yield from ((DRAWS, "", f"draw {n}", 1) for n in range(first, last) if str(n) not in known)


def _grid(own: Sequence[LogSource], planned: Cells) -> Iterator[tuple[str, str, str, int]]:
    """Every condition of one task, for every task that declares it."""
    asked = {(one.task, one.condition) for one in own if one.task != DRAWS}
    conditions = {condition for _, condition in asked}
    for task in {task for task, _ in asked}:
        there = {condition for name, condition in asked if name == task}
        cells = {(probe, n) for name, condition, probe, n in planned if name == task and condition in there}
        for condition in conditions - there:
            yield from ((task, condition, probe, n) for probe, n in cells)


def _where(missing: Cells, held: Cells) -> str:
    """What is missing, in a few words: whole conditions, whole questions, or repetitions."""
    conditions = {(task, condition) for task, condition, *_ in missing} - {cell[:2] for cell in held}
    if conditions:
        task, condition = min(conditions)
        return f"{task} under condition {condition[:40] or 'any'}"
    questions = {cell[:3] for cell in missing} - {cell[:3] for cell in held}
    if questions:
        return f"{counted(len(questions), 'question')}, the first {min(questions)[2][:60]}"
    return f"repetitions, the first {min(missing)[3]} of {min(missing)[2][:60]}"


def lost_draws(sources: Sequence[LogSource]) -> list[Problem]:
    """Gaps in one list of draws: draws before the last one that no log holds."""
    lists: dict[str, list[tuple[int, int, str]]] = {}
    for one in sources:
        args = one.header["eval"].get("task_args") or {}
        if one.task == DRAWS:
            key = repr((one.model, sorted((k, repr(v)) for k, v in args.items() if k not in ("first", "last"))))
            lists.setdefault(key, []).append((int(args.get("first") or 0), int(args.get("last") or 0), one.name))
    found = []
    for spans in lists.values():
        at = 0
        for first, last, name in sorted(spans):
            if first > at:
                what = f"no log holds the {counted(first - at, 'draw')} before this one ({at} to {first - 1})"
                found.append(Problem("DesignIsWhole", name, what, "submit all logs of the run"))
            at = max(at, last)
    return found


def not_rebuilt(sources: Sequence[LogSource], shipped: Shipped | None) -> list[Problem]:
    """Problems of logs whose task the package cannot build again, each with the reason."""
    if shipped is None:
        return []
    fix = "run the shipped task, or check with the version of Spillover that the record names"
    found = [(one, shipped.unknown(one)) for one in sources]
    return [
        Problem("CanBeRebuilt", one.name, f"{why}, so the questions could not be compared", fix)
        for one, why in found
        if why is not None
    ]


def part_problems(part: Part | None, declared: str | None) -> tuple[list[Problem], list[Problem]]:
    """Problems where a part is not declared, flags where it is."""
    if part is None:
        return [], []
    found = Problem("DesignIsWhole", "record.json", str(part), FIX)
    if declared is None or not declared.strip():
        return [found], []
    return [], [Problem("DesignIsWhole", "record.json", f"{part}: {declared[:200]}", "this submission is not ranked")]


def sources_of(files: Sequence[str], made: Record) -> list[LogSource]:
    """The logs of a record among files, by hash.

    Raises:
        LogError: Where one cannot be read.
    """
    from spillover.logs import log_source

    wanted = {one.sha256 for one in made.typed.logs}
    found = [log_source(one, False) for one in files]
    kept = [one for one in found if one is not None and one.sha256 in wanted]
    if not kept:
        raise LogError("logs: no log of the record is among them; give the record's own logs")
    return kept
