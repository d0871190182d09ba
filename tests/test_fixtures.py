"""What an earlier version wrote is still read."""

from pathlib import Path

from spillover.logs import read
from spillover.verify import verify


def test_logs_of_an_earlier_version_are_read(made_before: Path) -> None:
    assert len(read(made_before / "plain")) == 12
    assert set(read(made_before / "finished" / "logs")["outcome"]) == {"aligned", "misaligned"}


def test_logs_of_an_earlier_version_hold(made_before: Path) -> None:
    for folder, answers in (("plain", 12), ("finished/logs", 32), ("run/logs", 16)):
        found = verify([str(file) for file in sorted((made_before / folder).rglob("*.eval"))])
        assert sum(one.answers for one in found) == answers
        assert [problem for one in found for problem in one.problems] == []


def test_no_module_is_ignored_by_git() -> None:
    root = Path(__file__).resolve().parents[1]
    patterns = (root / ".gitignore").read_text(encoding="utf-8").split()
    rooms = {path.parent.name for path in (root / "spillover").glob("*/__init__.py")}
    assert not rooms & {line.rstrip("/") for line in patterns if not line.startswith("/")}
