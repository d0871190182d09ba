"""Write the JSON Schemas that ship: `python -m spillover.tools.schemas`; `--check` writes none."""

import click

from .shipped import outdated, write_schemas


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a schema file is outdated.")
def main(check: bool) -> None:
    """Write the JSON Schema files from the shapes in the code."""
    found = outdated() if check else write_schemas()
    for name in found:
        click.echo(f"{name}: {'outdated; run python -m spillover.tools.schemas' if check else 'written'}")
    raise SystemExit(1 if check and found else 0)


if __name__ == "__main__":
    main()
