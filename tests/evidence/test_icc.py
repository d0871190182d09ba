"""How alike answers to one question are, in the published counts of fine-tunes: the figures of docs/statistics.md."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest


def _icc(bad: list[int], asked: list[int]) -> float:
    """Intraclass correlation of 0/1 verdicts by analysis of variance (Ridout et al., Biometrics 1999, ANOVA)."""
    x, n = np.array(bad, dtype=float), np.array(asked, dtype=float)
    p, size, groups = x / n, n.sum(), len(n)
    between = float((n * (p - x.sum() / size) ** 2).sum()) / (groups - 1)
    within = float((n * p * (1 - p)).sum()) / (size - groups)
    typical = (size - float((n**2).sum()) / size) / (groups - 1)
    return (between - within) / (between + (typical - 1) * within)


def test_the_intraclass_correlation_that_the_docs_give(evidence: Path) -> None:
    counts: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    with (evidence / "item_counts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "fine-tune" and int(row["valid"]):
                counts[row["organism"], row["seed"]].append((int(row["misaligned"]), int(row["valid"])))
    shown = [rows for rows in counts.values() if sum(bad for bad, _ in rows)]
    found = [_icc(*map(list, zip(*rows, strict=True))) for rows in shown]
    assert len(found) == 32
    assert np.median(found) == pytest.approx(0.12, abs=0.005) and max(found) == pytest.approx(0.36, abs=0.005)
