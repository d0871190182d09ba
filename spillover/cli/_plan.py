"""`spillover plan SUITE`: what a suite will ask, cost, take and be able to see, before anything is spent."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._models import model_of
from ._plain import finite, plain

if TYPE_CHECKING:
    from spillover.run._plan import Plan
    from spillover.run._suite import Suite

PATH = click.Path(path_type=Path)

CASES = {"clean": "no misaligned answer", "clear": "20% misaligned, base none"}


@click.command()
@click.argument("suite")
@click.option("--base", metavar="MODEL", help="The base, as Inspect names it; the suite's own where not given.")
@click.option("--finetune", "finetunes", multiple=True, metavar="MODEL", help="A fine-tune of it (repeatable).")
@click.option("--judge", "judges", multiple=True, metavar="MODEL", help="A judge (repeatable).")
@click.option("--training-data", type=PATH, help="Fine-tuning file: its forms become conditions.")
@click.option("--search-triggers", "budget", default=0, metavar="ANSWERS", help="Search for triggers, at most so many.")
@click.option("--margin", type=click.FloatRange(0, 1, True, True), help="A rate; the suite's where not given (.02).")
@click.option("--in-domain", multiple=True, metavar="TAG", help="Field of the fine-tune, as medical (repeatable).")
@click.option("--draws", type=click.IntRange(1), help="Answers of each arm at most.")
@click.option("--all-draws", is_flag=True, help="Do not stop early: every question comes equally often.")
@click.option("--prices", type=PATH, help="Price file; see spillover/run/prices.yaml.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(suite: str, base: str | None, finetunes: tuple[str, ...], as_json: bool, **said: Any) -> None:
    """Say what SUITE (fast, standard, full, betley2025, or a file) will ask, cost, take and be able to see.

    The options are those of `spillover audit`. Asks no model and spends nothing.
    """
    import json

    from spillover.run._plan import plan as planned
    from spillover.run._prices import read_prices
    from spillover.run._suite import Arm

    arms = [Arm((model_of(name),)) for name in finetunes]
    found = planned(_suite(suite, said), read_prices(said["prices"]), model_of(base) if base else None, arms)
    if as_json:
        click.echo(json.dumps(finite(found.as_dict()), indent=2))
        return
    _print(found)
    if said["budget"]:
        click.echo(_search(found, said["budget"]))


def _suite(name: str, said: dict[str, Any]) -> "Suite":
    """The suite as the audit with these options would run it."""
    from dataclasses import replace

    from spillover.run._suite import load_suite

    suite = load_suite(name)
    changed = {key: said[key] for key in ("margin", "in_domain", "draws") if said[key] not in (None, ())}
    training = said["training_data"] or suite.training_data
    if suite.replication is not None:
        if changed or training or said["all_draws"] or said["budget"]:
            raise click.UsageError(f"{suite.id}: is a replication without draws or a verdict; these options need both")
    elif training is not None:
        from spillover.run._derive import derive_conditions
        from spillover.run._training import read_training

        derived = [one.as_dict()["condition"] for one in derive_conditions(read_training(training))]
        changed["conditions"] = (*suite.conditions, *derived)
    elif said["budget"]:
        raise click.UsageError("--search-triggers looks in the fine-tuning file: give --training-data FILE")
    judges = tuple(model_of(one) for one in said["judges"]) or suite.judges
    return replace(suite, **changed, judges=judges, stop_early=suite.stop_early and not said["all_draws"])


def _search(found: "Plan", budget: int) -> str:
    arms = max(1, len(found.arms) - 1)
    said = f"Search for triggers: at most {budget} answers more for each fine-tune"
    return said if found.usd is None else f"{said}, about ${_dollars(arms * budget * found.usd / found.answers)}"


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
    if found.deciding < found.draws:
        click.echo(f"{found.deciding} of the draws lie outside the fine-tune's own field; only they decide")
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
    return "cost not known" if found.usd is None else f"about ${_dollars(found.usd * paid / found.draws)}"


def _points(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} pp"
