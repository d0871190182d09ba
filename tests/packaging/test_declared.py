"""What the package imports is what it declares."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

EXTRA = {"openai", "anthropic", "sentence_transformers", "torch", "transformers", "sigstore", "hatchling"}
"""Imported only where an extra, or the tool that builds the package, has installed it."""
WITH_PYDANTIC = {"pydantic_core"}
"""Comes with a declared one, version by version."""


def imported(folder: Path) -> set[str]:
    """Names of the top-level packages that the modules of a folder import anywhere."""
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", name)[0]).lower()


def test_every_imported_package_is_declared(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {plain(one) for one in [*project["dependencies"], *extras["dataset"], *extras["near"]]}
    foreign = imported(root / "spillover") - set(sys.stdlib_module_names) - {"spillover"} - EXTRA - WITH_PYDANTIC
    known = packages_distributions()
    undeclared = {name: known.get(name) for name in foreign if not declared & {plain(d) for d in known.get(name, [])}}
    assert foreign and undeclared == {}


def test_constraints_name_every_declared_package(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9.]*", one) for one in lines if not one.startswith("#"))
    assert {plain(one) for one in project["dependencies"]} <= {plain(one) for one in lines}
