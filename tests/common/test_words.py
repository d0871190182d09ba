"""Numbers with their nouns, and errors in words: no message says `1 logs`, and none names an exception."""

import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from spillover.common.failure_words import LONGEST, kind_of, trouble
from spillover.common.plural import counted, each_of


class Named(BaseModel):
    name: int


class ServerTimeout(Exception):
    """As a library of the network has them."""


@pytest.mark.parametrize(
    ("number", "noun", "says"),
    [
        (0, "log", "0 logs"),
        (1, "log", "1 log"),
        (2, "judge call", "2 judge calls"),
        (2, "retry", "2 retries"),
        (2, "day", "2 days"),
        (2, "address", "2 addresses"),
        (1200, "row", "1200 rows"),
    ],
)
def test_a_number_with_its_noun(number: int, noun: str, says: str) -> None:
    assert counted(number, noun) == says


def test_a_verb_goes_with_its_noun() -> None:
    assert [counted(n, "answer was", "answers were") for n in (1, 2)] == ["1 answer was", "2 answers were"]
    assert (each_of(1, "judge"), each_of(2, "judge")) == ("1 judge", "each of 2 judges")
    assert counted(1200, "row", thousands=True) == "1,200 rows"


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        (lambda: json.loads("{\n,"), "it is not valid JSON, line 2"),
        (lambda: b"\xff".decode(), "it is not UTF-8 text"),
        (lambda: zlib.decompress(b"x"), "it is damaged or cut off"),
        (lambda: zipfile.ZipFile(__file__), "it is a damaged zip archive, or not one"),
        (lambda: Path("gone").read_text(), "No such file or directory"),
        (lambda: {}["name"], "it lacks 'name'"),
        (lambda: [].pop(), "it has an unexpected format"),
        (lambda: Named(name="an answer of a model"), "name: Input should be a valid integer, unable to parse"),
        (lambda: int("x" * 999), "invalid literal"),
    ],
)
def test_what_is_wrong_is_said_in_words(fails: Callable[[], object], says: str) -> None:
    with pytest.raises(Exception) as caught:
        fails()
    said = trouble(caught.value)
    assert said.startswith(says) and type(caught.value).__name__ not in said
    assert "\n" not in said and len(said) <= LONGEST + 3 and "answer of a model" not in said


def test_errors_of_the_network_are_told_by_their_kind() -> None:
    told = [trouble(error) for error in (ConnectionError("<object at 0x1>"), TimeoutError(), ServerTimeout("<x>"))]
    assert told == ["no connection", "the time limit was reached", "the time limit was reached"]
    assert trouble(ValueError()) == "no reason given"


def test_kinds_of_values() -> None:
    assert [kind_of(one) for one in (None, True, 1.5, "x", {}, [])] == [
        "nothing",
        "true or false",
        "a number",
        "text",
        "an object",
        "a list",
    ]


def test_no_message_names_an_exception() -> None:
    """But for failures that are nobody's mistake, whose kind a report of the fault needs."""
    root = Path(__file__).resolve().parents[2] / "spillover"
    own = {root / "cli" / "__init__.py", root / "cli" / "audit.py", root / "common" / "failure_words.py"}
    named = [
        f"{file.relative_to(root)}:{number}"
        for file in sorted(root.rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if "type(error).__name__" in line and file not in own | {root / "common" / "provider.py"}
    ]
    assert named == []
