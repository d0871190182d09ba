"""Every command that a message advises exists, with the options that it names; those that are printed whole run."""

import ast
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from spillover.cli.commands import spillover

from .._spill import Done, spill

ROOT = Path(__file__).resolve().parents[2]
ADVICE = re.compile(r"\bspillover ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?([^;,.`()]*)")


def said() -> Iterator[tuple[str, str]]:
    """Every text in the package that is no docstring, with the file that holds it."""
    for file in sorted((ROOT / "spillover").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield file.name, node.value


def advised() -> list[tuple[str, str, str, str]]:
    """File, command, subcommand and what follows, of each text that names a command of ours."""
    found = []
    for file, text in said():
        for match in ADVICE.finditer(text):
            if match[1] in spillover.commands:
                found.append((file, match[1], match[2] or "", match[3]))
    return found


def test_advised_commands_and_options_exist() -> None:
    wrong = []
    for file, name, second, rest in advised():
        command: click.Command = spillover.commands[name]
        if isinstance(command, click.Group):
            if second not in command.commands:
                wrong.append(f"{file}: spillover {name} {second}")
                continue
            command = command.commands[second]
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        wrong += [f"{file}: {name} {one}" for one in re.findall(r"--[a-z][a-z-]+", rest) if one not in options]
    assert wrong == [], wrong
    assert len(advised()) > 30


def called(line: str) -> Done:
    words = shlex.split(line)
    assert words[0] == "spillover", line
    return spill(*words[1:])


@pytest.fixture
def logs(demo_logs: Path, tmp_path: Path) -> Path:
    """The demo's pair, in a folder with a space in its name."""
    return Path(shutil.copytree(demo_logs, tmp_path / "my logs"))


def test_what_record_prints_runs(logs: Path, tmp_path: Path) -> None:
    done = spill("record", logs, "--out", tmp_path / "records")
    assert done.code == 0, done.said
    (line,) = [one for one in done.said.splitlines() if one.startswith("spillover ")]
    found = called(line)
    assert found.code == 0, found.said


def test_the_command_of_an_audit_of_logs_makes_it_again(logs: Path, tmp_path: Path) -> None:
    args = ["audit", "--base-logs", str(logs), "--finetune-logs", str(logs), "--base", "replay/scripted-base", "--json"]
    done = spill(*args)
    report = json.loads(done.out)
    again = called(f"{report['reproduce']} --json")
    assert again.code == done.code and json.loads(again.out) == report
