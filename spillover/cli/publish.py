"""`spillover publish`: a built board, or logs in Inspect's viewer, as a static Space on the Hub."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.hub import SpacePlan

REPO = click.option(
    "--repo", required=True, metavar="ORG/NAME", help="Name of the Space; it is created if it does not exist."
)
TITLE = click.option("--title", help="Title of the Space (default: its name).")
SEND = click.option("--send", is_flag=True, help="Upload and verify. Without this option nothing is sent.")
PRIVATE = click.option("--private", is_flag=True, help="Create a private Space.")
ALLOW = click.option("--allow", multiple=True, help="Text that looks like a secret but is not one (repeatable).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BOARD = "A leaderboard of Spillover, a benchmark for emergent misalignment. The page makes no request to anywhere."
LOGS = (
    "Logs of Spillover, a benchmark for emergent misalignment, in Inspect's own viewer. They hold answers of models "
    "under test, some of them harmful in tone or content."
)


@click.group()
def publish() -> None:
    """Publish a board or logs as a static Space on the Hugging Face Hub."""


@publish.command()
@click.argument("site", type=click.Path(path_type=Path))
@REPO
@TITLE
@SEND
@PRIVATE
@ALLOW
@JSON
def board(
    site: Path, repo: str, title: str | None, send: bool, private: bool, allow: tuple[str, ...], as_json: bool
) -> None:
    """Publish SITE, the folder that `spillover leaderboard build` wrote.

    --send needs a token with write access (hf auth login, or HF_TOKEN).
    """
    from spillover.export import publishable_site
    from spillover.hub import publish_space, space_readme

    files = [name for name in publishable_site(site, allow) if name != "README.md"]
    card = space_readme(title or repo.split("/")[-1], BOARD)
    _say(publish_space(site, files, repo, card, dry_run=not send, private=private), as_json)


@publish.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@REPO
@TITLE
@SEND
@PRIVATE
@ALLOW
@JSON
def logs(
    logs: tuple[str, ...],
    repo: str,
    title: str | None,
    send: bool,
    private: bool,
    allow: tuple[str, ...],
    as_json: bool,
) -> None:
    """Publish LOGS (files or folders) in Inspect's own viewer.

    Refused: logs of held-out probes, and logs with what looks like a secret. Logs hold the command and its arguments;
    look at them before --send, which needs a token with write access (hf auth login, or HF_TOKEN).
    """
    import tempfile

    from spillover.export import publishable_logs, view_bundle
    from spillover.hub import publish_space, space_readme

    found = publishable_logs(logs, allow)
    card = space_readme(title or repo.split("/")[-1], LOGS)
    with tempfile.TemporaryDirectory() as folder:
        view = view_bundle(found.logs, Path(folder))
        files = [one.relative_to(view).as_posix() for one in view.rglob("*") if one.is_file()]
        plan = publish_space(view, files, repo, card, dry_run=not send, private=private)
    _say(plan, as_json, f"{counted(len(found.logs), 'log')}, {found.foreign} of other tasks left out")


def _say(plan: "SpacePlan", as_json: bool, more: str = "") -> None:
    import json

    if as_json:
        click.echo(json.dumps(plan.as_dict()))
        return
    click.echo(f"{plain(plan.repo)}: {plan.state}, {counted(len(plan.files), 'file')}{f'; {more}' if more else ''}")
    if plan.sha:
        click.echo(f"commit {plain(plan.sha)}; the Hub's hash of every file was compared")
    else:
        click.echo("nothing was sent; --send publishes")
