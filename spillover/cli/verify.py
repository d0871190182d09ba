"""`spillover verify LOGS_OR_RECORDS`: do they hold together, every sample read and every number computed anew?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from inspect_ai import Task

    from spillover.logs import LogSource
    from spillover.verify import Verified

REPORT, SUBMISSION = "report.json", "submission.json"
OURS = ("probes", "questions", "heldout", "revision", "own_probes")
"""Task arguments with which the material is not the package's own; questions in `probes` are read from the log."""


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--logs", multiple=True, type=click.Path(path_type=Path), help="Where the logs of records lie.")
@click.option("--judge-card", "cards", multiple=True, type=click.Path(path_type=Path), help="Card that a record holds.")
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
        raise LogError(f"{gone[0]}: no such file or folder")
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
        click.echo(f"{what}: to look at: {plain(str(flag))}")
    held = f"{counted(len(one.checked), 'invariant')}"
    if one.answers:
        read = f"{one.reread} of {counted(one.judged, 'verdict')} re-read from the judge's replies"
        held = f"{counted(one.logs, 'log')}, {counted(one.answers, 'answer')}, {read}, {held}"
    click.echo(f"{what} {says} ({held})")


class Package:
    """What the installed package knows of its own versions, and judge cards that somebody gave."""

    def __init__(self, cards: Sequence[Path] = ()) -> None:
        self._built: dict[str, Task | str] = {}
        self._why: dict[str, str] = {}
        self._given = cards

    def version(self, task: str) -> str | None:
        """See `spillover.verify.Shipped`."""
        from spillover.declare import load, names

        return load(task).version if task in names() else None

    def cards(self) -> list[dict[str, Any]]:
        """See `spillover.verify.Shipped`."""
        from spillover.judge import CARDS, JUDGE_FIELDS, load_card, read_fields

        shipped = [one for one in sorted((CARDS / "judges").glob("*.yaml")) if not one.name.endswith(".judge.yaml")]
        measured = [*sorted((CARDS / "judges").glob("*.judge.yaml")), *self._given]
        return [*(read_fields(one, JUDGE_FIELDS) for one in shipped), *(load_card(one).as_dict() for one in measured)]

    def rubric(self, name: str, version: int, domains: list[str]) -> str | None:
        """See `spillover.verify.Shipped`."""
        from spillover.scorers import load_rubric, rubric_names

        if name not in rubric_names():
            return None
        shipped = load_rubric(name)
        return shipped.for_domains(domains).sha256 if shipped.version == version else None

    def material(self, source: "LogSource") -> str | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else str((task.metadata or {})["material_sha256"])

    def questions(self, source: "LogSource") -> dict[str, str] | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else {str(one.id): str(one.input) for one in task.dataset}

    def scorer(self, source: "LogSource") -> dict[str, Any] | None:
        """See `spillover.verify.Shipped`."""
        from inspect_ai._util.registry import registry_params

        task = self._task(source)
        scorers = task.scorer if task is not None else None
        return registry_params(scorers[0]) if isinstance(scorers, list) else None

    def asking(self, source: "LogSource") -> dict[str, Any] | None:
        """See `spillover.verify.Shipped`."""
        from inspect_ai._util.registry import registry_params

        task = self._task(source)
        if task is None:
            return None
        return {"decoding": task.config.model_dump(exclude_none=True), "params": registry_params(task.solver)}

    def unknown(self, source: "LogSource") -> str | None:
        """See `spillover.verify.Shipped`."""
        self._task(source)
        return self._why.get(source.sha256)

    def design(self, source: "LogSource") -> tuple[list[str], int] | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else ([str(one.id) for one in task.dataset], int(task.epochs or 1))

    def task(self, source: "LogSource") -> "Task | str":
        """The task that a log says it ran, built anew, or why it cannot be."""
        return self._task(source) or self._why.get(source.sha256, "cannot be rebuilt")

    def _task(self, source: "LogSource") -> "Task | None":
        """The shipped task that a log says it ran, its own questions in it where it had some; None where it is unknown.

        Why it is unknown is kept for `unknown`.
        """
        import json

        from spillover.common import SpilloverError

        args = source.header["eval"].get("task_args") or {}
        why = self._foreign(source, args)
        if why is not None:
            self._why[source.sha256] = why
            return None
        own = isinstance(args.get("probes"), str) and source.task != "draws"
        key = json.dumps([source.task, args, source.sha256 if own else None], sort_keys=True, default=str)
        if key not in self._built:
            try:
                self._built[key] = _build_own(source, args) if own else _build(source.task, args)
            except (SpilloverError, TypeError, AttributeError, KeyError, ValueError) as error:
                self._built[key] = f"the task cannot be built with its arguments ({' '.join(str(error).split())[:160]})"
        found = self._built[key]
        if isinstance(found, str):
            self._why[source.sha256] = found
            return None
        return found

    def _foreign(self, source: "LogSource", args: dict[str, Any]) -> str | None:
        """Why a log is of nothing that the package ships, or None."""
        import inspect

        from spillover.declare import build, build_draws, load, names
        from spillover.verify import is_part, is_shuffled

        versions = source.facts.get("versions") if source.task == "draws" else None
        for task, version in (versions if isinstance(versions, dict) else {source.task: source.version}).items():
            if task not in names():
                return f"is of the task {str(task)[:60]!r}, which this package does not have"
            if (own := load(task).version) != version:
                return f"is of {str(task)[:40]} {str(version)[:20]}, this package ships {own}"
        takes = inspect.signature(build_draws if source.task == "draws" else build).parameters
        if unknown := [name for name in args if name not in takes]:
            return f"has the task argument {str(unknown[0])[:60]!r}, which {source.task} does not take"
        if args.get("probes") and is_shuffled(source.header["eval"]):
            return "put its own questions in an order of its own (--sample-shuffle), of which no hash was taken"
        if args.get("probes") and is_part(source.header["eval"]):
            return "asked a part of its own questions (--limit or --sample-id); the hash was taken of all of them"
        for name in OURS:
            given = args.get(name)
            if given and name != "probes":
                return f"has {name}={str(given)[:60]!r}: its material is not the package's own"
        return None


def _build_own(source: "LogSource", args: dict[str, Any]) -> "Task":
    """The task with the questions that stand in the log: all but the questions is the package's."""
    import json
    import tempfile

    from spillover.common import write_text
    from spillover.declare import build

    rows = {str(sample["id"]): _row(sample) for _, sample in source.samples()}
    listed = [str(one) for one in (source.header["eval"].get("dataset") or {}).get("sample_ids") or rows]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "probes.jsonl"
        kept = [rows[one] for one in dict.fromkeys(listed) if one in rows]
        write_text(file, "".join(json.dumps(one) + "\n" for one in kept))
        return build(source.task, **{**args, "probes": str(file)})


def _row(sample: dict[str, Any]) -> dict[str, Any]:
    """A row of a file of probes, as a sample holds it."""
    held = sample.get("metadata") or {}
    fields = ("cluster", "system", "domain", "turns", "key", "tags", "pair")
    return {"id": str(sample["id"]), "text": sample["input"], **{name: held[name] for name in fields if held.get(name)}}


def _build(task: str, args: dict[str, Any]) -> "Task":
    from spillover.declare import build, build_draws

    if task != "draws":
        return build(task, **args)
    named = {name: one.split(",") if isinstance(one := args[name], str) else one for name in ("domains", "conditions")}
    return build_draws(**{**args, **named})
