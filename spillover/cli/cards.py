"""`spillover cards build`: the benchmark cards as Markdown."""

import click

from .clone import needs_clone


@click.group()
def cards() -> None:
    """Benchmark cards: what people wrote, joined with the figures of declarations and dataset."""


@cards.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if something would change.")
@needs_clone
def build(only_check: bool) -> None:
    """Write the Markdown of every card."""
    from spillover.tools.cards import build_cards

    changed = build_cards(only_check=only_check)
    for name in changed:
        click.echo(f"{'would change' if only_check else 'written'}: benchmark_cards/{name}")
    if not changed:
        click.echo("every card is up to date")
    if changed and only_check:
        raise SystemExit(1)
