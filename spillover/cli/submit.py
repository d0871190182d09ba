"""`spillover submit --record FILE`: the folder of a submission, checked as a pull request will be."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.submissions import Checked

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--record", required=True, type=PATH, help="Record that `spillover record` wrote.")
@click.option(
    "--logs", multiple=True, type=PATH, help="Logs of the record, files or folders (repeatable); they are copied."
)
@click.option(
    "--logs-at", metavar="PLACE", help="Address of the logs instead: https://... or hf:ORG/NAME@COMMIT/FOLDER."
)
@click.option(
    "--finetune-record",
    "finetune",
    metavar="FILE",
    type=PATH,
    help="Fine-tune record (default: the one in the record).",
)
@click.option(
    "--overlap", type=PATH, help="Report that `spillover dataset overlap --out` wrote for the fine-tuning data."
)
@click.option("--no-overlap", metavar="WHY", help="Reason why there is no overlap report.")
@click.option(
    "--license", "license_id", default="CC-BY-4.0", show_default=True, help="SPDX licence id for record and logs."
)
@click.option(
    "--consent",
    is_flag=True,
    help="I have the right to publish record and logs under this license, and I publish them.",
)
@click.option("--part", metavar="WHY", help="Reason why the logs hold only part of the design; a part is not ranked.")
@click.option("--contact", help="Your contact; it is published.")
@click.option("--out", default="leaderboard/submissions", show_default=True, type=PATH, help="Folder of submissions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def submit(
    record: Path,
    logs: tuple[Path, ...],
    logs_at: str | None,
    finetune: Path | None,
    overlap: Path | None,
    no_overlap: str | None,
    license_id: str,
    consent: bool,
    part: str | None,
    contact: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Make OUT/DATE_MODEL of a record, its logs or their place, and what you declare; nothing is sent anywhere.

    It is checked as `spillover leaderboard check --new` does; where that finds a problem, nothing is left.
    """
    import json

    from spillover.common import LogError
    from spillover.submissions import Declared, prepare

    if not consent:
        raise LogError(f"--consent is missing; give it to agree that record and logs are published under {license_id}")
    said = Declared(license_id, overlap, no_overlap, finetune, contact, part)
    found: list[Checked] = []
    made = prepare(record, out, said, logs=logs, logs_at=logs_at, check=lambda *at: found.append(_checked(out, *at)))
    if as_json:
        click.echo(json.dumps({"folder": str(made), **found[0].as_dict()}, allow_nan=False))
        return
    click.echo(
        f"{made}: {found[0].verification} ({counted(found[0].logs, 'log')}, {counted(found[0].answers, 'answer')})"
    )
    for flag in found[0].flags:
        click.echo(f"  please check (no error): {plain(str(flag))}")
    click.echo("Open a pull request that adds this folder and nothing else (docs/leaderboard.md).")


def _checked(out: Path, folder: Path, name: str) -> "Checked":
    from spillover.common import LogError
    from spillover.submissions import How, Siblings, check

    from .package import Package

    found = check(folder, How(new=True, shipped=Package(), among=out), Siblings.read(out), name)
    if found.problems:
        more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
        raise LogError(f"{name}: {found.problems[0]}{more}")
    return found
