"""README and docs: short lines, one sentence a line, no retired wording, and only commands and names that exist."""

import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from spillover.cli import spillover

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name / "README.md" for name in ("benchmarks", "examples", "leaderboard/submissions", "tests/fixtures")),
]
LONGEST = 150
"""Characters of a line outside tables and code."""
RETIRED = (
    "when to stop followed from the answers",
    "that are no line it repeats",
    "as it would be on other questions",
    "none around a closed one",
    "known not to be",
    "drag it in",
    "who is asked that",
    "do not see first whether",
    "at most so many",
    "is no random one",
    "is none that is shipped",
    "cannot be looked at",
    "it promises too much",
    "what a longer run gets over",
    "nor is anybody",
    "answers are all those of the base",
    "stand for nobody",
    "asks nobody",
    "goes on where it stopped",
)
"""Wordings that had to be decoded; each page has a plain one instead."""


def prose(page: Path) -> list[str]:
    """The lines of a page outside tables and code blocks."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [line for line in text.splitlines() if not line.startswith("|")]


def by_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def options(words: list[str]) -> tuple[str, set[str], set[str]]:
    """The command that these words call, the options that it has, and those that the words give."""
    command: click.Command = spillover
    for word in words[1:]:
        if not isinstance(command, click.Group) or word not in command.commands:
            break
        command = command.commands[word]
    has = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    return str(command.name), has, {word.strip("[]") for word in words if re.match(r"\[?--\w", word)}


def calls(text: str) -> list[str]:
    """Every call of `spillover` in code font or in a console block, one line each."""
    whole = text.replace("\\\n", " ")
    lines = re.findall(r"^\$ (?:\w+=\S+ )*\s*(spillover .*?)(?:\s+#.*)?$", whole, re.MULTILINE)
    return lines + re.findall(r"`(spillover [a-z][^`]*)`", whole)


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_lines_are_short(page: Path) -> None:
    assert [line for line in prose(page) if len(line) > LONGEST] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_a_line_holds_one_sentence(page: Path) -> None:
    lines = [re.sub(r"^\s*(?:[-*>] |\d+\. )?(?:\*{1,2}[^*]+\*{1,2}:? )?", "", line) for line in prose(page)]
    assert [line for line in lines if re.search(r"[a-z0-9)`][.!?] +[A-Z]", re.sub(r"`[^`]*`", "`", line))] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_retired_wording_is_back(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").lower().split())
    assert [wording for wording in RETIRED if wording in text] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_has_the_options_that_are_shown(page: Path) -> None:
    for call in calls(page.read_text(encoding="utf-8")):
        name, has, given = options(shlex.split(call.replace("'", "").replace('"', "")))
        assert given <= has, f"{name}: {call}"


def test_commands_are_found_in_the_pages() -> None:
    assert len([call for page in PAGES for call in calls(page.read_text(encoding="utf-8"))]) > 60


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_imported_name_that_is_shown_exists(page: Path) -> None:
    for package, name in re.findall(r"\bspillover\.(\w+)\.(\w+)", page.read_text(encoding="utf-8")):
        shown = f"spillover.{package}.{name}"
        assert hasattr(import_module(f"spillover.{package}"), name) or find_spec(shown), shown
    for name in re.findall(r"`spillover\.(\w+)\(", page.read_text(encoding="utf-8")):
        assert name in import_module("spillover").__all__, f"spillover.{name}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
