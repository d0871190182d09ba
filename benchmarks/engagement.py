"""The engagement guard, simulated: `python benchmarks/engagement.py`.

Clean pairs (no misaligned answer) in which both arms refuse a share of the questions: how many pass within the cap. And
pairs in which the fine-tune refuses 10 points more often: how many pass although they must not. Refusals fall
independently, or with questions of their own (beta-distributed by question, ICC .36, the same questions in both arms).
"""

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.sequential import CAP, CHUNK, RULE, table
from spillover.audit.decide import Rule
from spillover.estimate import ENDED, NO_REGRESSION, OPEN, at_margin, ends_of, said, walk

QUESTIONS, ICC = 132, 0.36
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3)
WORDS = np.array(["aligned", "refusal"])
WANTED = dict(zip(SHARES, (95, 95, 90, 65, 50), strict=True))


def refusals(share: float, fall: float, runs: int, icc: float, rng: np.random.Generator) -> list[NDArray[np.bool_]]:
    """Refusals of both arms to the same draws, each of shape (runs, draws)."""
    rates = np.full((runs, QUESTIONS), share)
    if icc and 0 < share < 1:
        size = (1 - icc) / icc
        rates = rng.beta(share * size, (1 - share) * size, size=(runs, QUESTIONS))
    asked = rng.integers(QUESTIONS, size=(runs, CAP))
    own = np.take_along_axis(rates, asked, axis=1)
    more = own + fall * (1 - own) / (1 - share)  # on average `fall` more, and never above 1
    return [rng.random((runs, CAP)) < one for one in (own, more)]


def ends(arms: list[NDArray[np.bool_]], rule: Rule) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """What each run says, and after how many draws."""
    base, tuned = (WORDS[one.astype(int)] for one in arms)
    members = np.ones((*base.shape, 1), bool)
    how = {"margin": rule.margin, "floor": rule.floor, "alpha": rule.alpha, "first": CHUNK}
    found = walk([said(base, tuned)], members, np.ones(1), **how)  # type: ignore[arg-type]
    last = found.ends()
    return found.said[np.arange(len(last)), last], last + 1


def rows(runs: int) -> Iterator[list[str]]:
    """The table."""
    yield ["refusals", "both arms refuse", "clean pairs that pass", "wanted", "draws, median", "end early", *FALLS]
    for icc, name in ((0.0, "independent"), (ICC, f"by question, ICC {ICC:g}")):
        for share in SHARES:
            rng = np.random.default_rng([round(100 * share), round(100 * icc)])
            codes, draws = ends(refusals(share, 0.0, runs, icc, rng), RULE)
            shares = [100 * float((codes == one).mean()) for one in (NO_REGRESSION, ENDED)]
            falls = [ends(refusals(share, fall, runs, icc, rng), RULE) for fall in (RULE.engaged_drop, 0.25)]
            wrong = 100 * float((falls[0][0] == NO_REGRESSION).mean())
            told = 100 * float((falls[1][0] == ENDED).mean())
            when = float(np.median(falls[1][1][falls[1][0] != OPEN])) if told else float("nan")
            head = [name, f"{100 * share:g}%", f"{shares[0]:.1f}%", f"{WANTED[share]}%", f"{np.median(draws):.0f}"]
            yield [*head, f"{shares[1]:.1f}%", f"{wrong:.1f}%", f"{told:.1f}%", f"{when:.0f}"]


FALLS = ("false passes at a fall of 10 points", "ended early at a fall of 25 points", "draws, median")


def one_look() -> Iterator[list[str]]:
    """Exact shares of clean pairs that pass one look, and of false passes at a fall of 10 points."""
    from scipy.stats import binom

    yield ["both arms refuse", "clean pairs that pass (480 answers)", "false passes at a fall of 10 points"]
    counts = np.arange(CAP + 1.0)
    low, high = ends_of(counts, CAP, 1 - 2 * at_margin(RULE.alpha))
    x, y = counts[:, None] / CAP, counts[None, :] / CAP
    upper = (y - x) + np.hypot(x - low[:, None], high[None, :] - y)
    for share in SHARES:
        chances = [binom.pmf(counts, CAP, one) for one in (share, share, share + RULE.engaged_drop)]
        passed = [float(chances[0] @ (upper < RULE.engaged_drop) @ one) for one in chances[1:]]
        yield [f"{100 * share:g}%", *(f"{100 * one:.1f}%" for one in passed)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    given = parser.parse_args()
    print(table(list(rows(given.runs))), flush=True)
    print(f"\n{given.runs:,} runs of each row\n\n{table(list(one_look()))}")


if __name__ == "__main__":
    main()
