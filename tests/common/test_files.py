"""A file is written whole or not at all, and an error names it in the system's words."""

import errno
import json
import os
import re
from pathlib import Path

import pytest

from spillover.common.files import copy_file, whole, write_bytes, write_json, write_text

ROOT = Path(__file__).resolve().parents[2]


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_written_stands_under_its_name_in_a_folder_that_is_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    assert write_text(target, "é\r\n") == target and target.read_bytes() == "é\r\n".encode()
    write_json(target, {"b": [1, "é"]})
    assert target.read_text(encoding="utf-8") == '{\n  "b": [\n    1,\n    "é"\n  ]\n}\n'
    copy_file(target, tmp_path / "copy")
    assert json.loads((tmp_path / "copy").read_text(encoding="utf-8")) == {"b": [1, "é"]}
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.txt", "copy", "new"]


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
@pytest.mark.parametrize("before", [None, b"old"])
def test_a_full_disk_leaves_the_file_as_it_was_and_nothing_beside_it(
    fails: str, before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "manifest.json"
    if before is not None:
        target.write_bytes(before)
    where = {"write": (Path, "write_bytes"), "fsync": (os, "fsync"), "replace": (os, "replace")}[fails]
    with monkeypatch.context() as patch:
        patch.setattr(*where, full)
        with pytest.raises(OSError) as caught:
            write_bytes(target, b"new")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(target))
    assert caught.value.strerror == "No space left on device"
    assert [one.read_bytes() for one in tmp_path.iterdir()] == ([] if before is None else [before])


def test_a_device_without_room_says_so(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    target = tmp_path / "a"
    with pytest.raises(OSError, match="No space left on device") as caught, whole(target) as part:
        part.symlink_to("/dev/full")
        part.write_text("x", encoding="utf-8")
    assert caught.value.filename == str(target) and list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "a") as part:
        part.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_no_other_module_writes_files_in_its_own_way() -> None:
    """What is written straight into a temporary folder that gets its name at the end is the one exception."""
    own = re.compile(r"os\.replace\(|\.write_text\(|\.write_bytes\(|\bopen\([^)]*[\"'][wx]")
    may = {"common/files.py", "submissions/package.py", "export/instance_rows.py"}
    found = {
        file.relative_to(ROOT / "spillover").as_posix()
        for file in sorted((ROOT / "spillover").rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if own.search(line) and "whole(" not in line and "part.write" not in line
    }
    assert found - may == set()
