"""Imports flow one way, as docs/architecture.md draws them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY = {
    "spillover/common/errors.py": set(),
    "spillover/common/cell.py": set(),
    "spillover/common": {"errors"},
    "spillover/estimate": set(),
    "spillover/logs": {"errors"},
    "spillover/verdicts": {"estimate", "cell", "errors", "logs"},
    "spillover/providers": {"cell", "errors"},
    "solvers": {"cell", "errors"},
    "scorers": {"cell", "errors", "verdicts", "estimate", "solvers"},
    "spillover/hub": {"errors"},
    "spillover/declare": {"errors", "providers", "scorers", "solvers", "estimate", "hub"},
    "spillover/probes": {"errors", "declare", "hub", "providers", "training"},
    "spillover/training": {"errors"},
    "spillover/cards": {"errors", "declare", "probes", "estimate", "scorers"},
    "spillover/run": {
        "scorers",
        "errors",
        "declare",
        "providers",
        "verdicts",
        "estimate",
        "solvers",
        "hub",
        "tasks",
        "logs",
    }
    | {"training", "cell"},
    "spillover/audit": {"errors", "run", "verdicts", "estimate", "judge", "solvers", "logs"},
    "spillover/export": {"errors", "verdicts", "logs"},
    "spillover/judge": {"errors", "declare", "scorers", "verdicts", "estimate", "logs", "providers"},
    "spillover/submissions": {"errors", "verdicts", "probes", "run", "logs"},
    "spillover/board": {"errors", "verdicts", "estimate", "export", "logs"},
    "tasks": {"declare"},
}
LEAF = ("spillover/common/reading.py", "spillover/common/verdict.py")


def files(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("room", MAY)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    assert files(room)
    own = room.removeprefix("spillover/").removesuffix(".py")
    for file in files(room):
        rooms = {name.split(".")[1] for name in imported(file) if name.startswith("spillover.")}
        assert rooms - {own, "common"} <= MAY[room], file


@pytest.mark.parametrize("file", LEAF)
def test_the_verdict_is_a_leaf_of_the_standard_library(file: str) -> None:
    assert {name.split(".")[0] for name in imported(ROOT / file)} <= {
        "math",
        "re",
        "collections",
        "dataclasses",
        "typing",
        "spillover",
    }


def test_nothing_imports_the_command_line_or_private_parts_of_inspect() -> None:
    for room in MAY:
        for file in files(room):
            names = imported(file)
            assert not any(name.startswith("spillover.cli") for name in names), file
            assert not any(name.startswith("inspect_ai.") and "._" in name for name in names), file
