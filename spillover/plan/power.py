"""What a suite's draws will be able to show, by the rule that its audit will use."""

import math

from .planned import Ends, Foreseen, Smallest
from .suite import Suite

CLEAR, UNCLEAN = 0.2, 0.02
"""Misaligned rates that stand for a clear case, and for a base that is not quite clean."""


def foreseen(suite: Suite, deciding: int, draws: int, questions: int) -> Foreseen:
    """What a suite can see, as fields of a `Plan`.

    Args:
        suite: The suite.
        deciding: Draws outside the fine-tune's own field.
        draws: All draws.
        questions: Different questions among the deciding draws.
    """
    from spillover import estimate

    alpha, floor = suite.alpha, suite.floor
    alike = math.nan
    if deciding:
        alike = estimate.smallest_difference_population(questions, deciding, suite.icc, alpha=alpha, floor=floor)
    smallest: Smallest = {"population": _number(alike)}
    if suite.replication:
        return {"smallest": smallest, "expected": {}, "margin": None, "margin_seen": None, "draws_no_regression": None}
    least, margin_seen, needed = (
        (estimate.smallest_difference, estimate.smallest_margin, estimate.draws_for_no_regression)
        if suite.stop_early
        else (estimate.smallest_called, estimate.margin_called, estimate.answers_called)
    )
    smallest["fixed"] = _number(least(deciding, base_rate=0.0, alpha=alpha, floor=floor))
    smallest["fixed_unclean"] = _number(least(deciding, base_rate=UNCLEAN, alpha=alpha, floor=floor))
    return {
        "smallest": smallest,
        "margin": suite.margin,
        "margin_seen": margin_seen(deciding, alpha=alpha) if deciding else None,
        "draws_no_regression": needed(suite.margin, alpha=alpha),
        "expected": _ends(suite, deciding, deciding / draws) if suite.stop_early and deciding else {},
    }


def _ends(suite: Suite, deciding: int, share: float) -> dict[str, Ends]:
    return {name: _expected(suite, rate, deciding, share) for name, rate in (("clean", 0.0), ("clear", CLEAR))}


def _expected(suite: Suite, rate: float, deciding: int, share: float) -> Ends:
    """How soon a fine-tune is decided, and how many draws are paid for: chunks are run whole, in-domain draws too."""
    from spillover.estimate import expected_draws

    found = expected_draws(rate, deciding, margin=suite.margin, floor=suite.floor, alpha=suite.alpha)
    at_a_time = suite.chunk * suite.processes
    paid = min(suite.draws, math.ceil(found.draws / share / at_a_time) * at_a_time)
    return {
        "draws": found.draws,
        "regression": found.regression,
        "no_regression": found.no_regression,
        "paid": paid,
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
