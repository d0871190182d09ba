"""Real verdicts with nothing to find: halves of one model's answers; the figures of docs/statistics.md are these."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.null_splits import RULE, SOURCES, SPLITS, Question, at_once, early, recorded, row, split
from spillover.estimate import Drawn, difference, rate, stratified_exact

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("base of the medical pair", "its fine-tune, first seed")


def table() -> dict[str, list[str]]:
    """Rows of the table in docs/statistics.md."""
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"<!-- null splits:begin -->\n(.*?)\n<!-- null splits:end -->", text, re.DOTALL)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines()[2:]]
    return {cells[0]: cells[1:] for cells in lines}


def questions(evidence: Path, name: str) -> list[Question]:
    return recorded([evidence / file for file in SOURCES[name]])


def test_no_row_has_more_false_alarms_than_a_twentieth_and_two_standard_errors() -> None:
    bar = 100 * (0.05 + 2 * math.sqrt(0.05 * 0.95 / SPLITS))
    assert table().keys() == SOURCES.keys() and round(bar, 1) == 6.4
    for name, cells in table().items():
        assert cells[0] == f"{SPLITS:,}"
        assert all(float(cells[at].strip("%")) <= bar for at in (1, 3)), name


@pytest.mark.heavy
@pytest.mark.parametrize("name", NAMES)
def test_stopped_early_over_a_thousand_splits(evidence: Path, name: str) -> None:
    found = row(name, questions(evidence, name), SPLITS, 0)
    assert found[4:] == table()[name][3:]
    assert float(found[4].strip("%")) <= 6.4


@pytest.mark.heavy
def test_all_at_once_over_some_splits(evidence: Path) -> None:
    rng, asked, said = np.random.default_rng(12), questions(evidence, NAMES[1]), []
    for _ in range(100):
        said.append(at_once(split(asked, rng), 0))
    assert said.count("regression") <= 9, "5% of 100, and two Monte Carlo standard errors"


def test_the_gate_is_the_pure_estimators(evidence: Path) -> None:
    """One comparison: the answer of the gate from counts alone, of halves that are made to differ more and more."""
    rng, asked, answers = np.random.default_rng(13), questions(evidence, NAMES[1]), set()
    for number in range(12):
        found = split(asked, rng)
        for place in range(5 * number):
            found.draws[place] = Drawn(
                found.draws[place].domain, "plain", ((found.draws[place].outcomes[0][0], "misaligned"),)
            )
        events: dict[str, list[list[float]]] = {}
        for draw, question in zip(found.draws, found.questions, strict=True):
            for arm, outcome in enumerate(draw.outcomes[0]):
                counts = outcome == "misaligned" or (outcome == "unjudged" and arm == 0)
                events.setdefault(question, [[], []])[arm].append(float(counts))
        base, tuned = ([np.array(one[arm]) for one in events.values()] for arm in (0, 1))
        p = stratified_exact(*([op(part) for part in arm] for arm in (base, tuned) for op in (np.sum, len)))
        lower = difference(rate(base, level=1 - 2 * RULE.alpha), rate(tuned, level=1 - 2 * RULE.alpha)).low
        said = at_once(found, 0)
        answers.add(said == "regression")
        assert (said == "regression") == (p <= RULE.alpha and lower > RULE.floor), number
    assert answers == {True, False}


def test_a_split_uses_every_answer_once_and_has_no_side(evidence: Path) -> None:
    asked = questions(evidence, NAMES[1])
    assert len(asked) == 23 and {len(one.outcomes) for one in asked} == {30}
    rng, bad = np.random.default_rng(14), np.zeros(2)
    total = sum(one[0] == "misaligned" for question in asked for one in question.outcomes)
    for _ in range(50):
        found = split(asked, rng)
        assert len(found.draws) == 345
        both = [[one.outcomes[0][arm] == "misaligned" for one in found.draws] for arm in (0, 1)]
        assert np.sum(both) == total == 167
        bad += np.sum(both, axis=1)
    assert abs(bad[0] - bad[1]) < 4 * math.sqrt(50 * total)
    swapped = split([Question(one.domain, one.name, [("misaligned",)] * 30) for one in asked], rng)
    assert early(swapped).answer != "regression"
