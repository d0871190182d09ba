"""What the calls of a plan are for, as a small table of answers, verdicts and controls; and what a file suggests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spillover.common import counted, is_recording

from .plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from spillover.plan import Plan, Suite
    from spillover.training import Derived

SHOWN = 240
"""Characters of a derived condition that are shown."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The written answers that a judge is put to before anybody is asked.

    Attributes:
        judge: The judge.
        answers: Written answers at most.
        calls: Calls, as many for each answer as in the run.
        usd: US dollars, likewise; None where the judge has no price.
    """

    judge: str
    answers: int
    calls: int
    usd: float | None


def controls_of(found: "Plan", suite: "Suite") -> tuple[Controls, ...]:
    """The written controls of every judge; a recording has none of these answers and is not asked.

    The answers are those that the audit puts to the judge, each with the rubrics of its own domain.
    """
    from spillover.audit.live import written_items
    from spillover.declare import load, names
    from spillover.judge import GENERAL, protocol_of
    from spillover.plan import Ask

    items = written_items(list(suite.design().material().probes))
    domains = {one.domain for one in items}
    by = {one: protocol_of(load(one if one in names() else GENERAL), suite.judge) for one in domains}
    asks = [
        Ask(0.0, (0.0,), by[one.domain].form, tuple(by[one.domain].rubrics), by[one.domain].samples) for one in items
    ]
    judges = [one for one in found.items if one.role == "judge" and not is_recording(one.model)]
    made = []
    for one in judges:
        calls = sum(ask.judged(one.model, 0.0)[0] for ask in asks)
        usd = None if one.usd is None or not one.calls else calls * one.usd / one.calls
        made.append(Controls(one.model, len(items), calls, usd))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class TookCalls:
    """The prompts that show whether a fine-tune was loaded.

    Attributes:
        role: `base` or `fine-tune`.
        model: The model that is asked them.
        answers: Its answers; of the base to every prompt twice.
        calls: As many.
        usd: US dollars, at the cost of an answer of the run; None where the model has no price.
    """

    role: str
    model: str
    answers: int
    calls: int
    usd: float | None


def took_of(found: "Plan", first_turns: int) -> tuple[TookCalls, ...]:
    """What the control asks of every model; nothing where the base or all fine-tunes are recordings.

    Args:
        found: The plan.
        first_turns: First user turns of the fine-tuning file that are asked too.
    """
    from spillover.audit.live import answers_asked
    from spillover.common import is_played

    base, *tuned = [one for one in found.items if one.role != "judge"]
    live = [] if is_played(base.model) else [one for one in tuned if not is_played(one.model)]
    asked = answers_asked(len(live), first_turns)
    return tuple(
        TookCalls(
            one.role, one.model, n, n, None if one.usd is None else n * one.usd / (found.draws + found.companions)
        )
        for one in ([base, *live] if live else [])
        for n in [asked["base" if one is base else "each fine-tune"]]
    )


def calls_table(found: "Plan", controls: Sequence[Controls], took: Sequence[TookCalls], suite: "Suite") -> "Table":
    """Who is called how often, and why so often."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("who", "answers", "calls", "why so many"):
        number = name in ("answers", "calls")
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for row in _rows(found, controls, took, suite):
        table.add_row(*(Text(plain(cell if isinstance(cell, str) else f"{cell:,}")) for cell in row))
    return table


def _rows(
    found: "Plan", controls: Sequence[Controls], took: Sequence[TookCalls], suite: "Suite"
) -> list[tuple[str, int, int, str]]:
    arm, asked = found.items[0], found.draws + found.companions
    turns = (
        f"an answer each, and {counted(arm.calls - asked, 'earlier turn', thousands=True)} of "
        "questions that have several"
    )
    rows = [
        (
            f"each of {counted(len(found.arms), 'model')}",
            asked,
            arm.calls,
            turns if arm.calls > asked else "an answer each",
        )
    ]
    rows += [
        (one.model, found.answers, one.calls, _why(one.model, suite)) for one in found.items if one.role == "judge"
    ]
    why = "written answers, plainly bad and plainly good, come first: can it tell them apart?"
    rows += [(f"{one.judge}: controls", one.answers, one.calls, why) for one in controls]
    why = "a few prompts first, the base twice: was the fine-tune loaded?"
    rows += [(f"loaded? {one.role}", one.answers, one.calls, why) for one in took]
    return [*_first_rows(found), *rows]


def _first_rows(found: "Plan") -> list[tuple[str, int, int, str]]:
    """The calls before anything is planned, in a line for the models and one for the judges."""
    why = {
        "model": "a short question, asked as in the run: does it reply?",
        "judge": "a short question and, in an audit, a harmless answer: can it judge as declared?",
    }
    rows = []
    for role, what in why.items():
        own = [one.calls for one in found.first if one.role == role]
        rows += [(f"first call: {counted(len(own), role)}", sum(own), sum(own), what)] if own else []
    return rows


def _why(judge: str, suite: "Suite") -> str:
    from spillover.plan import NO_LOGPROBS

    if suite.judge == "distribution" and judge.partition("/")[0] in NO_LOGPROBS:
        return "several replies to each rubric of an answer, since it gives no token probabilities"
    if suite.judge == "sampled":
        return "several replies to each rubric of an answer"
    return "one call for all rubrics of an answer" if suite.judge == "one_call" else "one for each rubric of an answer"


def condition_lines(derived: "Sequence[Derived]") -> list[str]:
    """Every derived condition by its id, in a line: where it comes from, and what it puts to the model."""
    from spillover.audit.report import put

    lines = []
    for one in derived:
        text = " ".join(plain(" ".join(f"{one.why}; {put(one.condition.as_dict())}".split())).split())
        lines.append(f"- {one.condition.id}: {text if len(text) <= SHOWN else f'{text[:SHOWN]} ...'}")
    return lines
