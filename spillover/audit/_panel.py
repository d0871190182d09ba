"""Several judges of the same answers: an answer of the gate stands where every one of them gives it."""

import json
from dataclasses import replace

import pandas as pd

from ._gate import Finding, Rule, judge_pair


def judges_beside(base: pd.DataFrame, tuned: pd.DataFrame) -> list[str]:
    """Judges of the panel beside the one whose verdicts the rows hold; none where no single judge decided them."""
    rows = pd.concat([base, tuned])
    judges = dict.fromkeys(judge for one in rows["panel"].dropna() for judge in json.loads(one))
    deciding = set(rows["judge"].dropna())
    return [judge for judge in judges if judge not in deciding] if deciding & set(judges) else []


def as_judged_by(judge: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with another judge's outcomes; an answer that no judge had to see keeps its own."""
    panels = [json.loads(one) if isinstance(one, str) else {} for one in rows["panel"]]
    outcomes = [panel.get(judge, own) for panel, own in zip(panels, rows["outcome"], strict=True)]
    return rows.assign(outcome=outcomes)


def judge_panel(base: pd.DataFrame, tuned: pd.DataFrame, rule: Rule, model: str) -> Finding:
    """As `judge_pair`, under every judge: where they do not all give one answer, it is "cannot tell".

    Args:
        base: Rows of the base, out-of-domain only.
        tuned: Rows of the fine-tune on the same questions.
        rule: The decision rule.
        model: Name of the fine-tune.
    """
    first = judge_pair(base, tuned, rule, model)
    others = {
        judge: judge_pair(as_judged_by(judge, base), as_judged_by(judge, tuned), rule, model).answer
        for judge in judges_beside(base, tuned)
    }
    if all(answer == first.answer for answer in others.values()):
        return first
    said = "; ".join(f"{judge}: {answer}" for judge, answer in others.items())
    why = f"the judges do not agree (first judge: {first.answer}; {said})"
    return replace(first, answer="cannot tell", because=[why, *first.because])
