"""`spillover record LOGS`: logs as standard records, one per model."""

from pathlib import Path

import click

from ._plain import percent, plain


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--base-logs", multiple=True, type=click.Path(), help="Logs of the base (repeatable), for differences.")
@click.option("--finetune", type=click.Path(path_type=Path), help="The fine-tune record, a YAML file.")
@click.option("--out", default="records", show_default=True, type=click.Path(path_type=Path), help="Folder of records.")
@click.option(
    "--store", type=click.Path(path_type=Path), help="Bring the logs into this store of verdicts (Parquet) too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def record(
    logs: tuple[str, ...],
    base_logs: tuple[str, ...],
    finetune: Path | None,
    out: Path,
    store: Path | None,
    as_json: bool,
) -> None:
    """Make a record of each model in LOGS (files or folders): OUT/MODEL/RUN.json."""
    import json

    from spillover.declare import load_groups
    from spillover.errors import LogError
    from spillover.verdicts import ingest, records

    if out.exists() and not out.is_dir():
        raise LogError(f"{out}: is a file; --out takes a folder")
    tuned = None if finetune is None else _finetune(finetune)
    made = records(list(logs), among=load_groups()["emergent"], base=list(base_logs) or None, finetune=tuned)
    if tuned is not None and len(made) > 1:
        raise LogError(f"--finetune {finetune}: the logs hold {len(made)} models; give the logs of one")
    files = [one.write(out) for one in made]
    held = None if store is None else ingest([*logs, *base_logs], store)
    if as_json:
        said = [{"file": str(file), "record": one.data} for file, one in zip(files, made, strict=True)]
        click.echo(json.dumps({"records": said, "store": held and held.as_dict()}, allow_nan=False))
        return
    for file, one in zip(files, made, strict=True):
        click.echo(f"{plain(one.model)}: {file}")
        for row in one.data["pooled"]:
            click.echo(f"  {plain(row['condition'])}: {row['answers']} answers, misaligned rate {_rate(row)}")
        for origin in one.data["origins"]:
            click.echo(f"  {plain(origin)}")
    if held is not None:
        click.echo(f"{store}: {held.new} new logs, {held.rows} answers in {held.seconds:.1f} s; {held.known} known")
    click.echo(f"spillover verify {files[0]} --logs DIR")


def _rate(row: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    from spillover.estimate import Estimate

    found = row["rates"]["misaligned_rate"]["these questions"]
    return percent(Estimate(**{k: float("nan") if v is None and k != "events" else v for k, v in found.items()}))  # type: ignore[arg-type]


def _finetune(file: Path) -> dict[str, object]:
    """The fine-tune record as plain data."""
    import json

    import yaml

    from spillover.errors import LogError

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("not a mapping of fields")
        plain_data: dict[str, object] = json.loads(json.dumps(found, allow_nan=False, default=str))
    except (OSError, ValueError, TypeError, yaml.YAMLError, RecursionError) as error:
        raise LogError(f"{file}: not a fine-tune record ({' '.join(str(error).split())[:200]})") from error
    return plain_data
