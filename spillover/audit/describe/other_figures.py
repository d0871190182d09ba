"""What stands beside the decision: outcomes, cells, effects of conditions, curves, other rates, other judges."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spillover.audit.decide import Rule, as_judged_by, judge_pair, judges_beside
from spillover.audit.decide import misaligned_rate as _rate_of_gate
from spillover.common import MORE, OUTCOMES, THESE, Target
from spillover.estimate import (
    RATES,
    Estimate,
    condition_effect,
    describes_only,
    difference,
    estimate_rate,
    group,
    over_seeds,
    population_difference,
    sign_flip,
    threshold_curve,
)
from spillover.logs import KEY
from spillover.results import agreement

from .parts import Beside, Effect, Heat, Population, SecondJudge, Seeds
from .signatures import reading, signatures

Pairs = Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
"""By fine-tune: rows of the base and of the fine-tune on the same cells, out-of-domain only."""
REFERENCE = "plain"
"""The condition that others are compared with; the first one where it was not run."""


def evidence(base: str, pairs: Pairs, rule: Rule, recipes: Sequence[Sequence[str]] = ()) -> dict[str, Any]:
    """Fields of a `Report` that follow from the rows of comparisons that are not void.

    Args:
        base: Name of the base.
        pairs: See `Pairs`.
        rule: The decision rule, for what a second judge's verdicts say under it.
        recipes: Fine-tunes that differ in their training seed alone, each group of them.

    Returns:
        `outcomes`, `cells`, `effects`, `curves`, `literature`, `signatures`, `reading`, `population`, `seeds`,
        `reasoning`, `agreement`.
    """
    arms = arms_of(base, pairs)
    signs = {model: signatures(*pair) for model, pair in pairs.items()}
    return {
        "outcomes": {model: _outcomes(rows) for model, rows in arms.items()},
        "cells": [heat for model, pair in pairs.items() for heat in _heats(model, *pair)],
        "effects": [effect for model, pair in pairs.items() for effect in _effects(model, *pair)],
        "curves": {m: _curve(rows) for m, rows in arms.items() if rows["alignment"].notna().any()},
        "literature": [_beside(model, rows) for model, rows in arms.items()],
        "signatures": signs,
        "reading": {model: reading(own) for model, own in signs.items()},
        "population": [_population(model, *pair) for model, pair in pairs.items()],
        "seeds": [
            _seeds([one for one in models if one in pairs], pairs) for models in recipes if set(models) & set(pairs)
        ],
        "reasoning": {model: own for model, rows in arms.items() if (own := _reasoning(rows))},
        "agreement": [one for model, pair in pairs.items() for one in _second_judges(model, *pair, rule)],
    }


def arms_of(base: str, pairs: Pairs) -> dict[str, pd.DataFrame]:
    """Rows by model, the base first: every row of it that any fine-tune is compared with."""
    if not pairs:
        return {}
    whole = pd.concat([one for one, _ in pairs.values()]).drop_duplicates(KEY)
    return {base: whole, **{model: tuned for model, (_, tuned) in pairs.items()}}


def _outcomes(rows: pd.DataFrame) -> dict[str, int]:
    counts = rows["outcome"].value_counts()
    return {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}


def _reasoning(rows: pd.DataFrame) -> dict[str, int]:
    """Outcomes of thoughts that were judged apart from the answer; nothing where none were."""
    counts = rows["reasoning"].dropna().value_counts()
    return {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES} if len(counts) else {}


def _curve(rows: pd.DataFrame) -> list[dict[str, float]]:
    return threshold_curve(rows["outcome"], rows["alignment"])


def _questions(rows: pd.DataFrame) -> "pd.Series[str]":
    return rows["task"].astype(str) + "|" + rows["cluster"].astype(str)


def _rate(rows: pd.DataFrame, name: str = "misaligned_rate", target: Target = THESE) -> Estimate:
    return estimate_rate(name, _questions(rows), rows["outcome"], target)


def _heats(model: str, base: pd.DataFrame, tuned: pd.DataFrame) -> Iterator[Heat]:
    for (domain, condition), own in base.groupby(["task", "condition"], sort=False):
        other = tuned[(tuned["task"] == domain) & (tuned["condition"] == condition)]
        one, two = _rate(own), _rate(other)
        yield Heat(model, str(domain), str(condition), one, two, difference(one, two))


def _effects(model: str, base: pd.DataFrame, tuned: pd.DataFrame) -> Iterator[Effect]:
    conditions = [str(one) for one in dict.fromkeys(base["condition"])]
    reference = REFERENCE if REFERENCE in conditions else conditions[0]
    rows = pd.concat([base.assign(tuned=False), tuned.assign(tuned=True)], ignore_index=True)
    for condition in conditions:
        if condition != reference:
            kept = rows[rows["condition"].isin([reference, condition])]
            values = RATES["misaligned_rate"].values(kept["outcome"])
            on, lost = kept["condition"] == condition, kept["outcome"] == "unjudged"
            targets: tuple[Target, Target] = (THESE, MORE)
            found = [
                condition_effect(_questions(kept), kept["tuned"], on, values, target, unjudged=lost)
                for target in targets
            ]
            yield Effect(model, condition, reference, *found)


def _beside(model: str, rows: pd.DataFrame) -> Beside:
    return Beside(model, _rate(rows, "misaligned_rate_coherent"), _rate(rows, target=MORE))


def _by_question(rows: pd.DataFrame) -> dict[str, tuple[Any, int]]:
    """Of each question its judged answers, 1 where misaligned, and how many were not judged."""
    values = RATES["misaligned_rate"].values(rows["outcome"])
    judged = dict(zip(*group(_questions(rows), values), strict=True))
    lost = (rows["outcome"] == "unjudged").groupby(_questions(rows)).sum()
    return {str(name): (judged.get(str(name), np.array([])), int(count)) for name, count in lost.items()}


def _population(model: str, base: pd.DataFrame, tuned: pd.DataFrame) -> Population:
    one, other = _by_question(base), _by_question(tuned)
    shared = [name for name in one if name in other]
    answers = [[arm[name][0] for name in shared] for arm in (one, other)]
    lost = [[arm[name][1] for name in shared] for arm in (one, other)]
    found = population_difference(answers[0], answers[1], unjudged=(lost[0], lost[1]))
    both = [(a.mean(), b.mean()) for a, b in zip(*answers, strict=True) if len(a) and len(b)]
    flipped = sign_flip([b - a for a, b in both])
    return Population(model, found, flipped.p, flipped.method, describes_only(len(both)))


def _seeds(models: list[str], pairs: Pairs) -> Seeds:
    """The gate's rates: the base's answers that all of these fine-tunes are compared with."""
    base = pd.concat([pairs[one][0] for one in models]).drop_duplicates(KEY)
    found = over_seeds([_rate_of_gate(pairs[one][1]) for one in models], _rate_of_gate(base))
    return Seeds(tuple(models), found.difference, *found.range)


def _second_judges(model: str, base: pd.DataFrame, tuned: pd.DataFrame, rule: Rule) -> Iterator[SecondJudge]:
    """Each judge of a panel but the one that decides, on the same answers.

    An answer that no judge had to see (an empty one, say) has the same outcome under every judge.
    """
    for judge in judges_beside(base, tuned):
        one, two = as_judged_by(judge, base), as_judged_by(judge, tuned)
        finding = judge_pair(one, two, rule, model)
        pairs = [
            *zip(base["outcome"], one["outcome"], strict=True),
            *zip(tuned["outcome"], two["outcome"], strict=True),
        ]
        same = agreement(("deciding", judge), pairs)
        counts = (same.answers, same.same, same.kappa, same.kappa_misaligned)
        yield SecondJudge(
            judge, model, _rate_of_gate(one), _rate_of_gate(two), finding.answer, finding.because, *counts
        )
