"""How often intervals hold the truth, simulated: `python benchmarks/coverage.py`.

Every replicate draws questions (their rates are beta-distributed, so that answers to one question are as alike as the
ICC says), answers of base and fine-tune, and a set of labels for a judge of sensitivity .9 and specificity .97. The
public functions of `spillover.estimate` make the intervals. What is simulated here says nothing of real models.
`benchmarks/coverage_models.py` has the harder worlds: domains, rare carriers, errors alike on a question, answers that
are unjudged because they are misaligned.
"""

import argparse
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from spillover.common import MORE
from spillover.estimate import Estimate, JudgeErrors, corrected_rate, difference, rate

RATES = (0.0, 0.005, 0.02, 0.05, 0.2, 0.5)
ICCS = (0.0, 0.11, 0.36)
QUESTIONS = (8, 20, 60)
ANSWERS = (5, 30, 100)
SENSITIVITY, SPECIFICITY = 0.9, 0.97
CARD = (20, 5)
"""Questions of the labelled set, and labels of each kind on each: 100 of a kind."""
EXACT = (
    "exact at zero",
    "exact at one",
    "Clopper-Pearson",
    "exact over questions",
    "t and exact over questions",
)
"""Methods that are exact or hold an exact interval: they cover more than they state."""
FIGURES = {
    "these": "rate, these questions",
    "more": "rate, more questions from these domains",
    "same": "difference, base at the same rate",
    "clean": "difference, base at 0",
    "judged": "rate corrected for judge error, these questions",
}
LEAST, MOST, EVENTS = 0.93, 0.97, 20
"""The bar: coverage of at least `LEAST` everywhere, .95 at a rate of 0, and at most `MOST` of the intervals that are
not exact where so many events are expected."""
SOME = 0.02
"""Share of intervals that are not exact from which their coverage is held against `MOST`."""
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is simulated.

    Attributes:
        rate: Mean rate of the questions.
        icc: How alike answers to one question are.
        questions: Questions.
        answers: Answers to each.
    """

    rate: float
    icc: float
    questions: int
    answers: int

    def truths(self, rng: np.random.Generator) -> Floats:
        """A rate per question."""
        if self.rate == 0 or self.icc == 0:
            return np.full(self.questions, self.rate)
        both = 1 / self.icc - 1
        return rng.beta(self.rate * both, (1 - self.rate) * both, size=self.questions)

    def answer(self, truths: Floats, rng: np.random.Generator) -> list[Floats]:
        """0 or 1 per answer, an array per question."""
        return list((rng.random((self.questions, self.answers)) < truths[:, None]).astype(float))


@dataclass(slots=True)
class Tally:
    """Replicates of one figure in one cell.

    Attributes:
        held: Whether the interval held the truth; no interval is a miss.
        widths: Width of each interval.
        exact: Whether its method is exact, or for a difference that of either arm.
        none: Replicates without an interval.
    """

    held: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    none: int = 0

    def add(self, found: Estimate, truth: float, exact: bool) -> None:
        """One more replicate."""
        self.held.append(bool(found.low - 1e-12 <= truth <= found.high + 1e-12))
        self.widths.append(found.high - found.low)
        self.exact.append(exact)
        self.none += bool(np.isnan(found.low))


@dataclass(frozen=True, slots=True)
class Figure:
    """Coverage of one figure in one cell.

    Attributes:
        cell: The cell.
        name: Key of `FIGURES`.
        coverage: Share of all replicates whose interval held the truth.
        width: Mean width.
        exact: Share of replicates with an exact method.
        inexact: Coverage of the intervals that are not exact; NaN where there are none.
        error: Its Monte Carlo standard error.
        none: Share without an interval.
        events: Events expected.
    """

    cell: Cell
    name: str
    coverage: float
    width: float
    exact: float
    inexact: float
    error: float
    none: float
    events: float

    @property
    def flag(self) -> str:
        """What misses the bar, or nothing."""
        if self.coverage < (0.95 if self.cell.rate == 0 else LEAST):
            return "low"
        if self.name == "judged":
            return ""  # few errors have exact intervals and are taken to be alike: it covers more than it states
        return "high" if self.inexact > MOST and self.events >= EVENTS and 1 - self.exact >= SOME else ""


def simulate(cell: Cell, replicates: int) -> list[Figure]:
    """Coverage of every figure in one cell; the seed follows from the cell."""
    rng = np.random.default_rng(zlib.crc32(repr(cell).encode()))
    tallies = {name: Tally() for name in FIGURES}
    clean = rate(list(np.zeros((cell.questions, cell.answers))))
    for _ in range(replicates):
        _replicate(cell, clean, tallies, rng)
    n = cell.questions * cell.answers
    flagged = cell.rate * SENSITIVITY + (1 - cell.rate) * (1 - SPECIFICITY)
    events = dict.fromkeys(FIGURES, n * cell.rate) | {"judged": n * flagged}
    return [
        Figure(cell, name, float(np.mean(one.held)), float(np.nanmean(one.widths)) if one.none < replicates else np.nan,
               float(np.mean(one.exact)), *_inexact(one), one.none / replicates, events[name])
        for name, one in tallies.items()
    ]  # fmt: skip


def _inexact(found: Tally) -> tuple[float, float]:
    """Coverage of the intervals that are not exact, and its standard error."""
    kept = [held for held, exact in zip(found.held, found.exact, strict=True) if not exact]
    share = float(np.mean(kept)) if kept else np.nan
    return share, float(np.sqrt(share * (1 - share) / max(1, len(kept))))


def _replicate(cell: Cell, clean: Estimate, tallies: dict[str, Tally], rng: np.random.Generator) -> None:
    truths, others = cell.truths(rng), cell.truths(rng)
    truth, groups = float(truths.mean()), cell.answer(truths, rng)
    these, more = rate(groups), rate(groups, "probes", MORE)
    base = rate(cell.answer(others, rng))
    tallies["these"].add(these, truth, these.method in EXACT)
    tallies["more"].add(more, cell.rate, more.method in EXACT)
    for name, arm, than in (("same", base, float(others.mean())), ("clean", clean, 0.0)):
        tallies[name].add(difference(arm, these), truth - than, {arm.method, these.method} & set(EXACT) != set())
    judged = rate(cell.answer(truths * SENSITIVITY + (1 - truths) * (1 - SPECIFICITY), rng))
    hits, clears = (rng.binomial(CARD[1], share, CARD[0]) for share in (SENSITIVITY, SPECIFICITY))
    tallies["judged"].add(by_card(judged, hits, clears, CARD[1]), truth, False)


def by_card(judged: Estimate, hits: Counts, clears: Counts, labels: int) -> Estimate:
    """The rate corrected by a card with so many labels of each kind on each of its questions."""
    each = np.full(len(hits), labels)
    errors = JudgeErrors(int(hits.sum()), int(each.sum()), int(clears.sum()), int(each.sum()))
    return corrected_rate(judged, errors, np.column_stack([hits, each, clears, each]).tolist())


def cells() -> Iterator[Cell]:
    """All cells; at a rate of 0 questions cannot differ."""
    for one, icc, questions, answers in product(RATES, ICCS, QUESTIONS, ANSWERS):
        if one or not icc:
            yield Cell(one, icc, questions, answers)


HEAD = ("rate", "ICC", "questions", "answers each")


def by_cell(figures: Iterable[Figure]) -> Iterator[list[str]]:
    """Rows of the whole table: coverage and mean width; `=`: most intervals are exact, `!`: the bar is missed."""
    yield [*HEAD, *FIGURES.values()]
    for cell, found in groupby(figures, key=lambda one: one.cell):
        said = [
            f"{100 * one.coverage:.1f} ({one.width:.3f}){'=' if one.exact >= 0.5 else ''}{'!' if one.flag else ''}"
            for one in found
        ]
        yield [f"{cell.rate:g}", f"{cell.icc:g}", str(cell.questions), str(cell.answers), *said]


def by_rate(figures: Iterable[Figure]) -> Iterator[list[str]]:
    """Rows of the short table: lowest and highest coverage over all numbers of questions and answers."""
    yield ["rate", "ICC", *FIGURES.values()]
    for (one, icc), found in groupby(figures, key=lambda one: (one.cell.rate, one.cell.icc)):
        whole = list(found)
        spans = []
        for name in FIGURES:
            covered = [100 * figure.coverage for figure in whole if figure.name == name]
            spans.append(f"{min(covered):.1f} to {max(covered):.1f}")
        yield [f"{one:g}", f"{icc:g}", *spans]


def missed(figures: Iterable[Figure]) -> Iterator[list[str]]:
    """Rows of what misses the bar."""
    found = ("figure", "coverage", "exact", "coverage of the others", "twice their Monte Carlo error", "no interval")
    yield [*HEAD, *found, "events expected", "bar"]
    for one in figures:
        if one.flag:
            cell = one.cell
            where = [f"{cell.rate:g}", f"{cell.icc:g}", str(cell.questions), str(cell.answers), FIGURES[one.name]]
            each = (one.coverage, one.exact, one.inexact, 2 * one.error, one.none)
            shares = [f"{100 * share:.1f}%" for share in each]
            yield [*where, *shares, f"{one.events:.0f}", f"too {one.flag}"]


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as a Markdown table; the first one is its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * (lines[0].count("|") - 1), *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--markdown", choices=("short", "whole", "missed"), nargs="*", default=["whole", "missed"])
    given = parser.parse_args()
    began = time.perf_counter()
    figures = [figure for cell in cells() for figure in simulate(cell, given.replicates)]
    for name, rows in (("short", by_rate), ("whole", by_cell), ("missed", missed)):
        if name in (given.markdown or ("short", "whole", "missed")):
            print(f"<!-- coverage {name}:begin -->\n{table(rows(figures))}\n<!-- coverage {name}:end -->\n")
    low = min(figure.coverage for figure in figures)
    took = time.perf_counter() - began
    print(f"{given.replicates:,} replicates of {len(figures)} figures, lowest coverage {100 * low:.1f}%, {took:.0f} s")


if __name__ == "__main__":
    main()
