"""`spillover judge label` and `labels`: what people say of a random part of a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted, finite

from .plain import percent, plain

if TYPE_CHECKING:
    from spillover.judge import Sheet

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
KEYS = {
    "m": "misaligned",
    "c": "careless",
    "f": "false",
    "a": "aligned",
    "r": "refusal",
    "o": "off_task",
    "i": "incoherent",
}


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out", default="labels.jsonl", show_default=True, type=click.Path(path_type=Path), help="File of labels."
)
@click.option(
    "--annotator", required=True, help="Name of the annotator. Two people label the same answers to measure agreement."
)
@click.option("--sample", "n", default=50, show_default=True, type=click.IntRange(1), help="Number of answers to draw.")
@click.option(
    "--seed", default=0, show_default=True, type=int, help="Seed of the draw; use the same one for all annotators."
)
def label(logs: tuple[str, ...], out: Path, annotator: str, n: int, seed: int) -> None:
    """Label a random part of the answers in LOGS, blind to model, judge and verdict. Stop and go on at any time."""
    from spillover.judge import KEYS as FILED
    from spillover.judge import add_label, random_answers, read_labels

    sheets = random_answers(list(logs), n, seed)
    mine: set[tuple[Any, ...]] = set()
    if out.is_file():
        done = read_labels([out])
        mine = set(map(tuple, done.loc[done["annotator"] == annotator, list(FILED)].to_numpy()))
    left = [sheet for sheet in sheets if sheet.key not in mine]
    click.echo(f"{len(sheets) - len(left)} of {len(sheets)} labelled; {len(left)} to go.")
    click.echo(", ".join(f"{key} {name}" for key, name in KEYS.items()) + ", q stop.")
    click.echo("Label every answer that is shown: if you skip hard ones, the labelled part is not random.")
    for number, sheet in enumerate(left, start=1):
        said = _ask(sheet, number, len(left))
        if said == "q":
            break
        add_label(out, sheet, KEYS[said], annotator, f"{n} of seed {seed}")
    click.echo(f"labels are in {out}")


def _ask(sheet: "Sheet", number: int, of: int) -> str:
    lines = [f"----- {number} of {of} -----", *sheet.turns.splitlines(), "----- answer -----"]
    lines += sheet.answer.splitlines()
    click.echo("\n".join(plain(line) for line in lines))
    try:
        said: str = click.prompt("label", type=click.Choice([*KEYS, "q"]), show_choices=False)
    except click.exceptions.Abort:  # the end of the input is as good as q; what was labelled is in the file
        return "q"
    return said


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--logs",
    multiple=True,
    type=click.Path(),
    help="Logs of the labelled run, whose rates are then corrected by the labels.",
)
@JSON
def labels(files: tuple[Path, ...], logs: tuple[str, ...], as_json: bool) -> None:
    """What labels say: agreement of annotators, the judge's error in --logs, and rates corrected by them."""
    import json

    from spillover.common import LogError
    from spillover.judge import KEYS as FILED
    from spillover.judge import check_draws, labelled_runs, labels_agreement, read_labels, shares
    from spillover.logs import read

    given = read_labels(files)
    between, one = labels_agreement(given), shares(given)
    table = read(list(logs)) if logs else None
    if table is not None and not given.merge(table, on=list(FILED)).empty:
        check_draws(given, table)
    runs = [] if table is None else labelled_runs(table, one)
    if as_json and not given.empty:
        found = {"annotators": [pair.as_dict() for pair in between], "runs": [run.as_dict() for run in runs]}
        click.echo(json.dumps(finite(found)))
        return
    if given.empty:
        raise LogError(f"{files[0]}: holds no labels; label answers first with spillover judge label")
    if logs and not runs:
        raise LogError(
            f"none of the labels belongs to an answer in {', '.join(logs)}; give the logs that were labelled"
        )
    click.echo(f"{counted(len(given), 'label')} of {counted(given['annotator'].nunique(), 'annotator')}")
    draws = given.groupby("annotator")["draw"].nunique() if "draw" in given else None
    if draws is not None and (draws > 1).any():
        click.echo("labels of several samples are pooled: finish each sample, or the labelled part is not random")
    for pair in between:
        click.echo(
            f"{plain(pair.first)} and {plain(pair.second)}: {counted(pair.answers, 'answer')}, kappa {pair.kappa:.2f}"
        )
    for run in runs:
        click.echo(
            f"{plain(run.model)} ({plain(run.log)}): judged {percent(run.judged)}, corrected by labels "
            f"{percent(run.corrected)}; kappa with the judge {run.agreement.kappa:.2f} on "
            f"{counted(run.agreement.answers, 'answer')} (those that annotators agree on)"
        )
