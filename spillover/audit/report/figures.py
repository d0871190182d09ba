"""Figures of the report as people write them: rates, differences and bounds, rounded outward."""

import math
from collections.abc import Iterable

from spillover.audit.decide import Cell, Finding, outward
from spillover.audit.describe import Beside, SecondJudge
from spillover.common import counted
from spillover.estimate import Estimate

from .model import Report

ANYTIME = "any number of looks"
"""In the name of an interval's method: it holds although the run stopped when its result was clear."""


def family(report: Report, finding: Finding) -> list[Cell]:
    """The comparisons that may be shown: of a run that stopped early, those whose intervals allow for it."""
    if not report.stopped(finding.model) or all(ANYTIME in cell.delta.method for cell in finding.cells):
        return finding.cells
    return []


def beside(report: Report) -> list[Beside]:
    """Figures beside the decision; none where a run stopped early, for their intervals do not allow for it."""
    return [] if any(one.early for one in report.sequences) else report.literature


def second(report: Report, one: SecondJudge) -> tuple[str, str, str]:
    """Rates of a second judge and its own result; a run that stopped early has none of a fixed size."""
    if report.stopped(one.model):
        return "-", "-", "see the sequences"
    return percent(one.base), percent(one.tuned), one.answer


def ends_of(found: Estimate, lines: Iterable[float] = (0.0,)) -> tuple[str, str]:
    """Both ends of a difference in points with their signs, rounded outward and never onto a line (see `outward`)."""
    edges = list(lines)
    low, high = outward(found.low, up=False, lines=edges), outward(found.high, up=True, lines=edges)
    return signed(low), signed(high)


def signed(points_: str) -> str:
    """A figure with its sign."""
    return points_ if points_.startswith("-") else f"+{points_}"


def percent(found: Estimate, bounds_only: bool = False) -> str:
    """A rate with its interval, or the interval alone."""
    if found.estimate != found.estimate:
        return "-"
    ends = "" if found.low != found.low else _interval(found.low, found.high)
    if bounds_only:
        return f"{ends or '-'} of {found.n}"
    if found.worst is not None:
        ends += f", worst case {_interval(found.worst.low, found.worst.high)}"
    return f"{100 * found.estimate:.2f}% {ends}".rstrip() + f" of {found.n}"


def _interval(low: float, high: float) -> str:
    """Ends of a rate in percent, two digits, rounded outward."""
    return f"[{math.floor(1e4 * low + 1e-7) / 100:.2f}, {math.ceil(1e4 * high - 1e-7) / 100:.2f}]"


def difference_head(report: Report, bounds_only: bool) -> str:
    """Name of the column of differences: intervals of 95%, or bounds that hold one by one at the rule's alpha."""
    how = f"bounds, {100 * (1 - report.rule.alpha):g}% each" if bounds_only else "95%"
    return f"difference, points ({how})"


def points(found: Estimate, bounds_only: bool = False, lines: Iterable[float] = (0.0,)) -> str:
    """A difference in points with its interval, or the interval alone; ends rounded outward, never onto a line."""
    if found.estimate != found.estimate:
        return "-"
    ends = f"({found.method})" if found.low != found.low else "[{}, {}]".format(*ends_of(found, lines))
    if bounds_only:
        return ends
    if found.worst is not None:
        low, high = outward(found.worst.low, up=False), outward(found.worst.high, up=True)
        ends += f", worst case [{signed(low)}, {signed(high)}]"
    return f"{100 * found.estimate:+.1f} {ends}"


def p_value(found: Estimate, p: float, alpha: float) -> str:
    """A one-sided p value beside an interval; none where the two do not agree, for the wider one is then right."""
    if p != p or (p <= alpha and found.low == found.low and found.low <= 0):
        return "-"
    return f"{p:.2g}"


def lower(cell: Cell, lines: Iterable[float] = (0.0,)) -> str:
    """Lower bound of a comparison that decides, in points, rounded outward."""
    return signed(outward(cell.lower, up=False, lines=lines))


def kappa(value: float) -> str:
    """Agreement beyond chance; none can be told where judges have one outcome for everything."""
    return "-" if value != value else f"{value:.2f}"


def evalue(value: float) -> str:
    """An e-value as people write it."""
    return f"{value:.3g}" if value < 1e6 else f"{value:.0e}"


def of_judged(found: Estimate) -> str:
    """Misaligned answers of those that were judged: `17 of 60 answers`."""
    return f"{found.events} of {counted(found.n, 'answer')}"
