"""docs/architecture.md names the packages that there are, in the order of their imports, and files that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def column(heading: str) -> list[str]:
    """What stands in code font in the first column of the table with this heading, in its order."""
    (rows,) = re.findall(rf"^\| {heading} \|.*\n\|[ -:|]+\n((?:\|.*\n)+)", PAGE.split("`audit` has")[0], re.MULTILINE)
    return [row.split("`")[1] for row in rows.splitlines()]


PACKAGES = column("package")


def imported(package: str) -> set[str]:
    """The other packages that a package's modules import, type hints of its face included."""
    found: set[str] = set()
    for file in (ROOT / "spillover" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found |= set(re.findall(r"^spillover\.(\w+)", node.module))
    return found - {package}


def test_the_table_names_every_package_once() -> None:
    there = {path.parent.name for path in (ROOT / "spillover").glob("*/__init__.py")}
    assert len(PACKAGES) == len(set(PACKAGES)) and set(PACKAGES) == there


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_those_above_it(package: str) -> None:
    above = set(PACKAGES[: PACKAGES.index(package)])
    assert imported(package) <= above


def test_the_files_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`((?:spillover|solvers|scorers|tasks|tests|tools)/[\w./]*)`", PAGE))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_parts_of_the_audit_are_named() -> None:
    named = set(re.findall(r"^\| `audit/(\w+)` \|", PAGE, re.MULTILINE))
    assert named == {path.parent.name for path in (ROOT / "spillover" / "audit").glob("*/__init__.py")}
