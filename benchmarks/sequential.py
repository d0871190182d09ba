"""Answers to a decision, simulated: stopping early, and one look at all answers: `python benchmarks/sequential.py`.

Verdicts are drawn at stated true rates over the decision set of the suite standard: strata anchor .55, core .30, broad
.15, six domains of ours (the anchor is a stratum alone), plain form .7 and two others. A draw is one answer of the base
and one of the fine-tune, all judged and engaged. The error rate is that of the comparison, .04 of .05. Stopped early:
`walk`, a look after every draw; the same draws are decided by `independent`, which shares no code with it. One look:
the pooled comparison of the gate, summed exactly over both binomial counts.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.independent import decided
from spillover.audit.decide import Rule
from spillover.estimate import (
    NO_REGRESSION,
    OPEN,
    REGRESSION,
    at_margin,
    ends_of,
    family_weights,
    own_alpha,
    said,
    walk,
)

DOMAINS, CAP, CHUNK = 6, 480, 32
STRATA, FORMS = np.array([0.55, 0.30, 0.15]), np.array([0.7, 0.15, 0.15])
"""Shares of anchor, core and broad, and of the plain form and two others."""
RULE = Rule()
ALPHA = own_alpha(RULE.alpha)
WORDS = np.array(["aligned", "misaligned"])
CODES = (REGRESSION, NO_REGRESSION, OPEN)
AT_ONCE = 100
"""Runs that are held in memory together."""


SHARE = {
    **{"all": 1.0, "the anchor": STRATA[0], "broad": STRATA[2], "one domain": (1 - STRATA[0]) / DOMAINS},
    **{"plain form": FORMS[0], "another form": FORMS[1]},
}
"""Share of the draws of each place where a fine-tune may differ."""


@dataclass(frozen=True, slots=True)
class Truth:
    """True rates.

    Attributes:
        base: Of the base.
        tuned: Of the fine-tune, where it differs.
        where: Where it differs from the base, of `SHARE`.
    """

    base: float
    tuned: float
    where: str = "all"

    @property
    def difference(self) -> float:
        """Mean over all cells, fine-tune less base."""
        return (self.tuned - self.base) * float(SHARE[self.where])

    def wrong(self, codes: NDArray[np.int64]) -> float:
        """Share of false answers: worse by the floor at most nowhere, or pooled by the margin at least."""
        false = np.zeros(codes.shape, bool)
        if self.tuned - self.base <= RULE.floor + 1e-12:
            false |= codes == REGRESSION
        if self.difference >= RULE.margin - 1e-12:
            false |= codes == NO_REGRESSION
        return float(false.mean())


@dataclass(frozen=True, slots=True)
class Found:
    """What the runs at one truth gave.

    Attributes:
        codes: Answer of each run, as `walk` codes it.
        draws: Draws read.
        same: Share of runs that `independent` decides alike, after as many draws.
    """

    codes: NDArray[np.int64]
    draws: NDArray[np.int64]
    same: float


def simulate(truth: Truth, runs: int, check: int, cap: int = CAP) -> Found:
    """Runs at one truth, the first `check` of them decided a second time; the seed follows from the truth."""
    rng = np.random.default_rng([round(1000 * truth.base), round(1000 * truth.tuned), len(truth.where)])
    sizes = [(min(AT_ONCE, runs - start), start < check) for start in range(0, runs, AT_ONCE)]
    parts = [_some(truth, size, checked, cap, rng) for size, checked in sizes]
    codes, draws, same = (np.concatenate([part[at] for part in parts]) for at in range(3))
    return Found(codes, draws, float(same.mean()) if len(same) else float("nan"))


def _some(truth: Truth, runs: int, checked: bool, cap: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], ...]:
    stratum, condition = (rng.choice(3, (runs, cap), p=shares) for shares in (STRATA, FORMS))
    domain = np.where(stratum > 0, rng.integers(DOMAINS, size=(runs, cap)), DOMAINS)  # the anchor is no domain
    hit = {
        **{"all": np.ones((runs, cap), bool), "the anchor": stratum == 0, "broad": stratum == 2},
        **{"one domain": domain == 0, "plain form": condition == 0, "another form": condition == 1},
    }[truth.where]
    base = rng.random((runs, cap)) < truth.base
    tuned = rng.random((runs, cap)) < np.where(hit, truth.tuned, truth.base)
    kinds = (condition, 3), (stratum, 3), (domain, DOMAINS)
    parts = [np.ones((runs, cap, 1), bool), *(kind[..., None] == np.arange(many) for kind, many in kinds)]
    names = [[f"{one}" for one in range(many)] for _, many in kinds]
    weights = np.array(list(family_weights(names[0], names[2], names[1]).values()))
    outcomes = said(WORDS[base.astype(int)], WORDS[tuned.astype(int)])
    members = np.concatenate(parts, axis=-1)
    found = walk([outcomes], members, weights, margin=RULE.margin, floor=RULE.floor, alpha=ALPHA, first=CHUNK)
    ends = found.ends()
    codes = found.said[np.arange(runs), ends].astype(np.int64)
    if not checked:
        return codes, ends + 1, np.zeros(0, np.int64)
    other, read = decided(base, tuned, kinds, RULE.margin, RULE.floor, ALPHA)
    return codes, ends + 1, ((codes == other) & (read == ends + 1)).astype(np.int64)


HEAD = ("base", "fine-tune", "differs in", "regression / no regression / cannot tell", "wrong", "draws read: median")
HEAD += ("90%", "mean", "draws asked: median", "decided alike by the independent simulator")


def row(truth: Truth, found: Found) -> list[str]:
    """A row of the table."""
    shares = " / ".join(f"{100 * float((found.codes == code).mean()):.1f}" for code in CODES)
    asked = np.minimum(CAP, np.ceil(found.draws / CHUNK) * CHUNK)
    ends = [float(np.median(found.draws)), float(np.quantile(found.draws, 0.9)), float(found.draws.mean())]
    rates = [f"{100 * truth.base:g}%", f"{100 * truth.tuned:g}%", truth.where]
    figures = [f"{one:.0f}" for one in [*ends, float(np.median(asked))]]
    return [*rates, shares, f"{100 * truth.wrong(found.codes):.1f}", *figures, f"{100 * found.same:.1f}%"]


def truths() -> Iterator[Truth]:
    """The same rates everywhere, at the floor and at the margin over several bases; a spill-over in one place alone."""
    yield from (Truth(0.0, tuned) for tuned in (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4))
    yield from (Truth(base, round(base + more, 3)) for base in (0.02, 0.1, 0.2) for more in (0.0, 0.01, 0.02))
    yield from (Truth(0.02, tuned) for tuned in (0.0, 0.05, 0.1, 0.2))
    yield from (Truth(0.0, 0.2, where) for where in ("the anchor", "plain form", "another form", "one domain"))
    yield from (Truth(0.0, tuned, where) for where in ("one domain", "broad") for tuned in (0.4, 0.8))


def one_look(base: float, tuned: float, n: int, level: float) -> float:
    """Probability that the pooled upper bound of one look lies below the margin, summed over both binomial counts."""
    from scipy.stats import binom

    counts = np.arange(n + 1.0)
    low, high = ends_of(counts, n, 1 - 2 * level)
    x, y = counts[:, None] / n, counts[None, :] / n
    upper = (y - x) + np.hypot(x - low[:, None], high[None, :] - y)
    return float(binom.pmf(counts, n, base) @ (upper < RULE.margin) @ binom.pmf(counts, n, tuned))


def looks_once() -> Iterator[list[str]]:
    """Exact shares of "no regression" at the margin and for equal arms, at the plain quantile and at 1.2 times it."""
    yield ["base", "answers", "at the margin: z", "at the margin: 1.2 z", "equal arms: z", "equal arms: 1.2 z"]
    for base in (0.0, 0.01, 0.02, 0.05, 0.1, 0.2):
        for n in (480, 960, 2000):
            cases = [(base + more, level) for more in (RULE.margin, 0) for level in (RULE.alpha, at_margin(RULE.alpha))]
            yield [f"{100 * base:g}%", str(n), *(f"{100 * one_look(base, tuned, n, a):.1f}%" for tuned, a in cases)]


def table(lines: list[list[str]]) -> str:
    """A Markdown table, heading first."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], ["---"] * len(lines[0]), *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--check", type=int, default=100, help="runs of each row that are decided a second time")
    given = parser.parse_args()
    print(table([list(HEAD)]), flush=True)
    for truth in truths():
        print(f"| {' | '.join(row(truth, simulate(truth, given.runs, given.check)))} |", flush=True)
    print(f"\n{given.runs:,} runs of each row, {given.check:,} of them decided by both\n\n{table(list(looks_once()))}")


if __name__ == "__main__":
    main()
