"""Imports flow one way between packages, through their faces, as docs/architecture.md draws them."""

import ast
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ._source import ROOT, TOP, imports, modules, named, package_of, packages

MAY = {
    "common": "",
    "estimate": "common",
    "hub": "common",
    "providers": "common",
    "solvers": "common",
    "logs": "common",
    "scorers": "common estimate solvers",
    "declare": "common estimate hub providers scorers solvers",
    "tasks": "declare",
    "results": "common estimate logs",
    "items": "common estimate logs",
    "records": "common estimate logs results",
    "verify": "common estimate logs records results",
    "judge": "common declare estimate logs providers results scorers",
    "training": "common solvers",
    "finetune": "common declare hub training",
    "overlap": "common declare training",
    "plan": "common declare estimate finetune logs",
    "run": "common declare logs plan providers scorers solvers tasks verify",
    "audit.decide": "common estimate logs plan run",
    "audit.live": "audit.decide common estimate finetune judge logs plan run solvers training",
    "audit.describe": "audit.decide common estimate judge logs results",
    "audit.report": "audit.decide audit.describe audit.live common estimate logs",
    "audit": "audit.decide audit.describe audit.live audit.report common judge logs plan records run",
    "audit.verify": "audit.decide audit.live audit.report common estimate judge logs plan run solvers verify",
    "board": "common estimate logs records",
    "export": "audit.report common logs records",
    "submissions": "common declare finetune logs overlap records results verify",
    "tools": "common hub records",
    "tools.schemas": "audit.report board common finetune judge plan records submissions tools.dataset",
    "tools.dataset": "common declare estimate hub items overlap tools",
    "tools.cards": "common declare estimate judge scorers tools.dataset",
}
"""What each package may import of the others. `cli` may import all of them, and nothing imports `cli`."""

VERDICT = ("common.reading", "common.verdict")
FACE = "from lazy_loader import attach_stub\n\n__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)\n"


def test_the_table_names_every_package_and_has_no_circle() -> None:
    assert set(MAY) | {"cli"} == set(packages())
    assert len([*TopologicalSorter({name: may.split() for name, may in MAY.items()}).static_order()]) == len(MAY)


@pytest.mark.parametrize("package", MAY)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    own = [file for name, file in modules().items() if name != package and package_of(name) == package]
    assert own
    for file in own:
        others = {package_of(name) for name, _ in imports(file)} - {package, ""}
        assert others <= set(MAY[package].split()), file


def test_a_package_is_imported_through_its_face_alone() -> None:
    """`from spillover.logs import read`, never `from spillover.logs.table import read`."""
    assert _past_faces(modules().values()) == []


def test_modules_import_each_other_in_no_circle() -> None:
    graph = {name: {seen for seen, _ in imports(file)} - {name} for name, file in modules().items()}
    inside = {
        name: {
            one for one in seen if one in modules() and one not in packages() and package_of(one) == package_of(name)
        }
        for name, seen in graph.items()
    }
    assert [*TopologicalSorter(inside).static_order()]


@pytest.mark.parametrize("package", sorted(set(MAY)))
def test_a_face_is_lazy_and_names_what_others_use(package: str) -> None:
    folder = packages()[package]
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(text), clean=False)
    stub = folder / "__init__.pyi"
    assert doc and text == f'"""{doc}"""\n' + (f"\n{FACE}" if stub.is_file() else "")
    if not stub.is_file():
        return
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    offered = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    modules_in = {file.stem for file in folder.glob("*.py")} | {one.parent.name for one in folder.glob("*/__init__.py")}
    assert len(offered) == len(set(offered)), "two modules offer one name"
    assert not set(offered) & modules_in, "a module would hide what the face offers under its name"


def test_the_verdict_is_a_leaf_of_the_standard_library() -> None:
    allowed = {"math", "re", "collections", "dataclasses", "typing"}
    for name in VERDICT:
        file = modules()[name]
        assert {one.partition(".")[0] for one in _absolute(file)} <= allowed, name
        assert {package_of(seen) for seen, _ in imports(file)} <= {"common"}


ERRORS = ROOT / "spillover" / "common" / "errors.py"
"""Inspect offers no public class for an error that its command line prints as one line."""


def test_nothing_imports_the_command_line_or_private_parts_of_inspect() -> None:
    for name, file in modules().items():
        if package_of(name) != "cli":
            private = [one for one in _absolute(file) if one.startswith("inspect_ai.") and "._" in one]
            assert file == ERRORS or not private, file
            assert "cli" not in {package_of(seen) for seen, _ in imports(file)}, file


def _absolute(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return found | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


def test_only_files_that_inspect_must_not_list_keep_an_underscore() -> None:
    """`inspect list tasks` passes over files with one; the registry is found by its name in the entry point."""
    under = {name for name, file in modules().items() if file.name.startswith("_") and not file.name.startswith("__")}
    assert under == {"_registry", "tasks._draws"}
    assert all((ROOT / one).is_dir() for one in TOP)


def _past_faces(files: Iterable[Path]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{line}: {seen}"
        for file in files
        for seen, line in imports(file)
        if seen not in packages() and package_of(seen) not in ("", package_of(named(file)))
    ]
