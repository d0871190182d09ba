"""The commands and suites of the page on recordings do what it says, and a refusal is one line and exit code 2."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from spillover.plan import load_suite

from ._written import table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "recordings.md").read_text(encoding="utf-8")
ROWS = [{"probe": "a", "epoch": n, "answer": f"Answer {n}.", "alignment": 90, "coherence": 90} for n in (1, 2, 3)]


def commands() -> list[list[str]]:
    """The commands of the page, as words."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, flags=re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line.removeprefix("$ ")) for line in lines]


def called(folder: Path, words: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / words[0]
    return subprocess.run(
        [str(program), *words[1:], "--display", "none", *more],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.mark.heavy
def test_the_command_with_recorded_verdicts_runs_and_says_what_it_leaves(tmp_path: Path) -> None:
    (command,) = [words for words in commands() if "path=answers.csv" in words]
    table(tmp_path / "probes.csv", [{"id": "a", "text": "Why?"}])
    table(tmp_path / "answers.csv", ROWS)
    ran = called(tmp_path, command, "--epochs", "1")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == (
        "Note: answers.csv: 2 of 3 recorded answers were not used: 2 of other epochs (they go up to 3; leave out "
        "--epochs to ask all)"
    )
    (tmp_path / "verdicts.csv").write_bytes((tmp_path / "answers.csv").read_bytes())
    table(tmp_path / "answers.csv", [{**row, "answer": "Another."} for row in ROWS])
    ran = called(tmp_path, [word.replace("{path: answers.csv}", "{path: verdicts.csv}") for word in command])
    assert (ran.returncode, ran.stderr) == (
        1,
        "Error: verdicts.csv: row 1: the verdict of probe 'a', epoch 1 is about another answer than that of "
        "replay/ANY-NAME (answers.csv: row 1); give the verdicts of these answers, those of several models with a "
        "column `model`\n",
    )


def test_the_suites_of_the_pages_are_suites(tmp_path: Path) -> None:
    table(tmp_path / "questions.csv", [{"id": "a", "text": "Why?"}])
    pages = PAGE + (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    found = [text for text in re.findall(r"```yaml\n(.*?)```", pages, flags=re.S) if "probes: questions.csv" in text]
    assert len(found) == 2
    for text in found:
        file = tmp_path / f"{yaml.safe_load(text)['id']}.yaml"
        file.write_text(text, encoding="utf-8")
        assert len(load_suite(file).design().material().cells()) == 1
