"""`spillover check`: are the declarations sound, and has no material changed under the same version?"""

import click

from spillover.common import counted


@click.command()
@click.option("--record", is_flag=True, help="Record the hash of the material of every version that has none yet.")
@click.option(
    "--forget",
    "taken_back",
    metavar="TASK",
    help="First withdraw the recorded hash of a version that has not been run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(record: bool, taken_back: str | None, as_json: bool) -> None:
    """Check every declaration, group and recorded version."""
    import json

    from spillover.declare import check_recorded, forget, load_all, load_groups

    if taken_back is not None:
        forget(taken_back)
    declared, groups = load_all(), load_groups()
    new = check_recorded(record=record)
    if as_json:
        versions = {name: one.version for name, one in declared.items()}
        click.echo(json.dumps({"declarations": versions, "groups": groups, "newly_recorded": new}))
        return
    for name, one in declared.items():
        click.echo(f"{name} {one.version}{' (newly recorded)' if name in new else ''}")
    click.echo(
        f"{counted(len(declared), 'declaration')} and {counted(len(groups), 'group')} are valid; "
        "the hash of their material is the recorded one"
    )
