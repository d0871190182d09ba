"""The folders that `verify` knows: of an audit or a run, of records, of a submission, and plain folders of logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spillover.common import strict_json, trouble
from spillover.logs import found_logs
from spillover.records import LARGEST_RECORD

Kind = Literal["run", "records", "logs"]
MANIFEST, REPORT = "manifest.json", "report.json"
RECORD = b"spillover-record/"
"""Text that every record contains."""
DEEP = {"controls": 2, "leaks": 2, "triggers": 2}
"""Folders of an audit that hold several groups of logs, and the level at which a group begins; 1 for all others."""
MODELS = ("controls", "models")
"""Folder of control models. Each model is a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Logs of a folder that are verified together: no group is compared with another.

    Attributes:
        what: Where they lie, in words.
        logs: Paths of the logs.
    """

    what: str
    logs: list[str]


def kind_of(path: Path) -> Kind:
    """What a folder holds: an audit or run, records (alone or as a submission), or logs."""
    if (path / MANIFEST).is_file() or (path / REPORT).is_file():
        return "run"
    return "records" if path.is_dir() and records_in(path) else "logs"


def records_in(folder: Path) -> list[Path]:
    """Records in a folder, in the order of their paths."""
    return [one for one in sorted(folder.rglob("*.json")) if is_record(one)]


def is_record(file: Path) -> bool:
    """Whether a JSON file is a record, and not a log or something beside one."""
    if not file.is_file() or file.stat().st_size > LARGEST_RECORD:
        return False
    held = file.read_bytes()
    return RECORD in held and b'"eval_id"' not in held


def groups_in(folder: Path) -> list[Group]:
    """Groups of logs of an audit or run: its main answers, and each control or search separately."""
    found: dict[tuple[str, ...], list[str]] = {}
    for log in found_logs(folder) if any(folder.rglob("*.eval")) else []:
        above = Path(log).relative_to(folder).parts[:-1]
        found.setdefault(_group(above), []).append(log)
    return [Group("/".join([folder.name, *name]), logs) for name, logs in sorted(found.items())]


def _group(above: Sequence[str]) -> tuple[str, ...]:
    if tuple(above[:2]) == MODELS:
        return tuple(above[:3])
    return tuple(above[: DEEP.get(above[0], 1)]) if above else ()


def manifest_of(folder: Path) -> Any:
    """The manifest of a run as plain data; None where there is none, a text where it cannot be read."""
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return strict_json(file.read_bytes(), numbers=False)
    except (OSError, ValueError) as error:
        return f"cannot be read ({trouble(error)})"
