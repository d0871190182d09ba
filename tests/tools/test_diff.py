"""Which version number a change takes: bytes PATCH, added rows MINOR, anything else MAJOR, of several the largest."""

import json
import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from spillover.declare import read_dataset
from spillover.tools.dataset import Difference, compare

from .._spill import spill

FILE, OTHER = "data/tea/public.jsonl", "data/milk/public.jsonl"
Files = dict[str, list[dict[str, Any]]]


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": f"What of {name}?", "tags": ["food"], "why": "", "key": {"accept": ["a"]}, **more}


def write(folder: Path, files: Files, version: str = "1.2.3", indent: str = " ") -> Path:
    for name, rows in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(one, separators=(",", f":{indent}")) + "\n" for one in rows)
        (folder / name).write_text("".join(lines), encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(f"## {version}\n", encoding="utf-8")
    return folder


def files() -> Files:
    return {FILE: [row(f"tea-00{n}") for n in range(1, 7)], OTHER: [row("milk-001"), row("milk-002")]}


CHANGES: dict[str, tuple[str, Callable[[Files], object]]] = {
    "add first": ("minor", lambda files: files[FILE].insert(0, row("tea-900"))),
    "add a file": ("minor", lambda files: files.update({"data/jam/public.jsonl": [row("jam-001")]})),
    "edit": ("major", lambda files: files[FILE][-1].update(text="Something else?")),
    "edit deep": ("major", lambda files: files[OTHER][0].update(key={"accept": ["b"]})),
    "remove": ("major", lambda files: files[FILE].pop(-2)),
    "swap": ("major", lambda files: files[FILE].append(files[FILE].pop(-2))),
    "move": ("major", lambda files: files[OTHER].append(files[FILE].pop(-3))),
}
SIZES = ("none", "patch", "minor", "major")


def changed(tmp_path: Path, *changes: str, version: str = "1.2.3", indent: str = " ") -> Difference:
    new = files()
    for name in changes:
        CHANGES[name][1](new)
    old = read_dataset(write(tmp_path / "old", files()))
    return compare(old, read_dataset(write(tmp_path / "new", new, version, indent)))


@pytest.mark.parametrize("changes", [(), *combinations(CHANGES, 1), *combinations(CHANGES, 2)], ids=" and ".join)
@pytest.mark.parametrize("indent", [" ", "  "], ids=["", "other bytes"])
def test_the_largest_change_counts(tmp_path: Path, changes: tuple[str, ...], indent: str) -> None:
    sizes = [CHANGES[name][0] for name in changes] + (["patch"] if indent == "  " else ["none"])
    found = changed(tmp_path, *changes, indent=indent)
    assert found.kind == max(sizes, key=SIZES.index)
    assert found.least == {"none": "1.2.3", "patch": "1.2.4", "minor": "1.3.0", "major": "2.0.0"}[found.kind]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("add first", {"added": ["tea-900"]}),
        ("edit", {"edited": {"tea-006": ["text"]}}),
        ("edit deep", {"edited": {"milk-001": ["key"]}}),
        ("remove", {"removed": ["tea-005"]}),
        ("swap", {"moved": ["tea-005", "tea-006"]}),
        ("move", {"moved": ["tea-004"]}),
    ],
)
def test_what_changed_is_named_and_nothing_else(tmp_path: Path, change: str, says: dict[str, Any]) -> None:
    found = changed(tmp_path, change).as_dict()
    assert {name: found[name] for name in ("added", "removed", "edited", "moved") if found[name]} == says


@pytest.mark.parametrize(
    ("changes", "version", "sound"),
    [
        ((), "1.2.3", True),
        ((), "1.2.4", True),
        ((), "1.2.2", False),
        (("add first",), "1.2.3", False),
        (("add first",), "1.2.9", False),
        (("add first",), "1.3.0", True),
        (("add first",), "1.10.0", True),
        (("edit",), "1.10.0", False),
        (("edit",), "2.0.0", True),
        (("edit",), "10.0.0", True),
        (("edit",), "0.9.9", False),
        (("edit", "add first"), "1.3.0", False),
    ],
)
def test_a_version_number_fits_or_not(tmp_path: Path, changes: tuple[str, ...], version: str, sound: bool) -> None:
    found = changed(tmp_path, *changes, version=version)
    assert (found.old, found.new, found.sound) == ("1.2.3", version, sound)


def test_other_bytes_under_the_same_number_do_not_fit(tmp_path: Path) -> None:
    assert not changed(tmp_path, indent="  ").sound


@pytest.mark.parametrize(
    ("name", "kind"),
    [("README.md", "patch"), ("data/tea/notes.txt", "patch"), (".cache/README.md", "none"), ("data/.hidden", "none")],
)
@pytest.mark.parametrize("side", ["old", "new"])
def test_files_beside_the_rows(tmp_path: Path, side: str, name: str, kind: str) -> None:
    folders = {one: write(tmp_path / one, files()) for one in ("old", "new")}
    (folders[side] / name).parent.mkdir(exist_ok=True)
    (folders[side] / name).write_text("Said.", encoding="utf-8")
    assert compare(read_dataset(folders["old"]), read_dataset(folders["new"])).kind == kind


@pytest.mark.parametrize("empty", [None, "", [], {}, {"accept": [], "reject": []}])
@pytest.mark.parametrize("sides", [("old", "new"), ("new", "old")], ids=["to missing", "from missing"])
def test_an_empty_column_is_a_missing_one(tmp_path: Path, sides: tuple[str, str], empty: Any) -> None:
    write(tmp_path / sides[0], {FILE: [row("tea-001", notes=empty)]})
    write(tmp_path / sides[1], {FILE: [row("tea-001")]})
    found = compare(read_dataset(tmp_path / "old"), read_dataset(tmp_path / "new"))
    assert (found.kind, found.edited) == ("patch", {})


@pytest.mark.parametrize("value", [0, False, "no", [""], {"accept": ["x"]}])
def test_a_column_that_says_something_is_none(tmp_path: Path, value: Any) -> None:
    write(tmp_path / "old", {FILE: [row("tea-001")]})
    write(tmp_path / "new", {FILE: [row("tea-001", notes=value)]})
    found = compare(read_dataset(tmp_path / "old"), read_dataset(tmp_path / "new"))
    assert (found.kind, found.edited) == ("major", {"tea-001": ["notes"]})


def test_the_command_says_it_and_leaves_with_1_where_the_number_does_not_fit(tmp_path: Path) -> None:
    old = str(write(tmp_path / "old", files()))
    new = shutil.copytree(old, tmp_path / "new")
    same = spill("dataset", "diff", old, new)
    assert same.code == 0 and "1.2.3 -> 1.2.3: none\n" in same.said and "version 1.2.3 fits" in same.said
    CHANGES["edit"][1](more := files())
    write(new, more, "1.3.0")
    said = spill("dataset", "diff", old, new)
    assert said.code == 1 and "1.2.3 -> 1.3.0: major\n" in said.said
    assert "tea-006: text" in said.said and "does not fit; it must be 2.0.0 or later" in said.said
    plain = spill("dataset", "diff", old, new, "--json")
    assert plain.code == 1 and json.loads(plain.out)["least"] == "2.0.0"
