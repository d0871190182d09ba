"""One scorer for several domains: it judges each answer as the answer's domain declares."""

from typing import Any

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from spillover.common import inspect_errors

from .metrics import METRICS
from .scorer import judged

JUDGED_EACH = "judged_each"
"""Name of this scorer's score in a log."""


@scorer(metrics=[metric() for metric in METRICS.values()], name=JUDGED_EACH)
@inspect_errors
def judged_each(protocols: dict[str, dict[str, Any]]) -> Scorer:
    """Judge answers of several domains in one task; a sample's metadata says which domain (`task`).

    Args:
        protocols: By domain, the arguments of `judged`.
    """
    scorers = {domain: judged(**options) for domain, options in protocols.items()}

    async def score(state: TaskState, target: Target) -> Score | None:
        return await scorers[str(state.metadata["task"])](state, target)

    return score
