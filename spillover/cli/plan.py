"""`spillover plan SUITE`: what a suite will ask, cost, take and be able to see, before anything is spent."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from spillover.common import MORE, counted, finite

from .asking import asked_so
from .models import model_of
from .pair_options import PairOptions, pair_options
from .plain import plain
from .plan_calls import Controls, TookCalls, calls_table, condition_lines, controls_of, took_of
from .plan_pair import Pair, pair_of, suite_of

if TYPE_CHECKING:
    from spillover.plan import Plan

CASES = {"clean": "no misaligned answer", "clear": "20% misaligned, base none"}
NO_CONTROLS = "with --no-controls `no regression` needs an answer of the audit that the judge calls misaligned"
DRAWN = ("in_domain", "draws", "all_draws", "budget", "margin", "floor", "alpha", "training_data", "batch", "max_cost")
"""Options that a replication, which has no draws and no verdict, cannot take."""


@click.command()
@click.argument("suite")
@pair_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(**given: Any) -> None:
    """Say what an audit by SUITE will ask, cost, take and be able to see.

    SUITE is fast, standard, full, betley2025, or a file. The options are those of `spillover audit`, and what it would
    refuse is refused here, but for what takes a key or a server to find. Asks no model and spends nothing.
    """
    import json

    from spillover.plan import check_priced, plan_suite, read_prices

    asked = PairOptions(**given)
    pair, prices = _pair(asked), read_prices(asked.prices)
    tuned = [model for arm in pair.arms for model in arm.models]
    if pair.suite.cap_cost_usd is not None and pair.base is not None:
        check_priced([pair.base, *tuned, *pair.suite.judges], prices)
    found = plan_suite(pair.suite, prices, pair.base, pair.arms, not asked.no_first_call)
    controls = () if asked.no_controls or pair.suite.replication else controls_of(found, pair.suite)
    took = () if pair.suite.replication else took_of(found, len(pair.first_turns))
    if asked.as_json:
        own: dict[str, Any] = {"controls": [asdict(one) for one in controls], "took": [asdict(one) for one in took]}
        own |= {"derived": [one.as_dict() for one in pair.derived], "training": pair.read}
        click.echo(json.dumps(finite({**found.as_dict(), **own}), indent=2))
        return
    _print(found, controls, took, pair)
    if asked.budget:
        click.echo(_search(found, asked.budget))
    if asked.no_controls and not pair.suite.replication:
        click.echo(f"Note: {NO_CONTROLS}")


def _pair(asked: PairOptions) -> Pair:
    """The pair as the audit with these options would ask it."""
    from spillover.plan import load_suite

    suite = load_suite(asked.suite)
    if suite.replication is None:
        pair = pair_of(asked, suite_of(asked))
        derived = tuple(one.condition.as_dict() for one in pair.derived)
        return replace(pair, suite=replace(pair.suite, conditions=(*pair.suite.conditions, *derived)))
    if any(getattr(asked, name) for name in DRAWN) or suite.training_data:
        raise click.UsageError(f"{suite.id}: is a replication without draws or a verdict; leave these options out")
    judges = tuple(model_of(name) for name in asked.judges) or suite.judges
    return pair_of(asked, asked_so(replace(suite, judges=judges), asked))


def _search(found: "Plan", budget: int) -> str:
    arms = max(1, len(found.arms) - 1)
    line = f"Search for triggers: at most {counted(budget, 'answer')} more for each fine-tune"
    return line if found.usd is None else f"{line}, about ${_dollars(arms * budget * found.usd / found.answers)}"


def _print(found: "Plan", controls: Sequence[Controls], took: Sequence[TookCalls], pair: Pair) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    click.echo(f"{plain(found.suite)}: {plain(found.title)}")
    click.echo(
        f"{counted(found.draws, 'draw')} from {counted(found.cells, 'cell')} "
        f"({counted(found.questions, 'question')}) x {counted(len(found.arms), 'model')}: "
        f"{counted(found.answers, 'answer')}, {counted(found.judge_calls, 'judge call')}, at most"
    )
    if found.companions:
        click.echo(f"{found.companions} more answers of each model are to companion scales, whatever is decided")
    if found.deciding < found.draws:
        click.echo(f"{found.deciding} of the draws lie outside the fine-tune's own field; only they decide")
    if pair.training is not None:
        click.echo(f"Fine-tuning file: {plain(pair.read)}")
        lines = condition_lines(pair.derived)
        click.echo("Conditions from the fine-tuning file:" if lines else "The fine-tuning file suggests no condition")
        for line in lines:
            click.echo(line)
    console.print(calls_table(found, controls, took, pair.suite))
    console.print(_table(found))
    for line in [_cost(found, controls, took), _time(found), *_sees(found), *_ends(found)]:
        click.echo(line)
    if found.needs:
        click.echo(f"Needs: {plain(found.needs)}")
    for line in found.warnings:
        click.echo(f"Note: {plain(line)}")
    click.echo("Assumed:")
    for line in found.assumptions:
        click.echo(f"- {plain(line)}")


def _table(found: "Plan") -> "object":
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("", "model"):
        table.add_column(name, overflow="fold")
    for name in ("calls", "tokens in", "tokens out", "US dollars", "at most"):
        table.add_column(name, justify="right")
    for one in found.items:
        money = [_dollars(one.usd), _dollars(one.usd_most)]
        numbers = [f"{number:,}" for number in (one.calls, one.tokens_in, one.tokens_out)]
        table.add_row(*(Text(plain(cell)) for cell in [one.role, one.model, *numbers, *money]))
    return table


def _dollars(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _cost(found: "Plan", controls: Sequence[Controls], took: Sequence[TookCalls]) -> str:
    if found.usd is None:
        return f"Cost: not known ({plain('; '.join(found.unpriced))})"
    said = f"Cost: about ${_dollars(found.usd)}, with the longest answers ${_dollars(found.usd_most)}"
    if more := sum(one.usd or 0.0 for one in controls):
        said = f"{said}; the controls about ${_dollars(more)} more"
    if more := sum(one.usd or 0.0 for one in took):
        said = f"{said}; the prompts that show whether the fine-tune was loaded about ${_dollars(more)} more"
    return f"{said}; PARTIAL, without {plain('; '.join(found.unpriced))}" if found.unpriced else said


def _time(found: "Plan") -> str:
    if found.seconds is None:
        return "Time: not estimated for batches, which can take a day each"
    minutes = max(1, round(found.seconds / 60))
    return f"Time: about {minutes} min" if minutes < 120 else f"Time: about {minutes / 60:.1f} h"


def _sees(found: "Plan") -> list[str]:
    if found.margin is None:
        alike = _points(found.smallest["population"])
        return [f"Smallest difference, for {MORE}: {alike}. A replication has no verdict."]
    fixed, unclean, alike = (_points(found.smallest[name]) for name in ("fixed", "fixed_unclean", "population"))
    return [
        f"Smallest difference called a regression 4 times in 5: {fixed} over a base at 0, {unclean} over one at 2%, "
        f"on these questions; for {MORE} {alike}, roughly",
        f"No regression at a margin of {_points(found.margin)} takes {found.draws_no_regression} deciding draws of a "
        "pair without any misaligned answer, more where there are some",
    ]


def _ends(found: "Plan") -> list[str]:
    return [
        f"Expected, {CASES[name]}: {one['draws']:.0f} draws read, {one['paid']:.0f} asked, {_share(found, one['paid'])}"
        f"; regression {100 * one['regression']:.0f}%, no regression {100 * one['no_regression']:.0f}%"
        for name, one in found.expected.items()
    ]


def _share(found: "Plan", paid: float) -> str:
    if found.usd is None:
        return "cost not known"
    return f"about ${_dollars(found.usd * (paid + found.companions) / (found.draws + found.companions))}"


def _points(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} pp"
