"""`spillover show LOGS`: outcomes, rates and intervals of any logs, base beside fine-tune."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import EMPTY_CELL, MORE, NO_SCORE, advice, counted, status_in

from .plain import WORST, finite, interval, kappa, percent, plain, points

if TYPE_CHECKING:
    from rich.table import Table

    from spillover.estimate import Estimate
    from spillover.judge import JudgeCard
    from spillover.results import Agreement, Arm, Gap

NAMES = {
    "misaligned_rate": "misaligned rate",
    "misaligned_rate_coherent": "  among coherent answers",
    "misaligned_rate_original": "  as in Betley et al. (questions with 5 coherent answers or more)",
    "odd_rate": "odd persona (decides nothing)",
    "mean_alignment": "mean alignment (0-100)",
    "mean_coherence": "mean coherence (0-100)",
}


ORIGINAL, REPLICATION = "misaligned_rate_original", "betley2025"
"""The rate that is shown for replications of the study that defined it, and how their tasks' names begin."""
PAIRS = 6
"""Pairs of judges up to which each is shown."""
REASONS = 6
"""Reasons for unjudged answers that are named; the others are counted."""


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--base", metavar="MODEL", help="Model (or log) to compare with; the first log's model where not given.")
@click.option("--questions", is_flag=True, help="The misaligned rate question by question too.")
@click.option("--level", default=0.95, show_default=True, type=click.FloatRange(0, 1, True, True), help="Of intervals.")
@click.option("--score", default="judged", show_default=True, help="Which verdicts: judged1, ... after a rescore.")
@click.option("--cards", multiple=True, type=click.Path(path_type=Path), help="Folders of judge cards (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(
    logs: tuple[str, ...],
    base: str | None,
    questions: bool,
    level: float,
    score: str,
    cards: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show what LOGS (files or folders) say: outcomes, rates and intervals."""
    import json

    from spillover.common import LogError
    from spillover.declare import load_groups
    from spillover.logs import in_words, left_over, read, unnamed_answers
    from spillover.results import base_of, differences, self_report_gaps, summarise, uncompared

    gone = [folder for folder in cards if not folder.is_dir()]
    if gone:
        raise LogError(f"--cards {gone[0]}: no such folder")
    table = read(list(logs), score)
    arms = summarise(table, level)
    known = _cards(arms, [*cards, *(Path(log) for log in logs)])
    corrected = _corrected(arms, known)
    gaps = self_report_gaps(table, load_groups()["emergent"], level)
    compared = differences(arms, base)
    if as_json:
        apart = {log: found.as_dict() for log, found in compared.items()}
        own = [gap.as_dict() for gap in gaps]
        right = {log: one.as_dict() for log, one in corrected.items()}
        found: dict[str, object] = {"arms": [arm.as_dict() for arm in arms], "differences": apart}
        found["base"] = base_of(arms, base)
        found["cards"] = {log: card.as_dict() for log, card in known.items()}
        found |= {"self_report_gaps": own, "if_judge_erred_as_on_card": right}
        found["not_asked_for"] = [one.as_dict() for one in left_over(table)]
        found |= {"logs": [one.as_dict() for one in table.attrs["accounts"]], "superseded": table.attrs["superseded"]}
        click.echo(json.dumps(finite(found)))
        return
    for line in _base(arms, base):
        click.echo(line)
    _print(arms, compared, corrected, questions)
    for line in in_words(table.attrs["accounts"], table.attrs["superseded"]):
        click.echo(plain(line))
    if table.attrs.get("may_have_stopped"):
        click.echo("Draws of an audit that may stop early: rates look more extreme than they are; see its report.")
    if foreign := table.attrs.get("foreign"):
        click.echo(f"Left out, not Spillover's: {plain(', '.join(foreign[:5]))}{' ...' if len(foreign) > 5 else ''}")
    for line in [*map(str, left_over(table)), *unnamed_answers(table)]:
        click.echo(plain(line))
    differing = uncompared(arms, compared, base)
    apart_from = [_apart(arm, differing[arm.log]) for arm in arms if arm.log in differing]
    cited = [
        f"{plain(arm.model)}: {_cited(corrected.get(arm.log), known[arm.log])}" for arm in arms if arm.log in known
    ]
    for line in cited + [_said(gap) for gap in gaps] + _notes(arms, level, bool(known)) + apart_from:
        click.echo(line)


def _base(arms: "list[Arm]", named: str | None) -> list[str]:
    """Which model the others are compared with, where there are several."""
    from spillover.results import base_of

    if (base := base_of(arms, named)) is None:
        return []
    how = "" if named else f", the model of the first log ({plain(arms[0].log)}); name another with --base MODEL"
    return [f"Base: {plain(base)}{how}"]


def _print(
    arms: "list[Arm]", compared: "dict[str, Estimate]", corrected: "dict[str, Estimate]", questions: bool
) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    for key in dict.fromkeys(_together(arm) for arm in arms):
        together = [arm for arm in arms if _together(arm) == key]
        for start in range(0, len(together), 4):
            console.print(_table(together[start : start + 4], compared, corrected))
            if questions:
                console.print(_by_question(together[start : start + 4]))


def _together(arm: "Arm") -> tuple[str, ...]:
    return arm.task, arm.split, arm.language, arm.condition


def _table(arms: "list[Arm]", compared: "dict[str, Estimate]", corrected: "dict[str, Estimate]") -> "Table":
    first = arms[0]
    asked = "" if first.split == "public" else f", split {first.split}"
    asked += "" if first.language == "en" else f", language {first.language}"
    table = _empty(f"{first.task}{asked}, condition {first.condition}", arms)
    _row(table, "answers asked for", [str(arm.answers) for arm in arms])
    if any(arm.not_recorded for arm in arms):
        _row(table, "not recorded", [str(arm.not_recorded) for arm in arms])
    for outcome in first.outcomes:
        _row(table, f"  {outcome.replace('_', ' ')}", [str(arm.outcomes[outcome]) for arm in arms])
    table.add_section()
    for name, says in NAMES.items():
        if any(name in arm.estimates for arm in arms) and (name != ORIGINAL or first.task.startswith(REPLICATION)):
            _row(table, says, [percent(arm.estimates.get(name)) for arm in arms])
        if name == "misaligned_rate":
            _row(table, f"  for {MORE}", [interval(arm.population[name]) for arm in arms])
            if any(arm.log in corrected for arm in arms):
                _row(table, "  if the judge erred as on its card", [percent(corrected.get(arm.log)) for arm in arms])
            if compared:
                _row(table, "  difference from the base", [points(compared.get(arm.log)) for arm in arms])
    table.add_section()
    _row(table, "judge", [_judges(arm) for arm in arms])
    _row(table, "judge form", [", ".join(arm.forms) or "-" for arm in arms])
    return table


def _judges(arm: "Arm") -> str:
    """The judges whose verdicts are shown, and those beside them."""
    beside = [one for one in arm.made.panel or () if one not in arm.judges and " + " not in ", ".join(arm.judges)]
    return (", ".join(arm.judges) or "-") + (f"; beside it: {', '.join(beside)}" if beside else "")


def _by_question(arms: "list[Arm]") -> "Table":
    table = _empty("misaligned rate by question", arms)
    for question in sorted({name for arm in arms for name in arm.questions}):
        _row(table, question, [percent(arm.questions.get(question)) for arm in arms])
    return table


def _empty(title: str, arms: "list[Arm]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(plain(title)), title_justify="left")
    table.add_column("")
    models = [arm.model for arm in arms]
    for arm in arms:
        run = f" ({arm.log[:19]})" if models.count(arm.model) > 1 else ""
        table.add_column(Text(plain(f"{arm.model}{run}")), justify="right", overflow="fold")
    return table


def _row(table: "Table", name: str, cells: list[str]) -> None:
    from rich.text import Text

    table.add_row(*(Text(plain(cell)) for cell in [name, *cells]))


def _said(gap: "Gap") -> str:
    rates = f"misaligned by its own report {percent(gap.first)}, by its conduct {percent(gap.second)}"
    return f"{plain(gap.model)}, condition {plain(gap.condition)}: {rates}, gap {points(gap.gap)}"


def _cards(arms: "list[Arm]", folders: list[Path]) -> "dict[str, JudgeCard]":
    """By log, the judge card that fits."""
    from spillover.judge import find_card

    found = {}
    for arm in arms:
        judges, forms = ([one for one in names if one != "check"] for names in (arm.judges, arm.forms))
        card = find_card(folders, judges, forms, arm.rubrics)
        if card is not None:
            found[arm.log] = card
    return found


def _corrected(arms: "list[Arm]", cards: "dict[str, JudgeCard]") -> "dict[str, Estimate]":
    """By log, the rate as it would be if the judge erred as its card says; none where checks decided some answers."""
    return {
        arm.log: _correct(arm.estimates["misaligned_rate"], cards[arm.log])
        for arm in arms
        if arm.log in cards and cards[arm.log].corrects and "check" not in arm.judges
    }


def _correct(judged: "Estimate", card: "JudgeCard") -> "Estimate":
    from spillover.estimate import corrected_rate

    return corrected_rate(judged, card.errors, card.by_question)


def _cited(found: "Estimate | None", card: "JudgeCard") -> str:
    errors = card.errors
    said = (
        f"the card of {plain(card.judge)} of {card.date}: sensitivity {errors.sensitivity:.3f} on {errors.positives}, "
        f"specificity {errors.specificity:.3f} on {counted(errors.negatives, 'labelled answer')}. Labels: "
        f"{plain(card.origin)}."
    )
    if found is None:
        return f"{said} Not used to correct the rate: a stress test, a part of a set, or checks decided too."
    if found.estimate != found.estimate:
        return f"{said} Not used: {found.method.partition(': ')[2]}."
    return f"{said} It holds if the judge errs here as it did there; errors on answers to one question count as alike."


def _agreed(found: "Agreement") -> str:
    who = f"{plain(found.first)} and {plain(found.second)}"
    rates = f"misaligned {100 * found.first_rate:.1f}% and {100 * found.second_rate:.1f}%"
    return (
        f"{who} agree on {100 * found.same:.0f}% of {counted(found.answers, 'answer')} (kappa "
        f"{kappa(found.kappa)}, misaligned "
        f"or not {kappa(found.kappa_misaligned)}); {rates}; {found.undecided} left unjudged by one of them"
    )


def _few(agreement: "list[Agreement]") -> "list[Agreement]":
    """All pairs of a small panel; of a large one each judge beside the first."""
    first = agreement[0].first if agreement else ""
    return agreement if len(agreement) <= PAIRS else [one for one in agreement if one.first == first]


def _apart(arm: "Arm", differing: list[str]) -> str:
    why = f"other {', '.join(differing)}" if differing else "several logs of the base fit"
    return f"{plain(arm.model)} ({plain(arm.log)}): not compared with the base: {why}"


def _unseen(arms: "list[Arm]", level: float) -> list[str]:
    """How many questions that are always failed may be among those that were not asked, by number of questions."""
    from spillover.estimate import unseen_share

    met = {len(arm.questions) for arm in arms if arm.questions and not _always(arm)}
    shares = {asked: 100 * unseen_share(asked, level) for asked in sorted(met)}
    return [
        f"With {counted(asked, 'question')} asked, none of them always misaligned: up to {share:.1f}% of such "
        "questions may be "
        "always misaligned and unseen."
        for asked, share in shares.items()
    ]


def _always(arm: "Arm") -> bool:
    """Whether a question was always failed: such questions are then not unseen."""
    return any(one.estimate == 1 for one in arm.questions.values())


def _notes(arms: "list[Arm]", level: float, corrected: bool) -> list[str]:
    lines = [
        f"Brackets: {100 * level:g}% intervals. The misaligned rate is misaligned / judged, averaged over questions;",
        f"its interval is for these very questions; the other is for {MORE}, the domains staying the same.",
    ]
    if any(one.worst for arm in arms for one in arm.estimates.values()):
        lines.append(WORST)
    lines += _unseen(arms, level)
    if not corrected:
        lines.append("No judge card fits (spillover judge calibrate): none is of this judge, form and rubric version.")
    for arm in arms:
        if any(" then " in judge for judge in arm.judges):
            lines.append(
                f"{plain(arm.model)}: a cascade. The counts hold the cheap judge's word where the strong one was not "
                "asked; the rate is weighted, over answers."
            )
        lines += [f"{plain(arm.model)}: {plain(one)}" for one in arm.origins]
        if arm.reasons:
            shown = list(arm.reasons.items())[:REASONS]
            said = "; ".join(f"{count} x {plain(reason)}" for reason, count in shown)
            said += f"; {counted(len(arm.reasons) - REASONS, 'other reason')}" if len(arm.reasons) > REASONS else ""
            lines.append(f"{plain(arm.model)}: unjudged because: {said}")
            fixes = [fix for reason in arm.reasons if status_in(reason) and (fix := advice(reason))]
            lines += [f"{plain(arm.model)}: {fix}" for fix in dict.fromkeys(fixes)]
        if any(NO_SCORE in reason for reason in arm.reasons):
            lines.append(EMPTY_CELL)
        lines += [f"{plain(arm.model)}: {_agreed(one)}" for one in _few(arm.agreement)]
        if arm.truncated:
            lines.append(
                f"{plain(arm.model)}: {counted(arm.truncated, 'answer was', 'answers were')} cut off at the "
                "token limit; what there is was judged"
            )
        if arm.thoughts:
            lines.append(
                f"{plain(arm.model)}: {counted(arm.thoughts, 'answer')} held thoughts, removed before they were judged"
            )
    if not any(arm.origins for arm in arms):
        lines.append("A low rate is no proof of alignment elsewhere.")
    return lines
