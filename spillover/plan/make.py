"""Plan a suite before anything is spent: what it asks, costs, takes and can see."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .assumptions import (
    ANSWER_SECONDS,
    ANSWER_TOKENS,
    CONNECTIONS,
    JUDGE_SECONDS,
    QUESTION_TOKENS,
    assumptions_of,
    warnings_of,
)
from .before import calls_before
from .design import Design, Model
from .planned import First, Plan
from .power import foreseen
from .prices import Ask, Item, Prices, answering, judging
from .replication import protocol_name
from .suite import Arm, Suite

if TYPE_CHECKING:
    from spillover.declare import Material, Probe


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a suite asks of one arm, draw by draw and beside the decision; how many decide, from how many cells."""

    asks: list[Ask]
    deciding: int
    cells: int
    questions: int
    longest: int
    beside: list[Ask] = field(default_factory=list)


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
    whole = asked.asks + asked.beside
    items = [answering(role, one.name, whole, lengths, prices, suite.batch) for role, one in arms]
    items += [judging(judge.name, whole * len(arms), lengths, prices, suite.batch) for judge in suite.judges]
    priced = [one for one in items if one.usd is not None]
    seen = foreseen(suite, asked.deciding, len(asked.asks), asked.questions)
    found = Plan(
        suite=suite.id,
        title=suite.title,
        arms=tuple(one.name for _, one in arms),
        draws=len(asked.asks),
        deciding=asked.deciding,
        companions=len(asked.beside),
        answers=len(whole) * len(arms),
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
        assumptions=assumptions_of(suite, prices, lengths),
        **seen,
    )
    return replace(found, warnings=tuple(warnings_of(suite, found)))


def _arms(base: Model | None, finetunes: Sequence[Arm]) -> list[tuple[str, Model]]:
    """Role and model of all that answer; one fine-tune where none is named yet."""
    tuned = [model for arm in finetunes for model in arm.models] or [Model("(fine-tune not named)")]
    return [("base", base or Model("(base not named)")), *(("fine-tune", model) for model in tuned)]


def _first(suite: Suite, arms: Sequence[Model]) -> tuple[First, ...]:
    """The calls before anything is planned; a replication, which is run without a verdict, has no harmless answer."""
    before = calls_before(arms, suite.judges, () if suite.replication else suite.judges)
    return tuple(First(*one) for one in before.calls())


def _draws(suite: Suite) -> _Asked:
    design, companions = suite.design(), suite.companion_design()
    design.check_tags(suite.in_domain)
    material = design.material()
    drawn = _asks(design, material)
    asks = [one for one, _, _ in drawn]
    outside = [(domain, probe.cluster) for _, domain, probe in drawn if not set(probe.tags) & set(suite.in_domain)]
    deciding, questions = len(outside), set(outside)
    beside = [one for one, _, _ in _asks(companions, companions.material())] if companions else []
    longest = max(int(one.decoding["max_tokens"]) for one in material.declared.values())
    cells = len(material.deck(design.strata, design.plain).cells)
    return _Asked(asks, deciding, cells, len(questions), longest, beside)


def _asks(design: Design, material: "Material") -> "list[tuple[Ask, str, Probe]]":
    """Every draw of a design, with its domain and probe."""
    probes = {(domain, probe.id): probe for domain, asked in material.probes.items() for probe in asked}
    found = []
    for draw in design.listed():
        probe, put = probes[draw.domain, draw.probe], material.conditions[draw.domain][draw.condition]
        protocol = material.protocols[draw.domain]
        system = put.system if put.system is not None else probe.system
        turns = tuple(_tokens(text) for text in (put.user(probe.text), *probe.turns))
        ask = Ask(_tokens(system or ""), turns, protocol.form, tuple(protocol.rubrics), protocol.samples)
        found.append((ask, draw.domain, probe))
    return found


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
