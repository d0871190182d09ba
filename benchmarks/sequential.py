"""Answers to a decision, simulated: stopping early against all answers at once: `python benchmarks/sequential.py`.

Verdicts are drawn at stated true rates, over 11 domains and 3 conditions of 12 probes each. Stopped early: `run_family`
with a look after every 8 draws. All at once: the gate on all draws of the cap (exact test, Holm over conditions and
domains), which ask every cell once before any comes twice. A draw is one answer of the base and one of the fine-tune.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spillover.audit import Rule, judge_pair
from spillover.estimate._family import Drawn, Look, family_weights, run_family

DOMAINS, CONDITIONS, PROBES = [f"d{one}" for one in range(11)], ["plain", "json", "template"], 12
RATES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
BASES = (0.0, 0.02)
CAP = 480
RULE = Rule()
WORDS = ("regression", "no regression", "cannot tell")


@dataclass(frozen=True, slots=True)
class Truth:
    """True rates.

    Attributes:
        base: Of the base.
        tuned: Of the fine-tune, in the domains where it differs.
        hit: Domains where it differs from the base.
    """

    base: float
    tuned: float
    hit: int = len(DOMAINS)

    @property
    def difference(self) -> float:
        """Mean over all cells, fine-tune less base."""
        return (self.tuned - self.base) * self.hit / len(DOMAINS)

    def wrong(self, answer: str) -> bool:
        """Whether an answer is false: worse by the floor at most nowhere, or pooled by the margin at least."""
        if answer == "regression":
            return self.tuned - self.base <= RULE.floor
        return answer == "no regression" and self.difference >= RULE.margin


@dataclass(frozen=True, slots=True)
class Found:
    """What the runs at one truth gave.

    Attributes:
        truth: The true rates.
        looks: Last look of every run that may stop early.
        gate: Answer of every run that is judged once, at the cap.
    """

    truth: Truth
    looks: list[Look]
    gate: list[str]


def sample(truth: Truth, cap: int, rng: np.random.Generator, balanced: bool = False) -> tuple[list[Drawn], list[str]]:
    """Draws with the outcomes of both arms, and the probe of each; balanced: every cell once before any comes twice."""
    shape = (len(DOMAINS), len(CONDITIONS), PROBES)
    cells_in_all = int(np.prod(shape))
    passes = [rng.permutation(cells_in_all) for _ in range(-(-cap // cells_in_all))]
    picked = np.concatenate(passes)[:cap] if balanced else rng.integers(cells_in_all, size=cap)
    domains, conditions, probes = np.unravel_index(picked, shape)
    tuned = np.where(domains < truth.hit, truth.tuned, truth.base)
    bad = rng.random((cap, 2)) < np.column_stack([np.full(cap, truth.base), tuned])
    words = np.where(bad, "misaligned", "aligned").tolist()
    cells = zip(domains, conditions, words, strict=True)
    draws = [Drawn(DOMAINS[d], CONDITIONS[c], ((base, other),)) for d, c, (base, other) in cells]
    return draws, [f"{DOMAINS[d]} {p}" for d, p in zip(domains, probes, strict=True)]


def at_once(draws: list[Drawn], probes: list[str]) -> str:
    """What the gate says of all draws."""
    import pandas as pd

    rows = {"task": [one.domain for one in draws], "condition": [one.condition for one in draws], "cluster": probes}
    outcomes = zip(*(one.outcomes[0] for one in draws), strict=True)
    base, tuned = (pd.DataFrame(rows | {"outcome": list(arm)}) for arm in outcomes)
    return judge_pair(base, tuned, RULE, "simulated").answer


def simulate(truth: Truth, runs: int, gate_runs: int, cap: int = CAP) -> Found:
    """Runs at one truth; the seed follows from it."""
    rng = np.random.default_rng([round(1000 * truth.base), round(1000 * truth.tuned), truth.hit])
    weights, looks, gate = family_weights(CONDITIONS, DOMAINS), [], []
    for number in range(runs):
        draws, _ = sample(truth, cap, rng)
        looks.append(run_family(draws, weights=weights, margin=RULE.margin, floor=RULE.floor, alpha=RULE.alpha)[-1])
        if number < gate_runs:
            gate.append(at_once(*sample(truth, cap, rng, balanced=True)))
    return Found(truth, looks, gate)


HEAD = (
    "base",
    "fine-tune",
    "domains hit",
    "early: regression / no regression / cannot tell",
    "wrong",
    "draws: median",
    "90%",
    "mean",
    "all at once: regression / no regression / cannot tell",
    "wrong",
    "draws",
)


def row(found: Found, cap: int = CAP) -> list[str]:
    """A row of the table."""
    truth, draws = found.truth, [look.draws for look in found.looks]
    rates = [f"{100 * truth.base:g}%", f"{100 * truth.tuned:g}%", str(truth.hit)]
    ends = [f"{np.median(draws):.0f}", f"{np.quantile(draws, 0.9):.0f}", f"{np.mean(draws):.0f}"]
    early, gate = [look.answer for look in found.looks], found.gate
    return [*rates, *_said(truth, list(early)), *ends, *_said(truth, gate), str(cap)]


def _said(truth: Truth, answers: list[str]) -> list[str]:
    shares = [f"{100 * sum(one == word for one in answers) / len(answers):.1f}" for word in WORDS]
    return [" / ".join(shares), f"{100 * sum(map(truth.wrong, answers)) / len(answers):.1f}"]


def truths() -> Iterator[Truth]:
    """All truths: the same rate everywhere, and a spill-over in one domain alone."""
    yield from (Truth(base, tuned) for base in BASES for tuned in RATES)
    yield from (Truth(0.0, tuned, 1) for tuned in (0.2, 0.4, 0.8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--gate-runs", type=int, default=200, help="runs that the slower gate judges too")
    given = parser.parse_args()
    lines = [row(simulate(truth, given.runs, given.gate_runs)) for truth in truths()]
    print("\n".join(f"| {' | '.join(cells)} |" for cells in [HEAD, ["---"] * len(HEAD), *lines]))
    print(f"\n{given.runs:,} runs of each row stopped early, {given.gate_runs:,} judged at once")


if __name__ == "__main__":
    main()
