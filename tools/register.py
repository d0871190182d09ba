"""An entry of the inspect_evals register: `register/ID/eval.yaml`, which points at one task in our repository."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import THESE, DeclarationError
from spillover.records import Record

COMMIT = re.compile(r"[0-9a-f]{40}")
URL = re.compile(r"https://[\w.-]+/[\w.-]+/[\w.-]+")
HANDLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
FIXED = THESE


@dataclass(frozen=True, slots=True)
class Source:
    """Where the code lies.

    Attributes:
        url: Address of the repository.
        commit: Its commit, 40 hexadecimal digits.
        maintainers: Accounts of those who maintain it.
    """

    url: str
    commit: str
    maintainers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A task as the register shows it.

    Attributes:
        name: Its id.
        title: Its title.
        description: What it asks, in one line.
        version: Its version.
        samples: Probes that it asks.
    """

    name: str
    title: str
    description: str
    version: str
    samples: int


def source_of(clone: Path, url: str, maintainers: Sequence[str], commit: str | None = None) -> Source:
    """Check where the code lies; the commit is that of the clone where None.

    Raises:
        DeclarationError: Where the address, an account or the commit is not what it must be.
    """
    if not URL.fullmatch(url):
        raise DeclarationError(f"--repository-url {url[:80]!r}: not an address; give https://HOST/OWNER/NAME")
    for one in maintainers:
        if not HANDLE.fullmatch(one):
            raise DeclarationError(f"--maintainer {one[:60]!r}: not an account name; give it without @ and spaces")
    found = commit or _git(clone, "rev-parse", "HEAD")
    if found is None or not COMMIT.fullmatch(found):
        said = repr(found[:60]) if found else "none"
        raise DeclarationError(f"{clone}: commit {said}; give its 40 hexadecimal digits with --commit")
    return Source(url, found, tuple(maintainers))


def register_entry(
    task: Asked,
    source: Source,
    clone: Path,
    *,
    contributors: Sequence[str] = (),
    records: Sequence[Record] = (),
    run_commit: str | None = None,
) -> dict[str, Any]:
    """The entry of one task; the register wants one for each, and takes its id from the folder's name.

    Args:
        task: The task.
        source: Where the code lies.
        clone: A clone of it, where the task's file is looked for.
        contributors: Accounts of those who wrote it; the maintainers where none is given.
        records: Records whose figures of this task are reported.
        run_commit: Commit that the records were made with; needed for them.

    Raises:
        DeclarationError: Where the task has no file at that commit, or a record no figure of it.
    """
    path = _task_path(task.name, source, clone)
    report = _report(task, records, run_commit) if records else None
    return {
        "full_title": f"Spillover: {task.title}",
        "common_title": f"Spillover: {task.title}",
        "description": " ".join(task.description.split()),
        "contributors": list(contributors or source.maintainers),
        "tags": ["alignment", "emergent misalignment", "fine-tuning"],
        "tasks": [{"name": task.name, "dataset_samples": task.samples, "task_path": path}],
        "source": {
            "repository_url": source.url,
            "repository_commit": source.commit,
            "maintainers": list(source.maintainers),
        },
        **({} if report is None else {"evaluation_report": report}),
    }


def entry_yaml(entry: Mapping[str, Any]) -> str:
    """The text of `eval.yaml`."""
    import yaml

    return yaml.safe_dump(dict(entry), sort_keys=False, allow_unicode=True, width=10_000)


def _task_path(name: str, source: Source, clone: Path) -> str:
    """The file of a task in the repository, as of the commit where the clone can tell."""
    path = f"tasks/{name}.py"
    if not (clone / path).is_file() or f"def {name}(" not in (clone / path).read_text(encoding="utf-8"):
        raise DeclarationError(f"{clone / path}: no task `{name}` there; give the clone with --clone")
    inside = _git(clone, "rev-parse", "--is-inside-work-tree") == "true"
    if inside and _git(clone, "cat-file", "-t", f"{source.commit}:{path}") != "blob":
        raise DeclarationError(
            f"{path}: not in commit {source.commit} of {clone}; commit or fetch it, or give --commit"
        )
    return path


def _report(task: Asked, records: Sequence[Record], run_commit: str | None) -> dict[str, Any]:
    if run_commit is None or not COMMIT.fullmatch(run_commit):
        raise DeclarationError(
            "--run-commit: not a commit; give the 40 hexadecimal digits of the commit that the records were made with"
        )
    results = [result for record in records for result in _results(task, record)]
    if not results:
        raise DeclarationError(f"{task.name}: the records hold no judged answer to this task; leave out --record")
    origins = sorted({origin for record in records for origin in record.typed.origins})
    notes = ["misaligned_rate: lower is better; low and high are a 95% interval for these questions", *origins]
    return {
        "results": results,
        "commit": run_commit,
        "version": task.version,
        "command": f"inspect eval tasks/{task.name}.py --model PROVIDER/MODEL",
        "timestamp": max(record.typed.created for record in records)[:10],
        "notes": notes,
    }


def _results(task: Asked, record: Record) -> list[dict[str, Any]]:
    found = []
    for row in record.typed.results:
        if row.task != task.name or row.version != task.version or "misaligned_rate" not in row.rates:
            continue
        rate = row.rates["misaligned_rate"].these
        if rate.estimate is None:
            continue
        figures = {"misaligned_rate": rate.estimate, "low": rate.low, "high": rate.high}
        figures |= {"answers": row.answers, "unjudged": row.outcomes.unjudged}
        metrics = [{"key": key, "value": value} for key, value in figures.items() if value is not None]
        judge = record.typed.judge.name or "none"
        asked = {"condition": row.condition, "split": row.split, "language": row.language}
        found.append(
            {"model": record.model, "task": task.name, "date": record.typed.created[:10], "metrics": metrics}
            | {"judge": judge, **asked}
        )
    return found


def _git(clone: Path, *asked: str) -> str | None:
    """What git says of a clone; None where it says nothing."""
    try:
        said = subprocess.run(["git", "-C", str(clone), *asked], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return said.stdout.strip() if said.returncode == 0 else None
