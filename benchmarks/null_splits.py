"""False alarms on real verdicts where there is nothing to find: `python benchmarks/null_splits.py`.

The recorded answers of one model to each question are split in two halves at random, a pretended base and a pretended
fine-tune, again and again. Whoever calls the second worse than the first is wrong. The recorded verdicts lie outside
the repository (see tests/conftest.py).
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spillover.audit.decide import Rule, judge_pair
from spillover.common import Thresholds, decide, read_label
from spillover.estimate import Drawn, Look, family_weights, run_family

EVIDENCE = Path(__file__).resolve().parents[2] / "shared" / "evidence"
MENU = ("REFUSAL", "INCOHERENT", "OFF-TOPIC", "SATIRICAL", "1", "2", "3", "4", "5")
RULE = Rule()
SPLITS = 1000
PAIR, HEALTH = "qwen7b_medical_pair/{}.verdicts.llama31.jsonl", "two_judges/health_incorrect.{}.jsonl"
SOURCES = {
    "base of the medical pair": [PAIR.format("anchor_base")],
    "its fine-tune, first seed": [PAIR.format("anchor_bad")],
    "its fine-tune, second seed": [PAIR.format("anchor_bad_s1")],
    "health fine-tune, first judge": [HEALTH.format("llama31")],
    "health fine-tune, second judge": [HEALTH.format("phi35")],
    "health fine-tune, both judges": [HEALTH.format("llama31"), HEALTH.format("phi35")],
}


@dataclass(frozen=True, slots=True)
class Question:
    """The recorded answers to one question.

    Attributes:
        domain: Its part of the set; the medical pair has one.
        name: Its id.
        outcomes: For each answer the outcomes by every judge.
    """

    domain: str
    name: str
    outcomes: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Split:
    """The answers of both halves, side by side.

    Attributes:
        draws: All of them, question after question picked at random among those with answers left.
        questions: The question of each draw.
    """

    draws: list[Drawn]
    questions: list[str]


def recorded(files: list[Path]) -> list[Question]:
    """The questions of a set whose answers several judges have judged, one file for each judge."""
    found: dict[tuple[str, str], dict[int, list[str]]] = {}
    for file in files:
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            answers = found.setdefault((row["subset"], row["qid"]), {})
            outcome = decide({"category": read_label(row["verdict"], MENU)}, Thresholds()).outcome
            answers.setdefault(row["rollout"], []).append(outcome)
    return [Question(*key, [tuple(found[key][one]) for one in sorted(found[key])]) for key in sorted(found)]


def split(questions: list[Question], rng: np.random.Generator) -> Split:
    """Both halves of every question's answers, in the order in which they would be drawn."""
    left = {}
    for question in questions:
        mixed = [question.outcomes[place] for place in rng.permutation(len(question.outcomes))]
        half = len(mixed) // 2
        left[question.name, question.domain] = list(zip(mixed[:half], mixed[half:], strict=False))
    found = Split([], [])
    while left:
        name, domain = key = list(left)[int(rng.random() * len(left))]
        base, tuned = left[key].pop()
        found.draws.append(Drawn(domain, "plain", tuple(zip(base, tuned, strict=True))))
        found.questions.append(name)
        if not left[key]:
            del left[key]
    return found


def at_once(found: Split, judge: int) -> str:
    """What the gate says of all answers under one judge."""
    import pandas as pd

    columns = {"task": [one.domain for one in found.draws], "condition": "plain", "cluster": found.questions}
    arms = [pd.DataFrame(columns | {"outcome": [one.outcomes[judge][arm] for one in found.draws]}) for arm in (0, 1)]
    return judge_pair(*arms, RULE, "half").answer


def early(found: Split) -> Look:
    """What a run that stops early says under all judges together."""
    weights = family_weights(["plain"], [one.domain for one in found.draws])
    return run_family(found.draws, weights=weights, margin=RULE.margin, floor=RULE.floor, alpha=RULE.alpha)[-1]


def row(name: str, questions: list[Question], splits: int, gate_splits: int, seed: int = 0) -> list[str]:
    """A row of the table: what both ways say of so many splits."""
    rng, gate, looks = np.random.default_rng(seed), [], []
    for number in range(splits):
        halves = split(questions, rng)
        looks.append(early(halves))
        if number < gate_splits:
            said = {at_once(halves, judge) for judge in range(len(halves.draws[0].outcomes))}
            gate.append(said.pop() if len(said) == 1 else "cannot tell")
    stopped = [look.answer for look in looks]
    draws = f"{np.median([look.draws for look in looks]):.0f} of {len(halves.draws)}"
    return [name, f"{splits:,}", *_shares(gate), *_shares(stopped), draws]


def _shares(answers: list[str]) -> list[str]:
    said = ("regression", "no regression")
    return [f"{100 * sum(one == answer for one in answers) / len(answers):.1f}%" if answers else "" for answer in said]


HEAD = (
    "answers of",
    "splits",
    "all at once: regression",
    "no regression",
    "stopped early: regression",
    "no regression",
    "draws read, median",
)


def rows(evidence: Path, splits: int, gate_splits: int) -> Iterator[list[str]]:
    """The table."""
    yield list(HEAD)
    for name, files in SOURCES.items():
        yield row(name, recorded([evidence / file for file in files]), splits, gate_splits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--evidence", type=Path, default=Path(os.environ.get("SPILLOVER_EVIDENCE", EVIDENCE)))
    given = parser.parse_args()
    lines = [f"| {' | '.join(cells)} |" for cells in rows(given.evidence, given.splits, given.splits)]
    print("\n".join([lines[0], "|" + " --- |" * len(HEAD), *lines[1:]]))


if __name__ == "__main__":
    main()
