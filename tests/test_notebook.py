"""The example notebook: run anew, it prints what it shows."""

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ._source import ROOT

FILE = ROOT / "examples" / "notebook.ipynb"


def shown(cell: dict[str, Any]) -> str:
    """What a cell of the file shows, as text."""
    said = [one.get("text") or one["data"].get("text/plain", "") for one in cell["outputs"]]
    return "".join("".join(one) for one in said).strip()


def run(source: str, names: dict[str, Any]) -> str:
    """Run a cell as a notebook does: what it printed, and its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, FILE.name, "exec"), names)
        value = eval(compile(ast.Expression(last.value), FILE.name, "eval"), names) if last is not None else None
    return (printed.getvalue() + ("" if value is None else repr(value))).strip()


@pytest.mark.heavy
def test_the_notebook_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = json.loads(FILE.read_text(encoding="utf-8"))
    monkeypatch.chdir(FILE.parent)
    names: dict[str, Any] = {}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), "run from top to bottom"
    with pd.option_context("display.max_columns", 20, "display.width", 80):  # as in a notebook, whatever the terminal
        for cell in cells:
            assert run("".join(cell["source"]), names) == shown(cell)
    assert names["report"].answer == "regression"


def test_the_notebook_names_no_path_of_one_machine() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert not any(place in text for place in ("/work/", "/home/", "/Users/", "/tmp/")) and "scripted" in text
    assert Path(FILE).stat().st_size < 100_000
