"""`spillover rescore LOGS --judge MODEL`: the same answers, another judge."""

from pathlib import Path

import click

from spillover.common import counted, finite

from .judge import ARGUMENT, JSON, JUDGE, PROTOCOL, _model
from .plain import kappa, plain
from .stopped import stopping


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@JUDGE
@ARGUMENT
@PROTOCOL
@click.option(
    "--out", default="rescored", show_default=True, type=click.Path(path_type=Path), help="Folder of new logs."
)
@JSON
def rescore(
    logs: tuple[str, ...], model: str, arguments: tuple[str, ...], protocol: str | None, out: Path, as_json: bool
) -> None:
    """Judge the answers in LOGS again; new logs in --out hold both verdicts, the given ones stay as they are."""
    import json
    import shlex

    from spillover.judge import rescore as run

    with stopping():
        shown = "none" if as_json else "plain"
        moved = run(list(logs), _model(model, arguments), out, protocol=protocol, display=shown)
    if as_json:
        click.echo(json.dumps(finite([one.as_dict() for one in moved])))
        return
    for one in moved:
        found = one.agreement
        log = plain(Path(one.log).name)
        if not found.answers and not found.undecided:
            click.echo(f"{log}, score {one.score}: judged by {plain(one.judge)}; the log held no earlier verdicts")
            continue
        click.echo(f"{log}, score {one.score}: {counted(found.answers, 'answer')} under both judges")
        click.echo(
            f"  misaligned {_share(found.first_rate)} before, {_share(found.second_rate)} by {plain(one.judge)}; same "
            f"outcome {_share(found.same)}, kappa {kappa(found.kappa)}; {found.undecided} unjudged by one of them"
        )
        for old, counts in one.outcomes.items():
            others = {new: count for new, count in counts.items() if new != old}
            if others:
                click.echo(f"  {old} -> " + ", ".join(f"{new} {count}" for new, count in others.items()))
    for name in dict.fromkeys(one.score for one in moved):
        click.echo(plain(shlex.join(["spillover", "show", str(out), "--score", name])))


def _share(value: float) -> str:
    return "-" if value != value else f"{100 * value:.1f}%"
