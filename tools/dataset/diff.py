"""What changed between two versions, and which version number that takes."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spillover.common import DatasetError
from spillover.declare import Dataset, Row

Kind = Literal["none", "patch", "minor", "major"]
KINDS: tuple[Kind, ...] = ("none", "patch", "minor", "major")


@dataclass(frozen=True, slots=True)
class Difference:
    """From one version of the dataset to another.

    PATCH: the same rows, written differently. MINOR: rows were only added. MAJOR: a row was edited, removed or moved.

    Attributes:
        old: Version number of the first.
        new: Version number of the second.
        kind: What the change is.
        added: Ids that only the second has.
        removed: Ids that only the first has.
        edited: Ids whose row differs, with the columns.
        moved: Ids that now stand elsewhere among those that both have.
        least: Version number that the second must have at least.
        sound: Whether it has.
    """

    old: str
    new: str
    kind: Kind
    added: list[str]
    removed: list[str]
    edited: dict[str, list[str]]
    moved: list[str]
    least: str
    sound: bool

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        return asdict(self)


def compare(old: Dataset, new: Dataset) -> Difference:
    """Compare two versions row by row."""
    before, after = _places(old), _places(new)
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    both = [name for name in before if name in after]
    edited = {name: found for name in both if (found := _columns(before[name][1], after[name][1]))}
    moved = _moved(before, after, both)
    kind: Kind = "major" if removed or edited or moved else "minor" if added else _bytes(old, new)
    least = _bump(old.version, kind)
    sound = _parts(new.version) >= _parts(least) and (kind != "none" or new.version == old.version)
    return Difference(old.version, new.version, kind, added, removed, edited, moved, least, sound)


def _places(dataset: Dataset) -> dict[str, tuple[str, Row]]:
    found = {}
    for name, rows in dataset.files.items():
        for number, row in enumerate(rows, start=1):
            if not isinstance(row.get("id"), str):
                raise DatasetError(f"{dataset.folder}/{name}: row {number}: has no `id`; run spillover dataset check")
            found[row["id"]] = (name, row)
    return found


def _columns(before: Row, after: Row) -> list[str]:
    """Columns whose values differ; a column that is empty is as good as one that is missing."""
    names = dict.fromkeys([*before, *after])
    return [name for name in names if _value(before.get(name)) != _value(after.get(name))]


def _value(value: Any) -> Any:
    empty = value in (None, "", [], {}) or (isinstance(value, dict) and not any(value.values()))
    return None if empty else json.dumps(value, sort_keys=True)


def _moved(before: dict[str, tuple[str, Row]], after: dict[str, tuple[str, Row]], both: list[str]) -> list[str]:
    elsewhere = [name for name in both if before[name][0] != after[name][0]]
    kept = set(both) - set(elsewhere)
    files = {before[name][0] for name in kept}
    for file in sorted(files):
        was = [name for name, (where, _) in before.items() if where == file and name in kept]
        now = [name for name, (where, _) in after.items() if where == file and name in kept]
        elsewhere += [name for name, other in zip(was, now, strict=True) if name != other]
    return elsewhere


def _bytes(old: Dataset, new: Dataset) -> Kind:
    """`patch` where a file of the same rows differs in its bytes, or a file stands beside the rows that changed."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (old.folder, new.folder)
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    return "none" if all(_read(old, name) == _read(new, name) for name in names) else "patch"


def _read(dataset: Dataset, name: str) -> bytes | None:
    path = dataset.folder / name
    return path.read_bytes() if path.is_file() else None


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _bump(version: str, kind: Kind) -> str:
    major, minor, patch = _parts(version)
    return {
        "none": version,
        "patch": f"{major}.{minor}.{patch + 1}",
        "minor": f"{major}.{minor + 1}.0",
        "major": f"{major + 1}.0.0",
    }[kind]
