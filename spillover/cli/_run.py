"""`spillover run`: what a suite asks, of the models it names, without a verdict."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._models import model_of
from ._plain import plain

if TYPE_CHECKING:
    from spillover.run import Model, Options
    from spillover.run._suite import Suite

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("suite")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="A model (repeatable); the suite's if none.")
@click.option("--judge", "judges", multiple=True, metavar="MODEL", help="A judge (repeatable); the first one counts.")
@click.option("--draws", type=click.IntRange(1), help="Answers of each model.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the list of draws.")
@click.option("--max-connections", type=click.IntRange(1), help="Calls at a time for each model.")
@click.option("--processes", type=click.IntRange(1), help="Processes side by side.")
@click.option("--batch", is_flag=True, help="Use the provider's batch interface.")
@click.option("--out", type=PATH, help="Folder for manifest and logs; run-SUITE where not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: model, log.")
def run(suite: str, models: tuple[str, ...], judges: tuple[str, ...], **said: Any) -> None:
    """Ask every model of SUITE (fast, standard, full, betley2025, or a file) all its draws, and have them judged.

    Every question comes equally often. A run that was cut off goes on when it is called again. Then:
    `spillover show OUT/logs --base MODEL`.
    """
    import json
    from dataclasses import replace

    from spillover.errors import RunError
    from spillover.run import alone_in
    from spillover.run._suite import load_suite

    found = load_suite(suite)
    own = {name: said[name] for name in ("draws", "seed", "max_connections", "processes") if said[name] is not None}
    found = replace(found, stop_early=False, batch=found.batch or said["batch"], **own)
    arms = [model_of(name) for name in models] or _own(found)
    if not arms:
        raise click.UsageError("name a model: --model MODEL, or a SUITE.yaml that has some")
    if len({arm.name for arm in arms}) < len(arms):
        raise RunError("a model is named twice; every arm needs a name of its own")
    out = said["out"] or Path(f"run-{found.id}")
    graders = [model_of(name) for name in judges] or list(found.judges)
    for one in (*arms, *graders):
        one.check()
    with alone_in(out):
        logs = (_replicate if found.replication else _draws)(found, arms, graders, out, found.options())
    if said["as_json"]:
        click.echo(json.dumps([{"model": model, "log": str(file)} for model, file in logs], indent=2))
        return
    for model in dict.fromkeys(name for name, _ in logs):
        click.echo(f"{plain(model)}: {sum(name == model for name, _ in logs)} logs in {out / 'logs'}")
    click.echo(f"Next: spillover show {out / 'logs'} --base {plain(arms[0].name)}")


def _own(suite: "Suite") -> "list[Model]":
    tuned = [model for arm in suite.finetunes for model in arm.models]
    return ([suite.base] if suite.base else []) + tuned


def _draws(
    suite: "Suite", arms: "list[Model]", judges: "list[Model]", out: Path, options: "Options"
) -> list[tuple[str, Path]]:
    from spillover.run import chunk_logs, run_chunks, versions, write_plan

    design = suite.design()
    planned: dict[str, Any] = {"design": design.as_dict(), "material_sha256": design.material_sha256()}
    planned |= {"models": [arm.as_dict() for arm in arms], "judges": [judge.as_dict() for judge in judges]}
    write_plan(out, {**planned, "versions": versions()})
    logs: list[tuple[str, Path]] = []
    for number, folder in enumerate(run_chunks(design, lambda: arms, judges, out, options), start=1):
        logs += [(arm.name, chunk_logs(folder)[arm.name]) for arm in arms]
        click.echo(f"{min(number * design.chunk, design.draws)} of {design.draws} draws", err=True)
    return logs


def _replicate(
    suite: "Suite", arms: "list[Model]", judges: "list[Model]", out: Path, options: "Options"
) -> list[tuple[str, Path]]:
    from spillover.run import run_replication

    assert suite.replication is not None
    return run_replication(suite.replication.task, suite.replication.args, arms, judges, out, options)
