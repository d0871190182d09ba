"""`spillover export`: results in the formats of other projects."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted

from .clone import needs_clone
from .plain import plain

if TYPE_CHECKING:
    from spillover.audit.report import ReportShape
    from spillover.records import Record
    from spillover.tools import Asked

PATH = click.Path(path_type=Path)
RECORD = click.argument("record", type=PATH)
DEPLOYMENT = click.Choice(["self_deployed", "externally_managed", "unknown"])
AVAILABILITY = click.Choice(["open_weights", "closed_weights", "unknown"])


@click.group()
def export() -> None:
    """Write records, audits and tasks in the formats of others."""


@export.command()
@RECORD
@click.option("--organization", required=True, help="Who provides the data.")
@click.option(
    "--relationship",
    required=True,
    type=click.Choice(["first_party", "third_party", "collaborative", "other"]),
    help="Relationship of the evaluator to the model's developer.",
)
@click.option("--organization-url", metavar="URL", help="Web address of the organization.")
@click.option("--model-id", metavar="DEVELOPER/NAME", help="Public name of the model.")
@click.option("--deployment", type=DEPLOYMENT, default="unknown", show_default=True, help="Deployment of the model.")
@click.option(
    "--availability", type=AVAILABILITY, default="unknown", show_default=True, help="Availability of the weights."
)
@click.option(
    "--instances", multiple=True, type=PATH, help="Logs of the record (repeatable); one line per answer is written too."
)
@click.option("--out", default="every_eval_ever", show_default=True, type=PATH, help="Output folder.")
def eee(record: Path, instances: tuple[Path, ...], out: Path, organization_url: str | None, **said: Any) -> None:
    """Every Eval Ever (schema 0.3.0) from RECORD: OUT/data/spillover/DEVELOPER/MODEL/UUID.json."""
    import json

    from spillover.export import Publisher, aggregate, place, sound_record, write_file, write_instances
    from spillover.export import instances as rows

    found, by = sound_record(record), Publisher(url=organization_url, **said)
    whole = aggregate(found, by)
    details = write_instances(found, by, rows(found, by, instances), out) if instances else None
    whole |= {} if details is None else {"detailed_evaluation_results": details}
    path = write_file(out / place(found, by), json.dumps(whole, indent=2, allow_nan=False) + "\n")
    lines = "" if details is None else f", {counted(details['total_rows'], 'answer')} beside it"
    click.echo(f"{plain(found.model)}: {counted(len(whole['evaluation_results']), 'result')}{lines}: {path}")


@export.command("hf-eval-results")
@RECORD
@click.option("--dataset", metavar="ORG/NAME", help="Dataset on the Hub (default: ours).")
@click.option("--revision", metavar="SHA", help="Commit of the dataset (default: the one that the logs name).")
@click.option("--condition", default="plain", show_default=True, help="Condition to export.")
@click.option("--url", metavar="URL", help="Web address of the logs or the record.")
@click.option("--out", default=".eval_results/spillover.yaml", show_default=True, type=PATH, help="File to write.")
def hf_eval_results(
    record: Path, dataset: str | None, revision: str | None, condition: str, url: str | None, out: Path
) -> None:
    """`.eval_results` of a model repository from RECORD: aligned rate in percent, higher is better."""
    from spillover.export import eval_results, eval_results_yaml, sound_record, write_file
    from spillover.hub import DATASET

    found = sound_record(record)
    asked = _questions(found)
    entries = eval_results(found, dataset or DATASET, condition=condition, revision=revision, url=url, questions=asked)
    path = write_file(out, eval_results_yaml(entries))
    click.echo(f"{plain(found.model)}: {counted(len(entries), 'result')}: {path}")


def _questions(record: "Record") -> dict[str, int]:
    """Questions of the public split of each declared task that a record holds and that has probes of its own."""
    from spillover.declare import asked_probes, load, names

    tasks = {row["task"] for row in record.data["results"]} & set(names())
    found = {task: load(task).probes for task in tasks}
    return {
        task: len({probe.cluster for probe in asked_probes(task, probes)})
        for task, probes in found.items()
        if set(probes) & {"path", "ids"}
    }


@export.command("inspect-evals-register")
@click.option("--repository-url", required=True, metavar="URL", help="https://HOST/OWNER/NAME of the code.")
@click.option("--maintainer", multiple=True, required=True, help="GitHub account of a maintainer (repeatable).")
@click.option("--contributor", multiple=True, help="GitHub account of an author (default: the maintainers).")
@click.option("--commit", metavar="SHA", help="Commit of the code (default: the clone's).")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    default=["emergent_misalignment"],
    show_default=True,
    help="Task to register (repeatable).",
)
@click.option("--record", "records", multiple=True, type=PATH, help="Records whose figures are reported (repeatable).")
@click.option("--run-commit", metavar="SHA", help="Commit that the records were made with.")
@click.option("--clone", default=".", show_default=True, type=PATH, help="A clone of the repository.")
@click.option("--out", default="register", show_default=True, type=PATH, help="Output folder.")
@needs_clone
def inspect_evals_register(
    repository_url: str,
    maintainer: tuple[str, ...],
    contributor: tuple[str, ...],
    commit: str | None,
    tasks: tuple[str, ...],
    records: tuple[Path, ...],
    run_commit: str | None,
    clone: Path,
    out: Path,
) -> None:
    """Entries of the inspect_evals register, one per task: OUT/spillover_TASK/eval.yaml."""
    from spillover.export import sound_record, write_file
    from spillover.tools import entry_yaml, register_entry, source_of

    source = source_of(clone, repository_url, maintainer, commit)
    found = [sound_record(one) for one in records]
    given: dict[str, Any] = {"contributors": contributor, "records": found, "run_commit": run_commit}
    entries = {name: register_entry(_asked(name), source, clone, **given) for name in tasks}
    for name, entry in entries.items():
        click.echo(str(write_file(out / f"spillover_{name}" / "eval.yaml", entry_yaml(entry))))
    click.echo(f"source {plain(source.url)} at {source.commit}; it must be there before the entry is handed in")


def _asked(name: str) -> "Asked":
    """A shipped task as the register shows it."""
    from spillover.common import DeclarationError
    from spillover.declare import build, load, names
    from spillover.tools import Asked

    if name not in names():
        raise DeclarationError(f"--task {name}: no such task; give one of {', '.join(names())}")
    declared = load(name)
    return Asked(name, declared.title, declared.theme, declared.version, len(build(name).dataset))


@export.command()
@click.option("--folder", type=PATH, help="Dataset folder (default: the one in the package).")
@click.option("--out", default="croissant.json", show_default=True, type=PATH, help="File to write.")
@needs_clone
def croissant(folder: Path | None, out: Path) -> None:
    """Croissant 1.1 of the dataset, as `spillover dataset build` wrote it, after a look that nothing changed since."""
    from spillover.common import DatasetError
    from spillover.declare import own
    from spillover.export import write_file
    from spillover.tools.dataset import build_dataset

    home = own(folder)
    if changed := build_dataset(home, only_check=True):
        raise DatasetError(f"{home}: {changed[0]} is not as built; run spillover dataset build first")
    click.echo(str(write_file(out, (home / "croissant.json").read_text(encoding="utf-8"))))


@export.command()
@click.argument("source", type=PATH)
@click.option(
    "--logs", multiple=True, type=PATH, help="Folder with its logs: hash each log again and compare (repeatable)."
)
@click.option("--out", default="attestation.json", show_default=True, type=PATH, help="File to write.")
@click.option(
    "--sign", "signed", is_flag=True, help="Also sign with Sigstore: OUT.sigstore.json (needs the extra `sigstore`)."
)
def attestation(source: Path, logs: tuple[Path, ...], out: Path, signed: bool) -> None:
    """in-toto statement of a record's figures, or of an audit's result (report.json, or the folder that holds it)."""
    from spillover.common import canonical
    from spillover.export import sign, signing_is_possible, write_file

    if signed:
        signing_is_possible()
    made = _statement(source)
    checked = _compared(made, logs)
    payload = canonical(made)
    bundle = sign(payload) if signed else None
    click.echo(str(write_file(out, payload.decode())))
    said = (
        f"{counted(checked, 'file')} hashed again" if logs else "hashes of logs as named there, not computed (--logs)"
    )
    click.echo(f"{counted(len(made['subject']), 'subject')}; {said}; it proves bytes, not that the judge was right")
    if bundle is not None:
        click.echo(str(write_file(out.with_name(f"{out.name}.sigstore.json"), bundle)))


def _statement(source: Path) -> dict[str, Any]:
    from spillover.common import file_sha256
    from spillover.export import gate_statement, read_report, scores_statement, sound_record

    report = source / "report.json" if source.is_dir() else source
    if not source.is_dir() and not _is_report(source):
        return scores_statement(sound_record(source), (source.name, file_sha256(source)))
    found = read_report(report)
    return gate_statement(found, (report.name, file_sha256(report)), _manifest(report.parent, found))


def _is_report(file: Path) -> bool:
    """Whether a file says that it is an audit's report; what is neither is refused as a record is."""
    from spillover.common import LogError, strict_json
    from spillover.export import LARGEST

    if not file.is_file():
        raise LogError(f"{file}: no such file; give a record, or an audit's report.json")
    try:
        found = strict_json(file.read_text(encoding="utf-8")) if file.stat().st_size <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("schema") == "spillover-audit/1"


def _manifest(folder: Path, report: "ReportShape") -> tuple[str, str] | None:
    """Name and hash of a live audit's manifest, which must be the one in the report."""
    from spillover.common import LogError, file_sha256
    from spillover.run import read_manifest

    if report.manifest is None:
        return None
    if read_manifest(folder).data != report.manifest:
        raise LogError(f"{folder / 'manifest.json'}: differs from that in the report; give the report's own folder")
    return "manifest.json", file_sha256(folder / "manifest.json")


def _compared(statement: dict[str, Any], logs: tuple[Path, ...]) -> int:
    """Hash logs again; each that the statement names (its last subject is the file itself) must be among them."""
    from spillover.common import LogError, file_sha256
    from spillover.logs import found_logs

    if not logs:
        return 0
    held = {file_sha256(file) for place in logs for file in found_logs(place)}
    named = statement["subject"][:-1]
    for one in named:
        if one["digest"]["sha256"] not in held:
            raise LogError(f"{one['name']}: no log here has this hash; give its folder with --logs")
    return len(named)
