"""Errors of ours that Inspect's command line meets."""

import subprocess
import sys

import pytest
from inspect_ai._util.error import PrerequisiteError
from rich.text import Text

from spillover.common import DeclarationError, LogError, inspect_errors


@inspect_errors
def refused(field: str) -> None:
    """A docstring that stays."""
    raise DeclarationError(f"a.yaml: field {field} is unknown; leave it out")


def test_an_error_is_of_both_kinds_and_its_text_is_no_markup() -> None:
    with pytest.raises(DeclarationError) as caught:
        refused("[red]x[/red]")
    assert isinstance(caught.value, PrerequisiteError) and not isinstance(caught.value, LogError)
    assert str(caught.value) == "a.yaml: field [red]x[/red] is unknown; leave it out"
    assert Text.from_markup(str(caught.value.message)).plain == f"Error: {caught.value}"
    assert type(caught.value.__cause__) is DeclarationError and refused.__doc__ == "A docstring that stays."


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        inspect_errors(lambda: 1 / 0)()
    assert not isinstance(caught.value, PrerequisiteError)


def test_what_inspect_imports_leaves_the_hook_of_python_alone() -> None:
    code = "import sys; before = sys.excepthook; import spillover._registry; print(sys.excepthook is before)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
