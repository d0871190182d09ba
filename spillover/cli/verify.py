"""`spillover verify LOGS_OR_RECORDS`: do they hold together, every sample read and every number computed again?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.verify import Verified
from .package import Package

REPORT, SUBMISSION = "report.json", "submission.json"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--logs", multiple=True, type=click.Path(path_type=Path), help="Folder with the logs that the records name."
)
@click.option(
    "--judge-card",
    "cards",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Judge card that a record contains and the package does not.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(paths: tuple[Path, ...], logs: tuple[Path, ...], cards: tuple[Path, ...], as_json: bool) -> None:
    """Check logs, records, and folders of audits, runs or submissions: hashes, counts, verdicts, rates, answers.

    Of an audit's folder every part is checked: its plan, its draws, its controls and its report.json.

    What a person should look at is printed as by `spillover leaderboard check`; it changes no exit code.

    Exit code: 0 all holds, 1 something does not, 2 wrong use. What is not checked: whether the answers came from the
    model that is named, and whether the judge was right.
    """
    import json
    import sys

    from spillover.audit.verify import verify_report
    from spillover.common import LogError
    from spillover.verify import verify as run

    gone = [path for path in (*paths, *logs, *cards) if not path.exists()]
    if gone:
        raise LogError(f"{gone[0]}: no such file or folder; check the path")
    reports = [file for path in paths if (file := _report(path)) is not None]
    others = [path for path in paths if path not in reports]
    package = Package(cards)
    found = [_as_submitted(one, logs, package) for one in run(others, logs, package)] if others else []
    found += [verify_report(file, logs) for file in reports]
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], allow_nan=False))
    else:
        for one in found:
            _say(one)
    sys.exit(0 if all(one.holds for one in found) else 1)


def _as_submitted(one: "Verified", logs: Sequence[Path], package: "Package") -> "Verified":
    """Of a record in a submission, the flags of `spillover leaderboard check`, which sees the rest of its folder."""
    from dataclasses import replace

    from spillover.submissions import How, check_each

    folder = Path(one.record).parent if one.record else None
    if folder is None or not (folder / SUBMISSION).is_file():
        return one
    (found,) = check_each([folder], How(logs=tuple(logs), shipped=package))
    refused = f"spillover leaderboard check refuses this submission ({found.problems[0]})" if found.problems else None
    notes = (*one.notes, refused) if one.holds and refused is not None else one.notes
    return replace(one, flags=tuple(found.flags) or one.flags, notes=notes)


def _report(path: Path) -> Path | None:
    """The report of an audit that a path is, or that lies in it."""
    file = path / REPORT if path.is_dir() else path
    return file if file.name == REPORT and file.is_file() else None


def _say(one: "Verified") -> None:
    from spillover.logs import in_words

    for problem in one.problems:
        click.echo(f"{plain(problem.file)}: {plain(problem.what)}")
        click.echo(f"  {problem.invariant}; {plain(problem.fix)}")
    for line in in_words(one.accounts):
        click.echo(plain(line))
    if one.judges:
        click.echo(f"judged by {plain(', '.join(one.judges))}")
    what = f"{plain(one.record)} and its logs" if one.record else plain(one.what)
    says = "hold" if one.holds else f"do not hold: {counted(len(one.problems), 'problem')}"
    for note in one.notes:
        click.echo(f"{what}: {plain(note)}")
    for flag in one.flags:
        click.echo(f"{what}: please check (no error): {plain(str(flag))}")
    held = f"{counted(len(one.checked), 'invariant')}"
    if one.answers:
        read = f"{one.reread} of {counted(one.judged, 'verdict')} re-read from the judge's replies"
        held = f"{counted(one.logs, 'log')}, {counted(one.answers, 'answer')}, {read}, {held}"
    click.echo(f"{what} {says} ({held})")
