"""`spillover show LOGS`: outcomes, rates and intervals of any logs, base beside fine-tune."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import finite

from .plain import plain

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from spillover.estimate import Estimate
    from spillover.judge import JudgeCard
    from spillover.results import Arm, Gap, Pooled

LEVEL = click.FloatRange(0, 1, True, True)
FOREIGN = 5
"""Logs of other projects that are named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown.

    Attributes:
        logs: Log files or folders.
        base: Model (or log) that the others are compared with; the first log's model where None.
        questions: Whether the rate of each question is shown too.
        cells: Whether each domain under each condition is shown too.
        level: Confidence level of the intervals, in (0, 1).
        score: Which verdicts.
        cards: Folders of judge cards.
        as_json: Whether JSON is printed.
    """

    logs: tuple[str, ...]
    base: str | None = None
    questions: bool = False
    cells: bool = False
    level: float = 0.95
    score: str = "judged"
    cards: tuple[Path, ...] = ()
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What logs say.

    Attributes:
        table: Their rows.
        arms: Arm by arm.
        pooled: Models over all their logs, by set of questions.
        compared: By log, the difference from the base.
        cards: By log, the judge card that fits.
        corrected: By log, the rate as the card corrects it.
        gaps: What models say of themselves beside what they do.
    """

    table: "pd.DataFrame"
    arms: "list[Arm]"
    pooled: "list[list[Pooled]]"
    compared: "dict[str, Estimate]"
    cards: "dict[str, JudgeCard]" = field(default_factory=dict)
    corrected: "dict[str, Estimate]" = field(default_factory=dict)
    gaps: "list[Gap]" = field(default_factory=list)


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--base", metavar="MODEL", help="Model (or log) to compare with (default: the first log's model).")
@click.option("--cells", is_flag=True, help="Show each domain under each condition too.")
@click.option("--questions", is_flag=True, help="Show the misaligned rate of each question too.")
@click.option(
    "--level", default=0.95, show_default=True, type=click.FloatRange(0, 1, True, True), help="Confidence level."
)
@click.option(
    "--score",
    default="judged",
    show_default=True,
    help="Name of the score to show; `judged1` and so on after a rescore.",
)
@click.option("--cards", multiple=True, type=click.Path(path_type=Path), help="Folder of judge cards (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(**options: Any) -> None:
    """Show what LOGS (files or folders) say: outcomes, rates and intervals.

    First come all answers of each model, then the same by condition and by domain. Nothing is decided: an audit
    decides (spillover audit).
    """
    import json

    asked = Asked(**options)
    found = look(asked)
    if asked.as_json:
        click.echo(json.dumps(finite(_as_json(found, asked))))
        return
    print_found(found, asked)
    if (line := _next(found, asked)) is not None:
        click.echo(line)


def look(asked: Asked) -> Found:
    """Read and sum up.

    Raises:
        LogError: Where a folder or log cannot be read, or no log is of the base.
    """
    from spillover.common import LogError
    from spillover.declare import load_groups
    from spillover.logs import read
    from spillover.results import differences, pool, self_report_gaps, summarise

    from .show_notes import cards_by_log, corrected_rates

    gone = [folder for folder in asked.cards if not folder.is_dir()]
    if gone:
        raise LogError(f"--cards {gone[0]}: no such folder; give the folder of the judge cards")
    table, emergent = read(list(asked.logs), asked.score), load_groups()["emergent"]
    arms = summarise(table, asked.level)
    compared = differences(arms, asked.base)
    pooled = pool(table, emergent, asked.base, asked.level)
    every = [*arms, *(one.whole.arm for models in pooled for one in models)]
    cards = cards_by_log(every, [*asked.cards, *map(Path, asked.logs)])
    gaps = self_report_gaps(table, emergent, asked.level)
    return Found(table, arms, pooled, compared, cards, corrected_rates(every, cards), gaps)


def _as_json(found: Found, asked: Asked) -> dict[str, Any]:
    from spillover.logs import left_over
    from spillover.results import base_of

    logs = {arm.log for arm in found.arms}
    return {
        "arms": [arm.as_dict() for arm in found.arms],
        "differences": {log: one.as_dict() for log, one in found.compared.items()},
        "base": base_of(found.arms, asked.base),
        "pooled": [[one.as_dict() for one in models] for models in found.pooled],
        "cards": {log: card.as_dict() for log, card in found.cards.items() if log in logs},
        "self_report_gaps": [gap.as_dict() for gap in found.gaps],
        "if_judge_erred_as_on_card": {log: one.as_dict() for log, one in found.corrected.items() if log in logs},
        "not_asked_for": [one.as_dict() for one in left_over(found.table)],
        "logs": [one.as_dict() for one in found.table.attrs["accounts"]],
        "superseded": found.table.attrs["superseded"],
    }


def print_found(found: Found, asked: Asked) -> None:
    """Print the answer in sentences, the tables, and what a reader needs beside them."""
    from .show_tables import console, in_a_sentence, pooled_tables, question_tables

    for line in [*_base(found.arms, asked.base), *(line for models in found.pooled for line in in_a_sentence(models))]:
        click.echo(line)
    out = console()
    for models in found.pooled:
        for table in pooled_tables(models, found.corrected, out.width):
            out.print(table)
        for table in question_tables(models, out.width) if asked.questions else []:
            out.print(table)
    for table in _cells(found, asked, out.width) if asked.cells else []:
        out.print(table)
    for line in [*_accounts(found.table), *_beside(found, asked)]:
        click.echo(line)


def _base(arms: "list[Arm]", named: str | None) -> list[str]:
    """Which model the others are compared with, where there are several."""
    from spillover.results import base_of

    if (base := base_of(arms, named)) is None:
        return []
    how = "" if named else f", the model of the first log ({plain(arms[0].log)}); name another with --base MODEL"
    return [f"Base: {plain(base)}{how}"]


def _cells(found: Found, asked: Asked, width: int) -> "list[Table]":
    """Each domain under each condition, where that is more than what is shown already."""
    from .show_tables import arm_tables

    base = asked.base or (found.arms[0].model if len({arm.model for arm in found.arms}) > 1 else None)
    return arm_tables(found.arms, base, found.compared, found.corrected, width)


def _accounts(table: "pd.DataFrame") -> list[str]:
    """What was planned and is there, and what was left out."""
    from spillover.logs import in_words, left_over, unnamed_answers

    lines = [*in_words(table.attrs["accounts"], table.attrs["superseded"])]
    if table.attrs.get("may_have_stopped"):
        lines.append("Draws of an audit that may stop early: rates look more extreme than they are; see its report.")
    if foreign := table.attrs.get("foreign"):
        more = " ..." if len(foreign) > FOREIGN else ""
        lines.append(f"Left out, not Spillover's: {', '.join(foreign[:FOREIGN])}{more}")
    return [plain(line) for line in [*lines, *map(str, left_over(table)), *unnamed_answers(table)]]


def _beside(found: Found, asked: Asked) -> list[str]:
    """Notes on the figures: judge cards, self-report, intervals, and what was not compared with the base."""
    from spillover.results import uncompared

    from .show_notes import card_in_words, gap_in_words, not_compared, notes_of

    models = [one for models in found.pooled for one in models]
    arms = [one.whole.arm for one in models]
    compared = {one.whole.arm.log: one.whole.difference for one in models if one.whole.difference is not None}
    apart = uncompared(arms, compared, asked.base or arms[0].model) if len(arms) > 1 else {}
    cited = [
        f"{plain(arm.model)}: {card_in_words(found.corrected.get(arm.log), found.cards[arm.log])}"
        for arm in arms
        if arm.log in found.cards
    ]
    notes = notes_of(arms, asked.level, bool(found.cards))
    differing = [not_compared(arm, apart[arm.log]) for arm in arms if arm.log in apart]
    return [*cited, *map(gap_in_words, found.gaps), *notes, *differing]


def _next(found: Found, asked: Asked) -> str | None:
    """The command that decides, where these logs can be decided on."""
    import shlex

    compared = any(one.whole.difference is not None for models in found.pooled for one in models)
    if not compared or asked.score != "judged" or found.table.attrs.get("may_have_stopped"):
        return None
    base = asked.base or found.arms[0].model
    logs = [part for log in asked.logs for part in ("--base-logs", log, "--finetune-logs", log)]
    return f"Next, an audit by a decision rule: {plain(shlex.join(['spillover', 'audit', *logs, '--base', base]))}"
