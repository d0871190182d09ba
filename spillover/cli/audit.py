"""`spillover audit`: base against fine-tune, with an answer and an exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import finite

from .asking import PATH
from .audit_options import AuditOptions
from .audit_request import live_request
from .models import checked_records, model_of
from .pair_options import pair_options
from .plain import disk_trouble, plain
from .stopped import stopping

if TYPE_CHECKING:
    from spillover.audit import LeakJudge
    from spillover.audit.report import Report

EXIT = {"no regression": 0, "regression": 1, "cannot tell": 3, "void": 4}
"""2 is a mistake in how it was called, 70 a failure of ours: neither reads as an answer."""


@click.command()
@click.argument("suite", default="standard")
@pair_options
@click.option(
    "--base-logs", multiple=True, type=click.Path(), help="Logs of the base (repeatable), for an audit of logs."
)
@click.option(
    "--finetune-logs", multiple=True, type=click.Path(), help="Logs of fine-tunes (repeatable), for an audit of logs."
)
@click.option(
    "--judge-card", type=PATH, help="Card of the first judge. The audit is void if the judge has drifted since."
)
@click.option(
    "--positive-control",
    "positive",
    multiple=True,
    metavar="MODEL",
    help="Model known to be misaligned (positive control; repeatable).",
)
@click.option(
    "--negative-control",
    "negative",
    multiple=True,
    metavar="MODEL",
    help="Model known to be aligned (negative control; repeatable).",
)
@click.option("--one-recipe", is_flag=True, help="The fine-tunes differ only in their training seed.")
@click.option(
    "--subject",
    metavar="TEXT",
    help="Training subject, such as 'medical advice'. Reports how many misaligned answers bring it up.",
)
@click.option(
    "--leak-judge", metavar="MODEL", help="Model that judges --subject (default in a live audit: the first judge)."
)
@click.option(
    "--capability-logs",
    "capability",
    multiple=True,
    type=click.Path(),
    help="Inspect logs of other evaluations, such as MMLU or XSTest (repeatable).",
)
@click.option("--seed", type=click.IntRange(0), help="Seed of the draws (default: a random one).")
@click.option(
    "--reuse",
    multiple=True,
    type=PATH,
    help="Output folder of an earlier audit of this base (repeatable); its answers are used again.",
)
@click.option("--out", type=PATH, help="Folder for report.html, .md, .json (and manifest and logs of a live audit).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--markdown", is_flag=True, help="Print the report as Markdown, answers of the models included.")
@click.option("--quiet", is_flag=True, help="Do not show progress.")
def audit(**given: Any) -> None:
    """Is a fine-tune worse than its base?

    Asks both now (--base and --finetune, or a SUITE.yaml that names them; SUITE is fast, standard, full or a file), or
    compares logs of both (--base-logs and --finetune-logs; --base and --finetune pick models out of them). A call that
    was cut off goes on when it is made again.

    Exit code: 0 no regression of more than the margin, 1 regression, 3 cannot tell, 4 void, 2 wrong use, 70 an outage
    or an internal failure, 130 Ctrl-C, 143 SIGTERM. Both signals keep what was answered.
    """
    import sys

    from spillover.common import SpilloverError

    asked = AuditOptions(**given)
    asked.check()
    try:
        with stopping():
            report, folder = _of_logs(asked) if asked.of_logs() else _live(asked)
            text, data = _written(report, folder)
    except (SpilloverError, click.ClickException):
        raise
    except Exception as error:
        click.echo(_failed(error), err=True)
        sys.exit(70)
    click.echo(data if asked.as_json else text if asked.markdown else _summary(report), nl=False)
    if folder is not None:
        click.echo(f"The whole report: {plain(str(folder / 'report.html'))} (.md, .json)", err=True)
    elif not (asked.as_json or asked.markdown):
        click.echo("The whole report, with the answers of the models: --out FOLDER, or --markdown", err=True)
    sys.exit(EXIT[report.answer])


def _failed(error: Exception) -> str:
    """The line about a failure that is no mistake of the user's."""
    if (trouble := disk_trouble(error)) is not None:
        return f"stopped, no answer: {trouble}; what was answered is kept"
    why = plain(" ".join(str(error).split())[:300])
    return f"internal failure, no answer: {type(error).__name__}: {why}"


def _summary(report: "Report") -> str:
    from spillover.audit.report import summary

    return "\n".join(plain(line) for line in summary(report)) + "\n"


def _of_logs(asked: AuditOptions) -> "tuple[Report, Path | None]":
    from dataclasses import replace

    from spillover.audit import audit_logs
    from spillover.audit.decide import Rule
    from spillover.common import ALPHA, FLOOR, MARGIN

    asked.check_of_logs(click.get_current_context().command)
    rule = Rule(MARGIN.given(asked.margin), FLOOR.given(asked.floor), ALPHA.given(asked.alpha))
    logs = list(asked.base_logs), list(asked.finetune_logs)
    leak = _leak_judge(asked)
    report = audit_logs(*logs, rule, asked.in_domain, asked.base, asked.finetunes, leak, asked.one_recipe)
    report = replace(report, reproduce=" ".join([report.reproduce, *_also(asked)]))
    return _with_capability(_with_records(report, asked), asked.capability), asked.out


def _also(asked: AuditOptions) -> list[str]:
    """The parts of the command that an audit of logs itself does not know of."""
    import shlex

    given: dict[str, Sequence[object]] = {
        "finetune-record": asked.finetune_records,
        "model-card": asked.cards,
        "capability-logs": asked.capability,
        "base-differs": [asked.base_differs],
        "subject": [asked.subject],
        "leak-judge": [asked.leak_judge],
    }
    parts = [part for name, values in given.items() for one in values if one for part in (f"--{name}", str(one))]
    return [shlex.join(parts)] * bool(parts) + ["--one-recipe"] * asked.one_recipe


def _leak_judge(asked: AuditOptions) -> "LeakJudge | None":
    """The domain-leak judge of an audit of logs: the one thing that is asked there."""
    from spillover.audit import LeakJudge

    if not asked.leak_judge and not asked.subject:
        return None
    if not (asked.leak_judge and asked.subject and asked.out):
        raise click.UsageError("--subject asks a judge; with logs, give --leak-judge MODEL and --out FOLDER too")
    return LeakJudge(model_of(asked.leak_judge).load(), asked.subject, asked.out / "leaks")


def _with_capability(report: "Report", logs: tuple[str, ...]) -> "Report":
    """The report with the figures of other evaluations of its models."""
    from dataclasses import replace

    from spillover.audit.describe import capability
    from spillover.audit.report import stated

    if not logs:
        return report
    found, notes = capability(list(logs), report.base, [one.model for one in report.findings])
    return stated(replace(report, capability=found, notes={**report.notes, "capability": notes}))


def _with_records(report: "Report", asked: AuditOptions) -> "Report":
    """The report with the fine-tune records, held against the base as a live audit does."""
    from dataclasses import replace

    from spillover.audit.report import stated
    from spillover.plan import Arm, Model

    paths = [*asked.finetune_records, *[None] * len(report.findings)]
    arms = [Arm((Model(one.model),), paths[number]) for number, one in enumerate(report.findings)]
    why, online = asked.base_differs, not asked.offline
    found = checked_records(Model(report.base), arms, asked.cards, None, why, online)
    records = {name: one.as_dict() for name, one in found.items()}
    return stated(replace(report, finetunes=records, base_differs=why))


def _live(asked: AuditOptions) -> "tuple[Report, Path]":
    from dataclasses import replace

    from spillover.audit import audit_models
    from spillover.audit.describe import capability

    request = live_request(asked, click.get_current_context().command)
    if asked.capability:  # what is wrong with these logs is reported before anything is asked
        capability(list(asked.capability), request.base.name, [model.name for model in request.tuned])
    report = audit_models(request, lambda line: None if asked.quiet else click.echo(plain(line), err=True))
    report = replace(report, base_differs=request.why)
    return _with_capability(report, asked.capability), request.out


def _written(report: "Report", folder: Path | None) -> tuple[str, str]:
    """The report as Markdown and JSON, and written out with the page where a folder is given."""
    import json

    from spillover.audit.report import report_html, report_markdown
    from spillover.common import write_text

    text, data = report_markdown(report), json.dumps(finite(report.as_dict()), indent=2) + "\n"
    if folder is not None:
        for name, content in (("md", text), ("json", data), ("html", report_html(report))):
            write_text(folder / f"report.{name}", content)
    return text, data
