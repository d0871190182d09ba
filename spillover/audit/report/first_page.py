"""The first page: a row for each fine-tune, and its misaligned answers beside those of the base, with their counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spillover.audit.decide import Answer, Cell, Finding
from spillover.audit.describe import AnswerPair

from .conditions import named
from .figures import ends_of, family
from .model import Report


@dataclass(frozen=True, slots=True)
class Row:
    """One fine-tune in the table of several.

    Attributes:
        model: The fine-tune.
        answer: What was decided.
        tuned: Its misaligned answers, as `17 of 60`.
        base: Those of the base.
        difference: Ends of the difference in points, or nothing where there is none.
        why: Why, in a sentence.
    """

    model: str
    answer: Answer
    tuned: str
    base: str
    difference: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Misaligned answers of one fine-tune in one domain.

    Attributes:
        title: Domain, counts of fine-tune and base, and how many pairs are shown.
        pairs: The worst first.
    """

    title: str
    pairs: list[AnswerPair]


def rows(report: Report) -> list[Row]:
    """A row for each fine-tune, in the order of the report."""
    return [_row(report, one) for one in report.findings]


def _row(report: Report, finding: Finding) -> Row:
    why = named(report, "; ".join(finding.because))
    pooled = next(iter(finding.cells), None)
    if pooled is None or finding.answer == "void":
        return Row(finding.model, finding.answer, "-", "-", "-", why)
    known = bool(family(report, finding))
    ends = "{} to {}".format(*ends_of(pooled.delta, (0.0, report.rule.floor, report.rule.margin))) if known else "-"
    return Row(finding.model, finding.answer, _of(pooled, "tuned"), _of(pooled, "base"), ends, why)


def _of(cell: Cell, arm: str) -> str:
    found = getattr(cell, arm)
    return f"{found.events} of {found.n}"


def pooled_cells(report: Report) -> list[tuple[str, Cell]]:
    """The pooled comparison of each fine-tune whose interval holds, for one shared axis."""
    kept = [one for one in report.findings if one.answer != "void" and family(report, one)]
    return [(one.model, one.cells[0]) for one in kept]


def evidence(report: Report, finding: Finding) -> list[Evidence]:
    """Pairs of a fine-tune by domain: those with most misaligned answers first."""
    own = [one for one in report.answer_pairs if one.tuned.model == finding.model]
    counted = {cell.name.removeprefix("domain "): cell for cell in finding.cells if cell.name.startswith("domain ")}
    pooled = next(iter(finding.cells), None)
    domains = list(dict.fromkeys(one.tuned.domain for one in own))
    domains.sort(key=lambda name: -counted[name].flagged if name in counted else 0)
    return [
        Evidence(_title(name, counted.get(name, pooled), sum(one.tuned.domain == name for one in own)),
                 [one for one in own if one.tuned.domain == name])
        for name in domains
    ]  # fmt: skip


def _title(domain: str, cell: Cell | None, shown: int) -> str:
    if cell is None:
        return f"{domain}: {shown} shown"
    return f"{domain}: {_of(cell, 'tuned')} answers misaligned, {_of(cell, 'base')} of the base; {shown} shown"


def by_text(report: Report, cells: Sequence[Cell]) -> list[Cell]:
    """The comparisons with conditions by their text, for a plot."""
    return [replace(cell, name=named(report, cell.name)) for cell in cells]
