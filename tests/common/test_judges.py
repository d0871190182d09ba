"""The default judges stand in one file; a judge that is gone is refused in one line with its replacement."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from spillover.common import judges
from spillover.common.errors import JudgeError
from spillover.common.judges import check_alive, default_judges, known_judges
from spillover.declare import load
from spillover.plan import load_suite

from .._spill import spill

OLD = "anthropic/claude-sonnet-4-5-20250929"
INSTEAD = "use anthropic/claude-sonnet-4-6"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set today's date."""
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return lambda day: monkeypatch.setattr(judges, "today", lambda: day)


def test_the_default_pair_is_declared_of_two_families_and_has_no_end() -> None:
    pair = [known_judges()[name] for name in default_judges()]
    assert len({one.id.partition("/")[0] for one in pair}) == len(pair) == 2
    assert [one.shutdown for one in pair] == [None, None]
    assert all(one.source and one.form in ("distribution", "sampled", "graded") for one in known_judges().values())


def test_whoever_is_replaced_is_replaced_by_a_judge_that_lives() -> None:
    for one in known_judges().values():
        assert one.shutdown is None or known_judges()[str(one.replacement)].shutdown is None


def test_suites_and_tasks_take_the_pair_from_the_file() -> None:
    for name in ("standard", "fast", "full"):
        assert tuple(one.name for one in load_suite(name).judges) == default_judges()
    assert {one.judge for one in load("emergent_misalignment").judges.values()} == {default_judges()[0]}
    assert load("betley2025").judges["distribution"].judge == "openai/gpt-4o-2024-08-06"


def test_no_document_sends_anybody_to_a_judge_that_ends() -> None:
    ending = [one.id for one in known_judges().values() if one.shutdown is not None]
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        named = re.findall(r"(?:--judge|grader=)\s*([\w./-]+)", file.read_text(encoding="utf-8"))
        assert not set(named) & set(ending), file


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 9, 1), []),
        (
            date(2026, 10, 1),
            [f"judge {OLD} ends on 2026-11-30, in 60 days; after that {INSTEAD}"],
        ),
        (
            date(2026, 11, 30),
            [f"judge {OLD} ends on 2026-11-30, in 0 days; after that {INSTEAD}"],
        ),
    ],
)
def test_a_judge_that_ends_soon_is_warned_of(on: Callable[[date], None], day: date, said: list[str]) -> None:
    on(day)
    assert check_alive([OLD, "openai/of-nobody"]) == said


@pytest.mark.parametrize("command", ["plan", "audit", "run"])
def test_a_judge_that_is_gone_is_refused_before_anything_is_asked(
    on: Callable[[date], None], command: str, tmp_path: Path
) -> None:
    on(date(2026, 12, 1))
    arms = ["--model", "openai/x"] if command == "run" else ["--base", "openai/x", "--finetune", "openai/y"]
    out = [] if command == "plan" else ["--out", str(tmp_path / "out")]
    done = spill(command, "fast", *arms, "--judge", OLD, *out)
    assert done.code == 2, "one line and exit code 2, see spillover.cli.main"
    assert done.error == f"judge {OLD}: its provider shut it down on 2026-11-30; {INSTEAD}"
    assert not (tmp_path / "out").exists()


def test_the_default_pair_still_plans_on_the_day_after(on: Callable[[date], None]) -> None:
    on(date(2027, 1, 15))
    done = spill("plan", "standard")
    assert done.code == 0, done.said
    assert all(name in done.said for name in default_judges())


def test_a_judge_on_ones_own_server_outlives_its_provider(
    on: Callable[[date], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from spillover.plan import Model, check_judges

    on(date(2026, 12, 1))
    with pytest.raises(JudgeError):
        check_judges([Model(OLD)])
    assert check_judges([Model(OLD, base_url="http://127.0.0.1:9/v1")]) == []
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    assert check_judges([Model(OLD)]) == []
