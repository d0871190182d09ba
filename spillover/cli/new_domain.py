"""`spillover new-domain NAME`: the files of a new domain, ready to run, with every place to write in marked."""

from pathlib import Path

import click

from .clone import needs_clone


@click.command("new-domain")
@click.argument("name")
@needs_clone
def new_domain(name: str) -> None:
    """Write task, declaration, probes, rubric section, card and test of a new domain NAME into this clone."""
    from spillover.tools.dataset import scaffold

    here = Path.cwd()
    written = scaffold(name, here)
    click.echo("Written; replace every TODO:")
    for path in written:
        click.echo(f"  {path.relative_to(here)}")
    click.echo(
        "Then: spillover dataset build, spillover check --record, spillover cards build, make check (CONTRIBUTING.md)."
    )
