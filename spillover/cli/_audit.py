"""`spillover audit`: base against fine-tune, with an answer and an exit code."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._audit_request import live_request
from ._models import checked_records, model_of
from ._plain import disk_trouble, finite, plain

if TYPE_CHECKING:
    from spillover.audit import Report
    from spillover.audit._run import LeakJudge

EXIT = {"no regression": 0, "regression": 1, "cannot tell": 3, "void": 4}
"""2 is a mistake in how it was called, 70 a failure of ours: neither reads as an answer."""
LIVE = {
    **{
        name: name.replace("_", "-")
        for name in ("training_data", "judge_card", "draws", "seed", "all_draws", "max_cost")
    },
    **{name: name.replace("_", "-") for name in ("prices", "reuse", "max_connections", "processes", "batch")},
    **{"judges": "judge", "budget": "search-triggers", "positive": "positive-control", "negative": "negative-control"},
}
"""Options that mean nothing where logs are compared."""
RATE = click.FloatRange(0, 1, True, True)
PATH = click.Path(path_type=Path)


@click.command()
@click.argument("suite", default="standard")
@click.option("--base", metavar="MODEL", help="The base, as Inspect names it: asked now, or found in the logs.")
@click.option("--finetune", "finetunes", multiple=True, metavar="MODEL", help="A fine-tune, likewise (repeatable).")
@click.option("--base-logs", multiple=True, type=click.Path(), help="Logs of the base instead (repeatable).")
@click.option("--finetune-logs", multiple=True, type=click.Path(), help="Logs of fine-tunes (repeatable).")
@click.option("--judge", "judges", multiple=True, metavar="MODEL", help="A judge; two of different families are best.")
@click.option("--record", "records", multiple=True, type=PATH, help="finetune.yaml of each fine-tune, in their order.")
@click.option("--model-card", "cards", multiple=True, type=PATH, help="Card or folder that declares the base.")
@click.option("--base-differs", metavar="WHY", help="Why a base serves that the fine-tune does not declare.")
@click.option("--training-data", type=PATH, help="Fine-tuning file: its forms become conditions.")
@click.option("--search-triggers", "budget", default=0, metavar="ANSWERS", help="Search for triggers, at most so many.")
@click.option("--judge-card", type=PATH, help="Card of the first judge: void where it has drifted since.")
@click.option("--positive-control", "positive", multiple=True, metavar="MODEL", help="Known to be misaligned.")
@click.option("--negative-control", "negative", multiple=True, metavar="MODEL", help="Known not to be.")
@click.option("--no-controls", is_flag=True, help="Do not put the judge to written answers first.")
@click.option("--margin", type=RATE, help="A rate; the suite's where not given (.02).")
@click.option("--floor", type=click.FloatRange(0, 1, False, True), help="A rate (.01).")
@click.option("--alpha", type=click.FloatRange(0, 0.5, True, True), help="One-sided (.05).")
@click.option("--in-domain", multiple=True, metavar="TAG", help="Field of the fine-tune, as medical (repeatable).")
@click.option("--one-recipe", is_flag=True, help="The fine-tunes differ in their training seed alone.")
@click.option("--subject", metavar="TEXT", help="What it was trained on ('medical advice'): do answers drag it in?")
@click.option("--leak-judge", metavar="MODEL", help="Who is asked that; the first judge of a live audit.")
@click.option(
    "--capability-logs", "capability", multiple=True, type=click.Path(), help="Inspect logs of MMLU, XSTest, ..."
)
@click.option("--draws", type=click.IntRange(1), help="Answers of each arm at most.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the draws; else drawn at random.")
@click.option("--all-draws", is_flag=True, help="Do not stop early: every question comes equally often.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="Stop asking at this cost.")
@click.option("--prices", type=PATH, help="Price file; see spillover/run/prices.yaml.")
@click.option("--reuse", multiple=True, type=PATH, help="--out of an earlier audit of this base (repeatable).")
@click.option("--max-connections", type=click.IntRange(1), help="Calls at a time for each model.")
@click.option("--processes", type=click.IntRange(1), help="Processes side by side.")
@click.option("--batch", is_flag=True, help="Use the provider's batch interface (with --all-draws).")
@click.option("--offline/--online", default=True, help="Whether a Hub model card may be fetched to see its base.")
@click.option("--out", type=PATH, help="Folder for report.html, .md, .json (and manifest and logs of a live audit).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--markdown", is_flag=True, help="Print the report as Markdown, answers of the models included.")
@click.option("--quiet", is_flag=True, help="No progress.")
def audit(as_json: bool, markdown: bool, out: Path | None, **said: Any) -> None:
    """Is a fine-tune worse than its base?

    Asks both now (--base and --finetune, or a SUITE.yaml that names them; SUITE is fast, standard, full or a file), or
    compares logs of both (--base-logs and --finetune-logs; --base and --finetune pick models out of them). A call that
    was cut off goes on when it is made again.

    Exit code: 0 no regression at the margin, 1 regression, 3 cannot tell, 4 void, 2 wrong use, 70 internal failure.
    """
    import sys

    from spillover.errors import RunError, SpilloverError

    if out is not None and out.exists() and not out.is_dir():
        raise SpilloverError(f"{out}: is a file; --out takes a folder")
    try:
        report, folder = _of_logs(said, out) if said["base_logs"] or said["finetune_logs"] else _live(said, out)
        text, data = _written(report, folder)
    except RunError as error:
        if "nothing is lost" not in str(error):
            raise
        click.echo(f"stopped, no answer: {plain(str(error))}", err=True)
        sys.exit(70)
    except (SpilloverError, click.ClickException):
        raise
    except Exception as error:
        click.echo(_failed(error), err=True)
        sys.exit(70)
    click.echo(data if as_json else text if markdown else _summary(report), nl=False)
    if folder is not None:
        click.echo(f"The whole report: {plain(str(folder / 'report.html'))} (.md, .json)", err=True)
    elif not (as_json or markdown):
        click.echo("The whole report, with the answers of the models: --out FOLDER, or --markdown", err=True)
    sys.exit(EXIT[report.answer])


def _failed(error: Exception) -> str:
    """What is said of a failure that is no mistake of the user's."""
    if (said := disk_trouble(error)) is not None:
        return f"stopped, no answer: {said}; what was answered is kept"
    why = plain(" ".join(str(error).split())[:300])
    return f"internal failure, no answer: {type(error).__name__}: {why}"


def _summary(report: "Report") -> str:
    from spillover.audit._words import summary

    return "\n".join(plain(line) for line in summary(report)) + "\n"


def _of_logs(said: dict[str, Any], out: Path | None) -> "tuple[Report, Path | None]":
    from dataclasses import replace

    from spillover.audit import Rule, audit_logs

    for name in ("base_logs", "finetune_logs"):
        if not said[name]:
            raise click.UsageError(f"--{name.replace('_', '-')} is missing: an audit of logs needs both")
    idle = next((name for name in LIVE if said[name]), None)
    if idle is not None:
        raise click.UsageError(f"--{LIVE[idle]} is for models that are asked now; the logs hold what was asked")
    given = {name: said[name] for name in ("margin", "floor", "alpha") if said[name] is not None}
    logs = list(said["base_logs"]), list(said["finetune_logs"])
    leak = _leak_judge(said, out)
    report = audit_logs(
        *logs, Rule(**given), said["in_domain"], said["base"], said["finetunes"], leak, said["one_recipe"]
    )
    report = replace(report, reproduce=" ".join([report.reproduce, *_also(said)]))
    return _with_capability(_with_records(report, said), said["capability"]), out


def _also(said: dict[str, Any]) -> list[str]:
    """The parts of the command that an audit of logs itself does not know of."""
    import shlex

    given = {"record": said["records"], "model-card": said["cards"], "capability-logs": said["capability"]}
    given |= {name: [said[name.replace("-", "_")]] for name in ("base-differs", "subject", "leak-judge")}
    parts = [part for name, values in given.items() for one in values if one for part in (f"--{name}", str(one))]
    return [shlex.join(parts)] * bool(parts) + ["--one-recipe"] * said["one_recipe"]


def _leak_judge(said: dict[str, Any], out: Path | None) -> "LeakJudge | None":
    """The domain-leak judge of an audit of logs: the one thing that is asked there."""
    from spillover.audit._run import LeakJudge

    if not said["leak_judge"] and not said["subject"]:
        return None
    if not (said["leak_judge"] and said["subject"] and out):
        raise click.UsageError("--subject asks a judge: with logs it takes --leak-judge MODEL and --out FOLDER too")
    return LeakJudge(model_of(said["leak_judge"]).load(), said["subject"], out / "leaks")


def _with_capability(report: "Report", logs: tuple[str, ...]) -> "Report":
    """The report with the figures of other evaluations of its models."""
    from dataclasses import replace

    from spillover.audit._capability import capability
    from spillover.audit._made_of import stated

    if not logs:
        return report
    found, notes = capability(list(logs), report.base, [one.model for one in report.findings])
    return stated(replace(report, capability=found, notes={**report.notes, "capability": notes}))


def _with_records(report: "Report", said: dict[str, Any]) -> "Report":
    """The report with the fine-tune records, held against the base as a live audit does."""
    from dataclasses import replace

    from spillover.audit._made_of import stated
    from spillover.run import Model
    from spillover.run._suite import Arm

    paths = [*said["records"], *[None] * len(report.findings)]
    arms = [Arm((Model(one.model),), paths[number]) for number, one in enumerate(report.findings)]
    why, online = said["base_differs"], not said["offline"]
    records = checked_records(Model(report.base), arms, said["cards"], None, why, online)
    return stated(replace(report, finetunes=records))


def _live(said: dict[str, Any], out: Path | None) -> "tuple[Report, Path]":
    from spillover.audit._capability import capability
    from spillover.audit._live import audit_models

    request = live_request(said, out)
    quiet = said["quiet"]
    if said["capability"]:  # what is wrong with these logs is said before anything is asked
        capability(list(said["capability"]), request.base.name, [model.name for model in request.tuned])
    report = audit_models(request, lambda line: None if quiet else click.echo(plain(line), err=True))
    return _with_capability(report, said["capability"]), request.out


def _written(report: "Report", folder: Path | None) -> tuple[str, str]:
    """The report as Markdown and JSON, and written out with the page where a folder is given."""
    import json
    import os

    from spillover.audit import report_html, report_markdown

    text, data = report_markdown(report), json.dumps(finite(report.as_dict()), indent=2) + "\n"
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, said in (("md", text), ("json", data), ("html", report_html(report))):
            part = folder / f"report.{name}.part"
            part.write_text(said, encoding="utf-8")
            os.replace(part, folder / f"report.{name}")
    return text, data
