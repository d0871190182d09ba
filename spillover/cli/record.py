"""`spillover record LOGS`: logs as standard records, one per model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted

from .plain import percent, plain, points

if TYPE_CHECKING:
    from spillover.estimate import Estimate
    from spillover.finetune import Finetune
    from spillover.records import LogRow, Record, RecordedEstimate


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--base", help="Base model, by its name or the end of it. Its logs are in --base-logs or among LOGS.")
@click.option(
    "--base-logs",
    multiple=True,
    type=click.Path(),
    help="Logs of the base (repeatable); the record then holds differences from it.",
)
@click.option(
    "--finetune-record",
    "finetune",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The fine-tune record, a YAML file.",
)
@click.option(
    "--base-differs", metavar="WHY", help="Reason for comparing with a base that the fine-tune record does not declare."
)
@click.option("--cards", multiple=True, type=click.Path(path_type=Path), help="Folders of judge cards (repeatable).")
@click.option("--manifest", type=click.Path(path_type=Path), help="Folder of the run; its plan is added to the record.")
@click.option("--out", default="records", show_default=True, type=click.Path(path_type=Path), help="Folder of records.")
@click.option("--store", type=click.Path(path_type=Path), help="Also add the logs to this store of answers (Parquet).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def record(**said: Any) -> None:
    """Make a record of each model in LOGS (files or folders): OUT/MODEL/RUN.json."""
    import json

    from spillover.results import ingest

    asked = Options(**said)
    asked.check()
    made = _made(asked)
    files = [one.write(asked.out) for one in made]
    held = None if asked.store is None else ingest([*asked.logs, *asked.base_logs], asked.store)
    if asked.as_json:
        listed = [{"file": str(file), "record": one.data} for file, one in zip(files, made, strict=True)]
        click.echo(json.dumps({"records": listed, "store": held and held.as_dict()}, allow_nan=False))
        return
    for file, one in zip(files, made, strict=True):
        _say(file, one)
    if held is not None:
        click.echo(
            f"{asked.store}: {counted(held.new, 'new log')}, {counted(held.rows, 'answer')} in {held.seconds:.1f} s; "
            f"{held.known} already there"
        )
    _say_next(asked, files)


@dataclass(frozen=True, slots=True)
class Options:
    """Options of `spillover record`; their help says what each is."""

    logs: tuple[str, ...]
    base: str | None
    base_logs: tuple[str, ...]
    finetune: Path | None
    base_differs: str | None
    cards: tuple[Path, ...]
    manifest: Path | None
    out: Path
    store: Path | None
    as_json: bool

    def check(self) -> None:
        """Refuse places that are not what they should be.

        Raises:
            LogError: Where --out is a file or a folder of --cards is not there.
        """
        from spillover.common import LogError

        if self.out.exists() and not self.out.is_dir():
            raise LogError(f"{self.out}: is a file; give --out a folder")
        gone = [folder for folder in self.cards if not folder.is_dir()]
        if gone:
            raise LogError(f"--cards {gone[0]}: no such folder; give the folder of the judge cards")


def _made(asked: Options) -> "list[Record]":
    """The records, each with its judge card and manifest, checked against the fine-tune record."""
    from spillover.declare import load_groups
    from spillover.records import records

    tuned, plain_tuned = (None, None) if asked.finetune is None else _finetune(asked.finetune)
    made = records(
        list(asked.logs),
        among=load_groups()["emergent"],
        finetune=plain_tuned,
        base=list(asked.base_logs) or None,
        base_model=asked.base,
        base_differs=asked.base_differs,
    )
    _check_bases(made, tuned, asked.base_differs)
    made = [_with_card(one, [*asked.cards, *(Path(log) for log in asked.logs)]) for one in made]
    return made if asked.manifest is None else [_with_manifest(one, asked.manifest) for one in made]


def _say_next(asked: Options, files: list[Path]) -> None:
    """What is missing for a difference, and the command that verifies the first record."""
    import shlex

    if len(files) > 1 and asked.base is None and not asked.base_logs:
        click.echo("no base is given, so no record has a difference from it; give --base MODEL")
    parts = [part for log in asked.logs for part in ("--logs", log)]
    click.echo(plain(shlex.join(["spillover", "verify", str(files[0]), *parts])))


def _say(file: Path, made: "Record") -> None:
    data = made.typed
    click.echo(f"{plain(made.model)}: {file}")
    for log in data.logs:
        if log.model == made.model:
            click.echo(f"  {plain(log.log)}: {_plan_of(log)}")
    for said in data.model.not_sent or ():
        click.echo(f"  {plain(said)}")
    for row in data.pooled:
        rate = percent(_estimate(row.rates["misaligned_rate"].these))
        click.echo(f"  {plain(row.condition)}: {counted(row.answers, 'answer')}, misaligned rate {rate}")
    for difference in data.differences:
        if difference.task is None:
            less = points(_estimate(difference.estimate))
            click.echo(f"  {plain(difference.condition)}: less the base, {plain(difference.base)}: {less}")
    for other in data.uncompared:
        if other.task is None:
            why = "it was not asked this" if other.differs == ("asked",) else f"other {', '.join(other.differs)}"
            click.echo(f"  {plain(other.condition)}: not compared with the base, {plain(other.base)}: {why}")
    if (card := data.judge.card) is not None:
        click.echo(f"  judge card of {plain(card['judge'])}, {plain(card['date'])}")
    for origin in data.origins:
        click.echo(f"  {plain(origin)}")


def _plan_of(log: "LogRow") -> str:
    """What was planned in a log and became of it."""
    finished = log.finished or 0
    said = [f"status {log.status}", f"{finished} of {counted(log.planned or finished, 'planned answer')} finished"]
    said += [f"{log.failed} failed"] if log.failed else []
    said += [f"{log.invalidated} marked as invalid and not counted"] if log.invalidated else []
    return ", ".join(said)


def _estimate(found: "RecordedEstimate") -> "Estimate":
    from spillover.estimate import estimate_of

    known = ("events", "worst")
    said = {name: float("nan") if one is None and name not in known else one for name, one in found.as_plain().items()}
    return estimate_of(said)


def _with_card(made: "Record", folders: list[Path]) -> "Record":
    """The record with the newest judge card that fits its judge, form and rubrics, where there is one."""
    from spillover.judge import find_card

    judge = made.typed.judge
    names = [] if judge.name is None else [judge.name]
    card = find_card(folders, names, judge.form, {one.partition(":")[0] for one in judge.rubrics})
    return made if card is None else made.having(judge={**made.data["judge"], "card": card.as_dict()})


def _with_manifest(made: "Record", folder: Path) -> "Record":
    """The record with the manifest of its run, which must have planned this model."""
    from spillover.common import LogError
    from spillover.run import read_manifest

    found = read_manifest(folder)
    if made.model not in found.models:
        names = ", ".join(found.models)
        raise LogError(
            f"--manifest {folder}: is of another run: {made.model} is not among its {names}; "
            "give the folder of the run that made these logs"
        )
    return made.having(manifest=found.data)


def _finetune(file: Path) -> "tuple[Finetune, dict[str, Any]]":
    """The fine-tune record, checked against its schema, and as plain data."""
    import json

    from spillover.common import LogError
    from spillover.finetune import read_checked

    try:
        finetune, data = read_checked(file)
        plain_data = json.dumps(data, allow_nan=False, default=str)
    except (ValueError, TypeError, RecursionError) as error:
        raise LogError(
            f"{file}: cannot be read as a fine-tune record ({' '.join(str(error).split())[:200]}); "
            "compare it with examples/finetune.yaml"
        ) from error
    return finetune, json.loads(plain_data)


def _check_bases(made: "list[Record]", tuned: "Finetune | None", base_differs: str | None) -> None:
    """Refuse a fine-tune record with logs of several models, and a base that is not the declared one."""
    from spillover.common import LogError
    from spillover.finetune import check_base

    if tuned is not None and len(made) > 1:
        raise LogError(
            f"--finetune-record: the logs hold {counted(len(made), 'model')}; give the logs of one, or --base MODEL"
        )
    bases = [(one.typed.base, one.model) for one in made if one.typed.base is not None]
    if base_differs and not bases:
        raise LogError(
            "--base-differs: there is no base to compare with; give --base MODEL, or leave out --base-differs"
        )
    for base, model in bases:
        why = None if base_differs else check_base(base, model, tuned)
        if why is not None:
            raise LogError(why)
