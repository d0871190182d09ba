"""One rule stands in one place: what must not be written again is looked for in every module."""

import ast
import re
from functools import cache

import pytest

from ._source import modules, package_of

PLAIN = ("canonical", "digest", "finite", "hash_of", "number_of", "plan_digest", "strict_json", "file_sha256")
TEXT = ("one_line", "page_policy", "printable", "visible")
"""Functions whose names are defined once, in `common`."""
HASHES = {"common.hashes", "common.pages", "hub.space", "tools.loopback_hub"}
"""Modules that hash bytes themselves: the rule, the base64 form that browsers want, and the hash that Git wants."""
DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


OWN_JSON = {
    "audit.decide",
    "audit.live",
    "audit.report",
    "board",
    "cli",
    "common",
    "declare",
    "logs",
    "records",
    "results",
    "run",
    "tools",
    "tools.cards",
    "tools.dataset",
    "verify",
}
"""Packages that read JSON of our own: schemas, the shipped dataset, columns of a table, files of a run."""
ROWS = {
    "judge.label",
    "judge.labelled",
    "overlap.units",
    "providers.recorded_rows",
    "providers.verdicts",
    "training.file",
    "training.formats",
    "submissions.strict",
}
"""Modules that read rows of a user's own file, or plain data that they have just checked."""


@cache
def _trees() -> dict[str, ast.Module]:
    return {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in modules().items()}


def _defining(name: str) -> list[str]:
    return [
        module
        for module, tree in _trees().items()
        if any(isinstance(one, DEFINED) and one.name.lstrip("_") == name for one in tree.body)
    ]


@pytest.mark.parametrize("name", [*PLAIN, *TEXT])
def test_a_rule_of_common_is_defined_once(name: str) -> None:
    assert [one.partition(".")[0] for one in _defining(name)] == ["common"]


@cache
def _code() -> dict[str, str]:
    """Every module's code without comments."""
    return {module: ast.unparse(tree) for module, tree in _trees().items()}


def _calls(pattern: str) -> set[str]:
    """Modules whose code has this pattern."""
    return {module for module, code in _code().items() if re.search(pattern, code)}


def test_only_common_hashes() -> None:
    assert _calls(r"\bhashlib\b") == HASHES


def test_only_common_makes_text_harmless() -> None:
    assert _calls(r"if one\.isprintable\(\) else") == {"common.text"}
    assert _calls(r"\[U\+") == {"common.text"}


def test_a_file_is_renamed_into_place_by_common_alone() -> None:
    assert _calls(r"\bos\.replace\(|\bNamedTemporaryFile\b") == {"common.files"}


def test_recordings_and_the_split_that_is_held_out_are_named_once() -> None:
    places = {"common.secrets", "common.named"}
    assert _calls(r"= 'heldout'$|== 'heldout'|= 'replay/'|startswith\('replay/'\)") <= places
    assert _calls(r"'mockllm', 'none'") == {"common.named"}


def test_a_long_text_that_a_log_keeps_apart_is_found_by_logs_alone() -> None:
    assert _calls(r"attachment://") == {"logs.said"}


def test_the_columns_that_tell_answers_apart_are_listed_once() -> None:
    assert _calls(r"\['task', 'condition', 'probe', 'epoch'\]") == {"logs.table"}


def test_a_table_in_markdown_is_written_by_common_alone() -> None:
    assert _calls(r"' \| '\.join\(map|'---:?'") == {"common.text"}


def test_nothing_is_left_changed_for_others() -> None:
    """The limit of a CSV field is raised while a row is read; the program's name and folder are the command line's."""
    assert _calls(r"\bcsv\.field_size_limit\(") == {"common.tables"}
    below = {name for name in _calls(r"\bsys\.argv\b|\bsys\.excepthook\b") if name.partition(".")[0] != "cli"}
    assert below <= {"tools.dataset.validators"}, "the program there is another process"
    at_import = [
        name
        for name, tree in _trees().items()
        for one in tree.body
        if not isinstance(one, DEFINED) and re.search(r"\bPath\.cwd\(|\bos\.getcwd\(", ast.unparse(one))
    ]
    assert at_import == []


def test_whole_files_from_elsewhere_are_read_as_strict_json() -> None:
    reading = {name for name in _calls(r"\bjson\.loads?\(") if package_of(name) not in OWN_JSON}
    assert reading - ROWS == set(), "read it with strict_json"
    assert "strict_json" in _code()["audit.verify.report"] and "strict_json" in _code()["verify.folders"]
