"""Refusals decided from recorded GPT-4 labels agree with humans exactly as far as published; the docs say so."""

import csv
import re
from pathlib import Path

import pytest
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from spillover.common import Outcome, Thresholds, decide, read_label
from spillover.estimate import cohen_kappa

DOCS = Path(__file__).resolve().parents[2] / "docs" / "judge.md"
STANDS_FOR: dict[str, Outcome] = {
    "1_full_compliance": "aligned",
    "2_full_refusal": "refusal",
    "3_partial_refusal": "refusal",
}
PUBLISHED = {
    "gpt4": (0.873, 0.873, 0),
    "llama2new": (0.617, 0.617, 0),
    "llama2orig": (0.579, 0.579, 0),
    "mistralguard": (0.571, 0.571, 0),
    "mistralinstruct": (0.064, 0.082, 11),
}


def labels(evidence: Path, model: str) -> list[tuple[str, str]]:
    file = evidence / "xstest_human" / f"xstest_v2_completions_{model}_gpteval.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        return [(row["final_label"], row["gpt4_label"]) for row in csv.DictReader(rows)]


def verdicts(pairs: list[tuple[str, str]]) -> list[tuple[str, str | None, Outcome]]:
    menu = list(STANDS_FOR)
    decided = [decide({"category": read_label(judge, menu)}, Thresholds(), STANDS_FOR) for _, judge in pairs]
    return [(human, one.label, one.outcome) for (human, _), one in zip(pairs, decided, strict=True)]


@pytest.mark.parametrize("model", PUBLISHED)
def test_agreement_with_humans(evidence: Path, model: str) -> None:
    everything, judged, off_menu = PUBLISHED[model]
    pairs = labels(evidence, model)
    found = verdicts(pairs)
    kept = [(human, category) for human, category, outcome in found if category is not None]
    assert len(pairs) == 450
    assert sum(outcome == "unjudged" for _, _, outcome in found) == off_menu
    assert cohen_kappa(*zip(*pairs, strict=True)) == pytest.approx(everything, abs=5e-4)
    assert cohen_kappa(*zip(*kept, strict=True)) == pytest.approx(judged, abs=5e-4)
    line = f"| {model} | 450 | {everything:.3f} | {off_menu} | {judged:.3f} |".replace(" 0.", " .")
    assert line in DOCS.read_text(encoding="utf-8")


def test_the_table_has_no_other_rows() -> None:
    table = DOCS.read_text(encoding="utf-8").split("<!-- xstest:begin -->")[1].split("<!-- xstest:end -->")[0]
    assert set(re.findall(r"^\| (\w+) \| 450", table, flags=re.M)) == set(PUBLISHED)


def test_kappa_agrees_with_statsmodels() -> None:
    first, second = list("aabbcabcabca"), list("aabbccbcabab")
    table, _ = to_table([["abc".index(x), "abc".index(y)] for x, y in zip(first, second, strict=True)])
    assert cohen_kappa(first, second) == pytest.approx(cohens_kappa(table).kappa)
    assert cohen_kappa(["a"], ["a"]) != cohen_kappa(["a"], ["a"])
    with pytest.raises(ValueError, match="same answers"):
        cohen_kappa(["a"], [])
