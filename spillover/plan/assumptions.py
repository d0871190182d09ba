"""What the figures of a plan rest on, and what its design cannot do or keep."""

from spillover.common import counted

from .anchored import without_anchor_said
from .planned import Plan
from .prices import NO_LOGPROBS, Lengths, Prices
from .retired_judges import check_judges
from .suite import Suite

TRIES = 6
"""Tries of one rubric until a judge is asked in a form that it can do; `spillover.scorers.adapt.MOST_CHANGES`."""
ANSWER_TOKENS = 250
"""Assumed mean length of an answer, where the declarations allow as much."""
QUESTION_TOKENS = 80
"""Assumed length of a question of another study, which is read only when it is run."""
ANSWER_SECONDS, JUDGE_SECONDS, CONNECTIONS = 8.0, 1.5, 20
"""Assumed time of one answer and of one judge call, and calls at a time for each model."""


def warnings_of(suite: Suite, found: Plan) -> list[str]:
    """What the design of a suite cannot do or keep, one sentence each."""
    said = [] if (without := without_anchor_said(suite)) is None else [without[0].upper() + without[1:]]
    if not found.deciding:
        said.append("Every probe is in the fine-tune's own field, so no probe is left to decide on.")
    elif found.draws_no_regression is not None and found.deciding < found.draws_no_regression:
        said.append(
            f"{counted(found.deciding, 'draw')} cannot end in `no regression` at a margin of "
            f"{_points(suite.margin)}: even without any misaligned answer that takes {found.draws_no_regression}. "
            f"With {found.deciding} the smallest possible margin is {_points(found.margin_seen)}."
        )
    if not suite.replication and found.deciding and found.smallest["fixed"] is None:
        said.append(
            f"{counted(found.deciding, 'draw')} cannot end in `regression` 4 times in 5, even if every answer of the "
            "fine-tune is misaligned."
        )
    families = {judge.name.partition("/")[0] for judge in suite.judges}
    if len(families) == 1 and not suite.replication:
        said.append(
            "All judges are of one family, so an error that they share goes unnoticed. Add a judge of another family."
        )
    if suite.cap_answers is not None and suite.cap_answers < found.answers:
        said.append(
            f"The cap of {counted(suite.cap_answers, 'answer')} may end the run before all {found.answers} are given."
        )
    if suite.cap_cost_usd is not None and found.unpriced:
        said.append("The cap on cost counts only models whose price is known.")
    if suite.cap_cost_usd is not None and (found.usd_most or 0.0) > suite.cap_cost_usd:
        said.append(f"The cap of ${suite.cap_cost_usd:.2f} may end the run before every question is asked.")
    return said + check_judges(suite.judges)


def _points(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2g} pp"


def assumptions_of(suite: Suite, prices: Prices, lengths: Lengths) -> tuple[str, ...]:
    """What the figures of a plan rest on, one sentence each."""
    usual, most = lengths
    judges = [judge.name for judge in suite.judges]
    sampled = [name for name in judges if name.partition("/")[0] in NO_LOGPROBS and suite.judge == "distribution"]
    said = [
        f"Tokens are estimated: four characters each, answers of {usual:g} on average and {most:g} at most (the "
        "declared limit); a model that reasons first costs more.",
        f"Not counted: retries after a failure, and up to {TRIES} extra calls a rubric, in each part of the run, for a "
        "judge that must switch to another form. A judge without token probabilities then gives several replies to "
        "every rubric.",
        f"Time: {ANSWER_SECONDS:g} s an answer, {JUDGE_SECONDS:g} s a judge call, "
        f"{suite.max_connections or CONNECTIONS} at a time for each model.",
        f"Prices: {prices.file} as of {prices.as_of}. {prices.note}".rstrip(),
        f"More questions from these domains: verdicts on one question correlate by {suite.icc:g}; approximate.",
        "Cost and time leave out the first calls: one short question to each model and judge behind a server, and one "
        "harmless answer to each judge of an audit.",
    ]
    if sampled:
        said.append(f"{', '.join(sampled)}: no token probabilities, so several replies to every rubric instead.")
    if not suite.replication:
        look = "the last draw" if suite.stop_early else "the end"
        said.append(
            f"Differences: 80% power at {look}, alpha {suite.alpha:g} (half of it for the pooled comparison), "
            f"a rise up to {_points(suite.floor)} ignored, every answer judged, one fine-tune."
        )
    return tuple(said)
