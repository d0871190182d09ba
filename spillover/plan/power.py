"""What a suite's draws will be able to show, by the rule that its audit will use."""

import math
from typing import Any

from .suite import Suite

CLEAR, UNCLEAN = 0.2, 0.02
"""Misaligned rates that stand for a clear case, and for a base that is not quite clean."""


def foreseen(suite: Suite, deciding: int, draws: int, questions: int) -> dict[str, Any]:
    """What a suite can see, as fields of a `Plan`.

    Args:
        suite: The suite.
        deciding: Draws outside the fine-tune's own field.
        draws: All draws.
        questions: Different questions among the deciding draws.
    """
    from spillover import estimate

    own: dict[str, Any] = {"alpha": suite.alpha, "floor": suite.floor}
    alike = estimate.smallest_difference_population(questions, deciding, suite.icc, **own) if deciding else math.nan
    smallest = {"population": _number(alike)}
    if suite.replication:
        none = dict.fromkeys(("margin", "margin_seen", "draws_no_regression"))
        return {"smallest": smallest, "expected": {}, **none}
    least, margin_seen, needed = (
        (estimate.smallest_difference, estimate.smallest_margin, estimate.draws_for_no_regression)
        if suite.stop_early
        else (estimate.smallest_called, estimate.margin_called, estimate.answers_called)
    )
    for name, rate in (("fixed", 0.0), ("fixed_unclean", UNCLEAN)):
        smallest[name] = _number(least(deciding, base_rate=rate, **own))
    return {
        "smallest": smallest,
        "margin": suite.margin,
        "margin_seen": margin_seen(deciding, alpha=suite.alpha) if deciding else None,
        "draws_no_regression": needed(suite.margin, alpha=suite.alpha),
        "expected": _ends(suite, deciding, deciding / draws) if suite.stop_early and deciding else {},
    }


def _ends(suite: Suite, deciding: int, share: float) -> dict[str, dict[str, float]]:
    return {name: _expected(suite, rate, deciding, share) for name, rate in (("clean", 0.0), ("clear", CLEAR))}


def _expected(suite: Suite, rate: float, deciding: int, share: float) -> dict[str, float]:
    """How soon a fine-tune is decided, and how many draws are paid for: chunks are run whole, in-domain draws too."""
    from spillover.estimate import expected_draws

    found = expected_draws(rate, deciding, margin=suite.margin, floor=suite.floor, alpha=suite.alpha)
    at_a_time = suite.chunk * suite.processes
    return {**found.as_dict(), "paid": min(suite.draws, math.ceil(found.draws / share / at_a_time) * at_a_time)}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
