"""Records as rows of the board: one per model and group, with its figures, and ranked in the group."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spillover.common import THESE, LogError
from spillover.estimate import Estimate, WorstCase

from .display import Display
from .entries import Entry
from .groups import Setting, headline, in_order, same, setting_of
from .names import Named, inert, named
from .ranks import rank_ranges, rankable

PLACES = 6
"""Decimal places of figures, in the files as on the page."""
RATE = "misaligned_rate"
TARGET = THESE


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval; None where it is not known or no such figure can be.

    Attributes:
        value: The figure.
        low: Lower end.
        high: Upper end.
        worst_low: Lower end if no unjudged answer were misaligned; None where all were judged.
        worst_high: Upper end if every one were.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    worst_low: float | None = None
    worst_high: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One domain under one condition.

    Attributes:
        domain: Task.
        condition: How it was put.
        rate: Misaligned rate.
        n: Answers that were judged.
        delta: Difference from the base.
    """

    domain: str
    condition: str
    rate: Figure
    n: int
    delta: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """One model in one group.

    Attributes:
        entry: Its record.
        head: The part of the record that the figures are of.
        setting: What it shares with the others of its group.
        model: Name.
        base: Name of its base, or None.
        of: What name and fine-tune record say.
        rate: Misaligned rate.
        delta: Difference from the base.
        cells: The same by domain and condition.
        group: Number of its group.
        rank: First and last place it may have, or None.
        among: Models that are ranked in its group.
        unranked: Why it has no rank, in words; None where it has one.
        base_id: Id of the base's row in its group, or None.
    """

    entry: Entry
    head: Mapping[str, Any]
    setting: Setting
    model: str
    base: str | None
    of: Named
    rate: Figure
    delta: Figure
    cells: tuple[Cell, ...]
    group: int = 0
    rank: tuple[int, int] | None = None
    among: int = 0
    unranked: str | None = None
    base_id: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """All rows, in groups.

    Attributes:
        rows: Group by group, within a group from the lowest rate.
        groups: What the models of each group share.
        earlier: Rows of other runs of a model in the same group, which were verified less far or are older.
        suite_version: The one version that is shown, or None for all.
    """

    rows: tuple[Row, ...]
    groups: tuple[Setting, ...]
    earlier: tuple[Row, ...] = ()
    suite_version: str | None = None

    @property
    def left_out(self) -> list[tuple[Row, Row]]:
        """Each of `earlier` with the row that the board has of its model and group."""
        there = {(row.setting, row.model): row for row in self.rows if not row.entry.retracted}
        return [(row, there[row.setting, row.model]) for row in self.earlier]


def board_of(entries: Iterable[Entry], display: Display, suite_version: str | None = None) -> Board:
    """Make the board of records.

    Raises:
        LogError: Where no record is of the version that is asked for.
    """
    every = [row_of(entry, display) for entry in entries]
    shown = [row for row in every if suite_version in (None, row.setting.suite_version)]
    if every and not shown:
        there = ", ".join(sorted({row.setting.suite_version for row in every}))
        raise LogError(f"--suite-version {suite_version}: no record has this version; give one of {there}")
    chosen, earlier = _newest(shown)
    members: dict[Setting, list[Row]] = {}
    for row in chosen:
        members.setdefault(row.setting, []).append(row)
    order = sorted(members, key=lambda one: in_order(one, len(members[one])))
    rows = [row for number, one in enumerate(order) for row in _ranked(members[one], number)]
    return Board(tuple(rows), tuple(order), tuple(earlier), suite_version)


def row_of(entry: Entry, display: Display) -> Row:
    """One record as a row, without its place among others."""
    data = entry.data
    head, finetune = headline(data), data["finetune"]
    declared = finetune.get("base") if finetune else None
    base = data["base"] or (declared.get("model") if isinstance(declared, dict) else None)
    base = base if isinstance(base, str) else None
    return Row(
        entry=entry,
        head=head,
        setting=setting_of(data, head),
        model=inert(data["model"]["name"]),
        base=base and inert(base),
        of=named(data["model"]["name"], base, finetune, display),
        rate=figure(head["rates"].get(RATE, {}).get(TARGET), 0),
        delta=_delta(data, head, None),
        cells=tuple(_cells(data, head)),
    )


def _cells(data: Mapping[str, Any], head: Mapping[str, Any]) -> Iterable[Cell]:
    for row in data["results"]:
        if (row["split"], row["language"]) == (head["split"], head["language"]):
            found = row["rates"].get(RATE, {}).get(TARGET)
            rate, delta = figure(found, 0), _delta(data, row, row["task"])
            yield Cell(inert(row["task"], 80), inert(row["condition"], 80), rate, (found or {"n": 0})["n"], delta)


def _delta(data: Mapping[str, Any], part: Mapping[str, Any], task: str | None) -> Figure:
    found = next((one for one in data["differences"] if one["task"] == task and same(one, part)), None)
    return figure(found and found["estimate"], -1)


def figure(found: Mapping[str, Any] | None, least: float) -> Figure:
    """A figure between `least` and 1, rounded; ends that do not lie around it are not known."""
    value, low, high = (number((found or {}).get(name), least) for name in ("estimate", "low", "high"))
    if value is None or low is None or high is None or not low <= value <= high:
        return Figure(value)
    worst = (found or {}).get("worst") or {}
    return Figure(value, low, high, *(number(worst.get(name), least) for name in ("low", "high")))


def number(value: Any, least: float = 0, most: float = 1) -> float | None:
    """A number to be shown, or None: absent, not finite, or where no such figure can lie. Whole ones are int."""
    if value is None or not math.isfinite(value) or not least <= value <= most:
        return None
    rounded = round(float(value), PLACES)
    return int(rounded) if rounded == int(rounded) else rounded


def _newest(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Per group and model the run that was verified furthest, then the newest; a retracted one always has a row."""
    kept: dict[tuple[Setting, str], Row] = {}
    earlier: list[Row] = []
    retracted = [row for row in rows if row.entry.retracted]
    for row in (row for row in rows if not row.entry.retracted):
        before = kept.setdefault((row.setting, row.model), row)
        if before is not row:
            older, newer = sorted(
                (before, row), key=lambda one: (one.entry.level, one.entry.data["created"], one.entry.id)
            )
            kept[(row.setting, row.model)] = newer
            earlier.append(older)
    return [*kept.values(), *retracted], earlier


def _ranked(rows: Sequence[Row], group: int) -> list[Row]:
    """The rows of one group with their ranks and bases, from the lowest rate; retracted ones are not ranked."""
    standing = [row for row in rows if not row.entry.retracted and not row.entry.part]
    live = [row for row in standing if (found := _estimate(row)) and rankable(found)]
    ranks = dict(zip([row.entry.id for row in live], rank_ranges([_estimate(row) for row in live]), strict=True))
    bases = {row.model: row.entry.id for row in rows if not row.entry.retracted}
    placed = [
        replace(
            row,
            group=group,
            rank=ranks.get(row.entry.id),
            among=len(live),
            unranked=None if row.entry.id in ranks else _unranked(row),
            base_id=bases.get(row.base or "") if row.base != row.model else None,
        )
        for row in rows
    ]
    return sorted(placed, key=lambda row: (row.rate.value is None, row.rate.value or 0, row.model, row.entry.id))


def _unranked(row: Row) -> str:
    """Why a row has no rank."""
    if row.entry.retracted:
        return "it was retracted"
    if row.entry.part is not None:
        return inert(row.entry.part)
    if row.rate.value is None:
        return "it has no misaligned rate because no answer was judged"
    return "its misaligned rate has no interval"


def _estimate(row: Row) -> Estimate:
    found = row.head["rates"].get(RATE, {}).get(TARGET) or {}
    point, low, high = _numbers(found, "estimate", "low", "high")
    worst = WorstCase(*_numbers(found["worst"], "least", "low", "most", "high")) if found.get("worst") else None
    return Estimate(point, low, high, found.get("level", math.nan), "", THESE, 0, 0, worst=worst)


def _numbers(said: Mapping[str, Any], *names: str) -> list[float]:
    return [math.nan if said.get(name) is None else float(said[name]) for name in names]
