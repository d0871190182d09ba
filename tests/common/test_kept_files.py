"""What is kept of files: for as long as they stay as they are, and no longer."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spillover.common import forget_files, read_once

READS: list[str] = []


@read_once
def text_of(path: Path) -> str:
    READS.append(path.name)
    return path.read_text(encoding="utf-8")


@read_once
def with_next(path: Path) -> str:
    READS.append(f"with next {path.name}")
    return text_of(path) + text_of(path.with_name("next"))


@read_once
def names_in(path: Path) -> list[str]:
    READS.append("names")
    return sorted(one.name for one in path.iterdir())


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    READS.clear()
    forget_files()
    yield
    forget_files()


def written(path: Path, text: str, age: float = 1.0) -> Path:
    """A file that was last changed so many seconds ago, as far as its own times say."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once: their clock is finer than these tests are fast."""
    monkeypatch.setattr("spillover.common.kept_files.SETTLED", -(10**9))


@pytest.mark.usefixtures("settled")
def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    file = written(tmp_path / "one", "before")
    assert [text_of(file) for _ in range(3)] == ["before"] * 3 and READS == ["one"]
    written(file, "behind", age=2)
    assert text_of(file) == "behind" and READS == ["one", "one"]
    forget_files()
    assert text_of(file) == "behind" and READS == ["one"] * 3


@pytest.mark.usefixtures("settled")
def test_times_that_were_set_back_are_seen(tmp_path: Path) -> None:
    file = written(tmp_path / "one", "before")
    times = file.stat()
    assert text_of(file) == "before"
    time.sleep(0.03)
    file.write_text("behind", encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_mtime_ns == times.st_mtime_ns and file.stat().st_size == times.st_size
    assert text_of(file) == "behind"


@pytest.mark.usefixtures("settled")
def test_what_was_read_on_the_way_counts_too(tmp_path: Path) -> None:
    first, other = written(tmp_path / "one", "a"), written(tmp_path / "next", "b")
    assert with_next(first) == with_next(first) == "ab"
    assert READS == ["with next one", "one", "next"]
    written(other, "changed")
    assert with_next(first) == "achanged"
    assert READS[3:] == ["with next one", "next"]


@pytest.mark.usefixtures("settled")
def test_a_folder_is_listed_anew_where_a_file_came_or_went(tmp_path: Path) -> None:
    written(tmp_path / "one", "a")
    assert names_in(tmp_path) == names_in(tmp_path) == ["one"] and READS == ["names"]
    time.sleep(0.03)
    written(tmp_path / "two", "b")
    assert names_in(tmp_path) == ["one", "two"]


def test_a_file_that_was_just_written_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.common.kept_files.SETTLED", 10**12)
    file = written(tmp_path / "one", "a")
    assert text_of(file) == text_of(file) == "a" and READS == ["one", "one"]


def test_an_error_is_not_kept(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            text_of(tmp_path / "one")
    assert READS == ["one", "one"]
    assert text_of(written(tmp_path / "one", "there")) == "there"


@pytest.mark.usefixtures("settled")
def test_the_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.common.kept_files.MOST", 2 * 2**14)
    files = [written(tmp_path / name, name) for name in "abc"]
    assert [text_of(file) for file in files] == ["a", "b", "c"]
    assert text_of(files[2]) == "c" and READS == ["a", "b", "c"]
    assert text_of(files[0]) == "a" and READS[3:] == ["a"]


@pytest.mark.usefixtures("settled")
def test_threads_may_read_side_by_side(tmp_path: Path) -> None:
    files = [written(tmp_path / f"{number}", f"{number}") for number in range(20)]
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append([text_of(file) for file in files])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[f"{number}" for number in range(20)]] * 8


def test_two_functions_of_one_file_keep_apart(tmp_path: Path) -> None:
    @read_once
    def length(path: Path) -> int:
        return len(path.read_text(encoding="utf-8"))

    file = written(tmp_path / "one", "four")
    assert (text_of(file), length(file)) == ("four", 4)
