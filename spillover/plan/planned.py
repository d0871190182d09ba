"""What a suite will ask, cost, take and be able to see: said before anything is spent."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from spillover.common import counted

from .before import calls_before
from .design import Model
from .power import foreseen
from .prices import NO_LOGPROBS, Ask, Item, Lengths, Prices, answering, judging
from .replication import protocol_name
from .retired_judges import check_judges
from .suite import Arm, Suite

TRIES = 6
"""Tries of one rubric until a judge is asked in a form that it can do; `spillover.scorers.adapt.MOST_CHANGES`."""
ANSWER_TOKENS = 250
"""Assumed mean length of an answer, where the declarations allow as much."""
QUESTION_TOKENS = 80
"""Assumed length of a question of another study, which is read only when it is run."""
ANSWER_SECONDS, JUDGE_SECONDS, CONNECTIONS = 8.0, 1.5, 20
"""Assumed time of one answer and of one judge call, and calls at a time for each model."""


@dataclass(frozen=True, slots=True)
class First:
    """The calls to one model or judge before anything is planned.

    Attributes:
        role: `model` or `judge`.
        model: Inspect's model string.
        calls: Calls; up to `TRIES` for the harmless answer of a judge that cannot do the declared form.
    """

    role: str
    model: str
    calls: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a suite will ask, cost, take and be able to see.

    Attributes:
        suite: Its id.
        title: Its title.
        arms: Models that answer, the base first.
        draws: Answers of each arm at most.
        deciding: Of these, draws outside the fine-tune's own field; only they decide.
        answers: Answers of all arms at most.
        judge_calls: Calls of all judges at most.
        cells: Cells (domain, probe, condition) that draws are picked from.
        questions: Different questions among the deciding draws.
        items: What each model is asked and costs.
        usd: US dollars for what has a price, or None where nothing has.
        usd_most: The same with every answer as long as allowed.
        unpriced: Models that are not in the sum, with the reason.
        seconds: Time at the stated rates, or None for batches.
        smallest: Smallest differences that are seen with 80% power: on these questions with the base at 0 and at 2%
            (`fixed`, `fixed_unclean`), and for more questions from these domains (`population`); None where none is.
        margin: The suite's margin, or None where there is no verdict.
        margin_seen: Smallest margin at which a clean pair would be called no regression.
        draws_no_regression: Deciding draws that a clean pair needs at the suite's margin.
        first: Calls before anything is planned: of whom, in which role, how many.
        expected: By case (`clean`, and `clear`: 20%; base at 0): mean draws until decided, how, and draws paid for.
        needs: Material that must be at hand.
        warnings: What the design cannot do or keep.
        assumptions: What the figures rest on.
    """

    suite: str
    title: str
    arms: tuple[str, ...]
    draws: int
    deciding: int
    answers: int
    judge_calls: int
    cells: int
    questions: int
    items: tuple[Item, ...]
    usd: float | None
    usd_most: float | None
    unpriced: tuple[str, ...]
    seconds: float | None
    smallest: dict[str, float | None]
    margin: float | None
    margin_seen: float | None
    draws_no_regression: int | None
    first: tuple[First, ...]
    expected: dict[str, dict[str, float]]
    needs: str | None
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a suite asks of one arm: draw by draw, how many decide, from how many cells and questions, how long."""

    asks: list[Ask]
    deciding: int
    cells: int
    questions: int
    longest: int


def plan_suite(
    suite: Suite,
    prices: Prices,
    base: Model | None = None,
    finetunes: Sequence[Arm] = (),
    first_call: bool = True,
) -> Plan:
    """Plan a suite; asks nobody.

    Args:
        suite: The suite.
        prices: What models cost.
        base: The base, where not the suite's own.
        finetunes: The fine-tunes, where not the suite's own.
        first_call: Whether every model and judge gets its first call.

    Raises:
        DeclarationError: Where what the suite names cannot be asked.
    """
    asked = _replication(suite) if suite.replication else _draws(suite)
    arms = _arms(base or suite.base, finetunes or suite.finetunes)
    lengths = (float(min(ANSWER_TOKENS, asked.longest)), float(asked.longest))
    items = [answering(role, one.name, asked.asks, lengths, prices, suite.batch) for role, one in arms]
    items += [judging(judge.name, asked.asks * len(arms), lengths, prices, suite.batch) for judge in suite.judges]
    priced = [one for one in items if one.usd is not None]
    seen = foreseen(suite, asked.deciding, len(asked.asks), asked.questions)
    found = Plan(
        suite=suite.id,
        title=suite.title,
        arms=tuple(one.name for _, one in arms),
        draws=len(asked.asks),
        deciding=asked.deciding,
        answers=len(asked.asks) * len(arms),
        judge_calls=sum(one.calls for one in items if one.role == "judge"),
        cells=asked.cells,
        questions=asked.questions,
        items=tuple(items),
        usd=sum(one.usd or 0.0 for one in priced) if priced else None,
        usd_most=sum(one.usd_most or 0.0 for one in priced) if priced else None,
        unpriced=tuple(dict.fromkeys(f"{one.model}: {one.price}" for one in items if one.usd is None)),
        seconds=None if suite.batch else _seconds(suite, items, len(asked.asks)),
        first=_first(suite, [one for _, one in arms]) if first_call else (),
        needs=suite.replication.needs if suite.replication else None,
        warnings=(),
        assumptions=_assumptions(suite, prices, lengths),
        **seen,
    )
    return replace(found, warnings=tuple(_warnings(suite, found)))


def _arms(base: Model | None, finetunes: Sequence[Arm]) -> list[tuple[str, Model]]:
    """Role and model of all that answer; one fine-tune where none is named yet."""
    tuned = [model for arm in finetunes for model in arm.models] or [Model("(fine-tune not named)")]
    return [("base", base or Model("(base not named)")), *(("fine-tune", model) for model in tuned)]


def _first(suite: Suite, arms: Sequence[Model]) -> tuple[First, ...]:
    """The calls before anything is planned; a replication, which is run without a verdict, has no harmless answer."""
    before = calls_before(arms, suite.judges, () if suite.replication else suite.judges)
    return tuple(First(*one) for one in before.calls())


def _draws(suite: Suite) -> _Asked:
    from spillover.declare import draw_list

    design = suite.design()
    design.check_tags(suite.in_domain)
    material = design.material()
    probes = {(domain, probe.id): probe for domain, asked in material.probes.items() for probe in asked}
    asks, questions, deciding = [], set(), 0
    for draw in draw_list(material.cells(), 0, design.draws, design.seed, design.balanced):
        probe, put = probes[draw.domain, draw.probe], material.conditions[draw.domain][draw.condition]
        protocol = material.protocols[draw.domain]
        system = put.system if put.system is not None else probe.system
        turns = tuple(_tokens(text) for text in (put.user(probe.text), *probe.turns))
        asks.append(Ask(_tokens(system or ""), turns, protocol.form, tuple(protocol.rubrics), protocol.samples))
        if not set(probe.tags) & set(suite.in_domain):
            deciding += 1
            questions.add((draw.domain, probe.cluster))
    longest = max(int(one.decoding["max_tokens"]) for one in material.declared.values())
    return _Asked(asks, deciding, len(material.cells()), len(questions), longest)


def _replication(suite: Suite) -> _Asked:
    from spillover.declare import choose, load

    told = suite.replication
    assert told is not None
    declared = load(told.task)
    protocol = choose("judge", protocol_name(told.task, told.args, suite.judge), declared.judges)
    one = Ask(0.0, (QUESTION_TOKENS,), protocol.form, tuple(protocol.rubrics), protocol.samples)
    asks = [one] * (told.questions * told.epochs)
    forms = told.args.get("formats", "plain")  # forms of one question are no further questions
    forms = forms.split(",") if isinstance(forms, str) else forms
    return _Asked(
        asks, len(asks), told.questions, max(1, told.questions // len(forms)), int(declared.decoding["max_tokens"])
    )


def _tokens(text: str) -> float:
    return len(text) / 4


def _seconds(suite: Suite, items: Sequence[Item], draws: int) -> float:
    """Chunk after chunk: the slowest arm, then the slowest judge."""
    chunks = 1 if suite.replication else math.ceil(draws / suite.chunk)
    at_a_time = suite.max_connections or CONNECTIONS
    slowest = {"judge": 0.0, "arm": 0.0}
    for one in items:
        kind, each = ("judge", JUDGE_SECONDS) if one.role == "judge" else ("arm", ANSWER_SECONDS)
        slowest[kind] = max(slowest[kind], each * math.ceil(one.calls / chunks / at_a_time))
    return math.ceil(chunks / suite.processes) * (slowest["judge"] + slowest["arm"])


def _warnings(suite: Suite, found: Plan) -> list[str]:
    said = []
    if not found.deciding:
        said.append("Every probe is in the fine-tune's own field: nothing is left to decide on.")
    elif found.draws_no_regression is not None and found.deciding < found.draws_no_regression:
        said.append(
            f"{counted(found.deciding, 'draw')} cannot end in `no regression` at a margin of "
            f"{_points(suite.margin)}: a pair "
            f"without any misaligned answer needs {found.draws_no_regression}. At {found.deciding} the smallest margin "
            f"is {_points(found.margin_seen)}."
        )
    if not suite.replication and found.deciding and found.smallest["fixed"] is None:
        said.append(
            f"{counted(found.deciding, 'draw')} cannot end in `regression` 4 times in 5, whatever the fine-tune does."
        )
    families = {judge.name.partition("/")[0] for judge in suite.judges}
    if len(families) == 1 and not suite.replication:
        said.append("One family of judges: nobody would notice a fault that is its own.")
    if suite.cap_answers is not None and suite.cap_answers < found.answers:
        said.append(
            f"The cap of {counted(suite.cap_answers, 'answer')} may end the run before its {found.answers} are asked."
        )
    if suite.cap_cost_usd is not None and found.unpriced:
        said.append("The cap on cost counts only models whose price is known.")
    if suite.cap_cost_usd is not None and (found.usd_most or 0.0) > suite.cap_cost_usd:
        said.append(f"The cap of ${suite.cap_cost_usd:.2f} may end the run before all is asked.")
    return said + check_judges(suite.judges)


def _points(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2g} pp"


def _assumptions(suite: Suite, prices: Prices, lengths: Lengths) -> tuple[str, ...]:
    usual, most = lengths
    judges = [judge.name for judge in suite.judges]
    sampled = [name for name in judges if name.partition("/")[0] in NO_LOGPROBS and suite.judge == "distribution"]
    said = [
        f"Tokens are estimated: four characters each, answers of {usual:g} on average and {most:g} at most (the "
        "declared limit); a model that reasons first costs more.",
        f"Not counted: tries again after a failure, and tries by which a judge that cannot do the declared form is "
        f"asked in another (up to {TRIES} for one rubric of an answer, until a reply was read; each part of the run "
        "begins anew). A judge that shows no token probabilities then gives several replies to every rubric.",
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
        look = "the last draw" if suite.stop_early else "the one look"
        said.append(
            f"Differences: 80% power at {look}, alpha {suite.alpha:g} (half of it for the pooled comparison), "
            f"{_points(suite.floor)} counting as nothing, answers all judged, one fine-tune."
        )
    return tuple(said)
