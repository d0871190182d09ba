"""`spillover plan SUITE`: what a suite will ask, cost, take and be able to see, before anything is spent."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._plain import finite, plain

if TYPE_CHECKING:
    from spillover.run._plan import Plan

CASES = {"clean": "no misaligned answer", "clear": "20% misaligned, base none"}


@click.command()
@click.argument("suite")
@click.option("--base", metavar="MODEL", help="The base, as Inspect names it; the suite's own where not given.")
@click.option("--finetune", "finetunes", multiple=True, metavar="MODEL", help="A fine-tune of it (repeatable).")
@click.option("--prices", type=click.Path(path_type=Path), help="Price file; see spillover/run/prices.yaml.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(suite: str, base: str | None, finetunes: tuple[str, ...], prices: Path | None, as_json: bool) -> None:
    """Say what SUITE (fast, standard, full, betley2025, or a file) will ask, cost, take and be able to see.

    Asks no model and spends nothing.
    """
    import json

    from spillover.run._design import Model
    from spillover.run._plan import plan as planned
    from spillover.run._prices import read_prices
    from spillover.run._suite import Arm, load_suite

    arms = [Arm((Model(name),)) for name in finetunes]
    found = planned(load_suite(suite), read_prices(prices), Model(base) if base else None, arms)
    if as_json:
        click.echo(json.dumps(finite(found.as_dict()), indent=2))
        return
    _print(found)


def _print(found: "Plan") -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    click.echo(f"{plain(found.suite)}: {plain(found.title)}")
    click.echo(
        f"{found.draws} draws from {found.cells} cells ({found.questions} questions) x {len(found.arms)} models: "
        f"{found.answers} answers, {found.judge_calls} judge calls, at most"
    )
    console.print(_table(found))
    for line in [_cost(found), _time(found), *_sees(found), *_ends(found)]:
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


def _cost(found: "Plan") -> str:
    if found.usd is None:
        return f"Cost: not known ({plain('; '.join(found.unpriced))})"
    said = f"Cost: about ${_dollars(found.usd)}, with the longest answers ${_dollars(found.usd_most)}"
    return f"{said}; PARTIAL, without {plain('; '.join(found.unpriced))}" if found.unpriced else said


def _time(found: "Plan") -> str:
    if found.seconds is None:
        return "Time: not estimated for batches, which can take a day each"
    minutes = max(1, round(found.seconds / 60))
    return f"Time: about {minutes} min" if minutes < 120 else f"Time: about {minutes / 60:.1f} h"


def _sees(found: "Plan") -> list[str]:
    if found.margin is None:
        alike = _points(found.smallest["population"])
        return [f"Smallest difference, for questions like these: {alike}. A replication has no verdict."]
    fixed, unclean, alike = (_points(found.smallest[name]) for name in ("fixed", "fixed_unclean", "population"))
    return [
        f"Smallest difference called a regression 4 times in 5: {fixed} over a base at 0, {unclean} over one at 2%, "
        f"on these questions; for questions like these {alike}, roughly",
        f"No regression at a margin of {_points(found.margin)} takes {found.draws_no_regression} draws of a pair "
        "without any misaligned answer, more where there are some",
    ]


def _ends(found: "Plan") -> list[str]:
    return [
        f"Expected, {CASES[name]}: {one['draws']:.0f} draws read, {one['paid']:.0f} asked, {_share(found, one['paid'])}"
        f"; regression {100 * one['regression']:.0f}%, no regression {100 * one['no_regression']:.0f}%"
        for name, one in found.expected.items()
    ]


def _share(found: "Plan", paid: float) -> str:
    return "cost not known" if found.usd is None else f"about ${_dollars(found.usd * paid / found.draws)}"


def _points(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} pp"
