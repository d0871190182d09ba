"""`spillover audit`: base against fine-tune, with an answer and an exit code."""

from pathlib import Path

import click

from ._plain import finite

EXIT = {"no regression": 0, "regression": 1, "cannot tell": 3, "void": 4}
"""2 is a mistake in how it was called, 70 a failure of ours: neither reads as an answer."""


@click.command()
@click.option("--base-logs", multiple=True, required=True, type=click.Path(), help="Logs of the base (repeatable).")
@click.option(
    "--finetune-logs", multiple=True, required=True, type=click.Path(), help="Logs of fine-tunes (repeatable)."
)
@click.option("--margin", default=0.02, show_default=True, type=click.FloatRange(0, 1, True, True), help="A rate.")
@click.option("--floor", default=0.01, show_default=True, type=click.FloatRange(0, 1, False, True), help="A rate.")
@click.option("--alpha", default=0.05, show_default=True, type=click.FloatRange(0, 0.5, True, True), help="One-sided.")
@click.option("--in-domain", multiple=True, metavar="TAG", help="Field of the fine-tune, as medical (repeatable).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for report.md and report.json.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def audit(
    base_logs: tuple[str, ...],
    finetune_logs: tuple[str, ...],
    margin: float,
    floor: float,
    alpha: float,
    in_domain: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Is a fine-tune worse than its base? From logs of both.

    Exit code: 0 no regression at the margin, 1 regression, 3 cannot tell, 4 void, 2 wrong use, 70 internal failure.
    """
    import json
    import sys

    from spillover.audit import Rule, audit_logs, report_markdown
    from spillover.errors import SpilloverError

    if out is not None and out.exists() and not out.is_dir():
        raise SpilloverError(f"{out}: is a file; --out takes a folder")
    try:
        report = audit_logs(list(base_logs), list(finetune_logs), Rule(margin, floor, alpha), in_domain)
        text, data = report_markdown(report), json.dumps(finite(report.as_dict()), indent=2) + "\n"
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / "report.md").write_text(text, encoding="utf-8")
            (out / "report.json").write_text(data, encoding="utf-8")
    except SpilloverError:
        raise
    except Exception as error:
        click.echo(
            f"internal failure, no answer: {type(error).__name__}: {' '.join(str(error).split())[:300]}", err=True
        )
        sys.exit(70)
    click.echo(data if as_json else text, nl=False)
    sys.exit(EXIT[report.answer])
