"""The source tree as tests of the house read it: packages, modules and what each imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOP = ("scorers", "solvers", "tasks", "tools")
"""Packages that lie at the top of the repository; `spillover/` holds links to them."""


@cache
def modules() -> dict[str, Path]:
    """By dotted name below `spillover`: every module and package, each once (links are left out)."""
    found = {}
    for base in ("spillover", *TOP):
        for file in sorted((ROOT / base).rglob("*.py")):
            if not any((ROOT / part).is_symlink() for part in file.relative_to(ROOT).parents):
                found[named(file)] = file
    return found


def named(file: Path) -> str:
    """The dotted name below `spillover` of a file of ours."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "spillover" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def packages() -> dict[str, Path]:
    """By dotted name below `spillover`: the folder of every package but `spillover` itself."""
    return {name: file.parent for name, file in modules().items() if file.name == "__init__.py" and name}


def package_of(module: str) -> str:
    """The package that a module lies in; the module itself where it is one."""
    return module if module in packages() else module.rpartition(".")[0]


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """What a file imports of ours, as dotted names below `spillover`, with lines; relative imports made absolute."""
    own = named(file).split(".") if _in_package(file) else []
    base = own if file.name == "__init__.py" else own[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (
                (alias.name.removeprefix("spillover."), node.lineno)
                for alias in node.names
                if alias.name.startswith("spillover.")
            )
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("spillover")):
            if node.level and not own:
                continue
            told = (node.module or "").split(".") if node.module else []
            place = [*base[: len(base) - node.level + 1], *told] if node.level else told[1:]
            module = ".".join(place)
            for alias in node.names:
                whole = ".".join([*place, alias.name])
                yield (whole if whole in modules() else module), node.lineno


def _in_package(file: Path) -> bool:
    return file.relative_to(ROOT).parts[0] in ("spillover", *TOP)
