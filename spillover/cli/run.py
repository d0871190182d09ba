"""`spillover run`: asks a suite's questions of the named models, without a comparison."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted

from .asking import PATH, Asking, asked_so, asking_options, say_without_anchor
from .models import model_of
from .plain import plain
from .stopped import BEAT, OUTAGE, stopping

if TYPE_CHECKING:
    from spillover.plan import Model, Options, Suite
    from spillover.run import Manner

CHANGED = ("draws", "seed", "max_connections", "processes")
"""Fields of a suite that an option of the same name changes."""
REASONS = 3
"""Reasons for missing verdicts that are shown for each model, the most frequent."""


@click.command()
@click.argument("suite")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="Model, PROVIDER/MODEL (repeatable; default: the suite's).",
)
@click.option(
    "--judge",
    "judges",
    multiple=True,
    metavar="MODEL",
    help="Judge, PROVIDER/MODEL (repeatable). The first judge's verdicts count. Default: the suite's.",
)
@asking_options
@click.option("--draws", type=click.IntRange(1), help="Number of answers of each model.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the list of draws.")
@click.option("--batch", is_flag=True, help="Use the provider's batch interface.")
@click.option("--out", type=PATH, help="Folder for manifest and logs (default: run-SUITE).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: model, log.")
def run(**given: Any) -> None:
    """Ask every model of SUITE (fast, standard, full, betley2025, or a file) all its draws, and have them judged.

    Every question comes equally often. An interrupted run resumes when it is called again. It ends with the table of
    `spillover show`. For each domain under each condition:
    `spillover show OUT/logs --base MODEL --cells`.

    Exit code: 0, 2 wrong use, 70 an outage, or no verdict at all on the answers of a model, 130 Ctrl-C, 143 SIGTERM.
    """
    import sys

    asked = RunOptions(**given)
    found = _suite(asked)
    arms = [model_of(name) for name in asked.models] or _own(found)
    out = asked.out or Path(f"run-{found.id}")
    graders = [model_of(name) for name in asked.judges] or list(found.judges)
    _check(arms, graders)
    say_without_anchor(found)
    if found.replication is None:
        from spillover.run import check_drawn

        check_drawn(found.design(), arms)
    with stopping():
        logs = _asked(found, arms, graders, out, first_call=not asked.no_first_call)
        _print(logs, out, arms[0].name, asked.as_json)
        _left(arms, logs)
        mute = _unjudged(logs, out, asked.as_json)
    if mute:
        sys.exit(OUTAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions(Asking):
    """Options of `spillover run`; their help says what each is."""

    models: tuple[str, ...]
    out: Path | None
    as_json: bool


def _suite(asked: RunOptions) -> "Suite":
    from spillover.plan import load_suite

    found = load_suite(asked.suite)
    own = {name: getattr(asked, name) for name in CHANGED if getattr(asked, name) is not None}
    return asked_so(replace(found, stop_early=False, batch=found.batch or asked.batch, **own), asked)


def _own(suite: "Suite") -> "list[Model]":
    tuned = [model for arm in suite.finetunes for model in arm.models]
    return ([suite.base] if suite.base else []) + tuned


def _check(arms: "list[Model]", judges: "list[Model]") -> None:
    from spillover.plan import check_judges
    from spillover.run import check_named

    if not arms:
        raise click.UsageError("name a model: --model MODEL, or a SUITE.yaml that has some")
    check_named(arms, judges)
    for line in check_judges(judges):
        click.echo(plain(line), err=True)
    for one in (*arms, *judges):
        one.check()


def _asked(
    suite: "Suite", arms: "list[Model]", judges: "list[Model]", out: Path, first_call: bool
) -> list[tuple[str, Path]]:
    from spillover.plan import calls_before
    from spillover.run import all_there, alone_in, first_calls, replicated

    with alone_in(out):
        finished = replicated(arms, out) if suite.replication else all_there(suite.design(), arms, out)
        if first_call and not finished:
            first_calls(calls_before(arms, judges), _manner(suite), lambda line: click.echo(plain(line), err=True))
        options = replace(suite.options(), beat=BEAT)
        return (_replicate if suite.replication else _draws)(suite, arms, judges, out, options)


def _manner(suite: "Suite") -> "Manner":
    """How the suite asks the models."""
    from spillover.plan import made_task
    from spillover.run import manner_of, manner_of_task

    if suite.replication is None:
        return manner_of(suite.design())
    return manner_of_task(suite.replication, made_task(suite.replication, suite.judge))


def _draws(
    suite: "Suite", arms: "list[Model]", judges: "list[Model]", out: Path, options: "Options"
) -> list[tuple[str, Path]]:
    from spillover.logs import read
    from spillover.run import check_tokens, chunk_logs, run_chunks, versions, write_plan

    design = suite.design()
    planned: dict[str, Any] = {"design": design.as_dict(), "material_sha256": design.material_sha256()}
    planned |= {"models": [arm.as_dict() for arm in arms], "judges": [judge.as_dict() for judge in judges]}
    write_plan(out, {**planned, "versions": versions()})
    logs: list[tuple[str, Path]] = []
    for number, folder in enumerate(run_chunks(design, lambda: arms, judges, out, options), start=1):
        logs += [(arm.name, chunk_logs(folder)[arm.name]) for arm in arms]
        for name, file in logs if number == 1 else []:
            check_tokens(design, name, read([str(file)]))
        click.echo(f"{min(number * design.chunk, design.draws)} of {counted(design.draws, 'draw')}", err=True)
    return logs


def _replicate(
    suite: "Suite", arms: "list[Model]", judges: "list[Model]", out: Path, options: "Options"
) -> list[tuple[str, Path]]:
    from spillover.run import run_replication

    assert suite.replication is not None
    return run_replication(suite.replication, suite.judge, arms, judges, out, options)


def _print(logs: list[tuple[str, Path]], out: Path, first: str, as_json: bool) -> None:
    import json
    import shlex

    if as_json:
        click.echo(json.dumps([{"model": model, "log": str(file)} for model, file in logs], indent=2))
        return
    for model in dict.fromkeys(name for name, _ in logs):
        click.echo(
            f"{plain(model)}: {counted(sum(name == model for name, _ in logs), 'log')} in {plain(str(out / 'logs'))}"
        )
    _show(logs, first)
    click.echo(f"Next: {plain(shlex.join(['spillover', 'show', str(out / 'logs'), '--base', first, '--cells']))}")


def _show(logs: list[tuple[str, Path]], base: str) -> None:
    """Print what `spillover show` prints of these logs."""
    from .show import Asked, look, print_found

    asked = Asked(tuple(dict.fromkeys(str(file) for _, file in logs)), base)
    print_found(look(asked), asked)


def _left(arms: "list[Model]", logs: list[tuple[str, Path]]) -> None:
    """Say which answers of recorded models were not asked for."""
    from spillover.common import is_recording
    from spillover.logs import read
    from spillover.run import not_asked_for

    if any(is_recording(arm.name) for arm in arms):
        for line in not_asked_for(arms, [read([str(file) for _, file in logs])]):
            click.echo(plain(line), err=True)


def _unjudged(logs: list[tuple[str, Path]], out: Path, as_json: bool) -> list[str]:
    """Say how many answers of each model are unjudged, and why; give the models without any verdict."""
    import shlex

    from spillover.logs import read

    mute = []
    for model in dict.fromkeys(name for name, _ in logs):
        rows = read([str(file) for name, file in logs if name == model])
        missing = rows[rows["outcome"] == "unjudged"]
        if missing.empty:
            continue
        why = missing["reason"].fillna("no reason given").value_counts()
        shown = "; ".join(f"{count} x {plain(str(reason))}" for reason, count in why.head(REASONS).items())
        more = f"; {counted(len(why) - REASONS, 'other reason')}" if len(why) > REASONS else ""
        click.echo(
            f"{plain(model)}: {len(missing)} of {counted(len(rows), 'answer')} unjudged: {shown}{more}", err=as_json
        )
        mute += [model] if len(missing) == len(rows) else []
    if mute:
        again = shlex.join(["spillover", "rescore", str(out / "logs"), "--judge", "PROVIDER/MODEL"])
        click.echo(f"no verdict at all on {plain(', '.join(mute))}; ask another judge: {plain(again)}", err=True)
    return mute
