"""Files, functions and parameter lists stay short enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ._source import ROOT, modules

LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 250, 40, 8
Function = ast.FunctionDef | ast.AsyncFunctionDef
FROM_OUTSIDE = ("task", "scorer", "command", "group", "option", "argument")
"""Decorators of Inspect and click whose functions take what a user can say, one parameter each."""


def functions(file: Path) -> Iterator[Function]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) and first.end_lineno else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - doc


def is_called_from_outside(function: Function) -> bool:
    names = [ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in function.decorator_list]
    return any(name in FROM_OUTSIDE for name in names)


@pytest.mark.parametrize("package", sorted({name.partition(".")[0] for name in modules() if name}))
def test_files_and_functions_are_short(package: str) -> None:
    files = [file for name, file in modules().items() if name.partition(".")[0] == package]
    long = [file for file in files if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    assert [str(file.relative_to(ROOT)) for file in long] == []
    found = [(file, function) for file in files for function in functions(file)]
    assert [(file.name, one.name) for file, one in found if lines_of(one) > LONGEST_FUNCTION] == []
    wide = [
        (file.name, one.name)
        for file, one in found
        if len(one.args.args) + len(one.args.kwonlyargs) > MOST_PARAMETERS and not is_called_from_outside(one)
    ]
    assert wide == []


def test_lines_are_counted_without_the_docstring() -> None:
    tree = ast.parse('def f(a):\n    """One.\n\n    Two.\n    """\n    b = a\n    return b\n')
    (function,) = [node for node in ast.walk(tree) if isinstance(node, Function)]
    assert lines_of(function) == 3
