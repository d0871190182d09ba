"""Shapes of files: what JSON means by a number, and one line for whatever does not fit."""

import math
from typing import Annotated, Any, Literal

import pytest

from spillover.common import (
    Count,
    DeclarationError,
    Exactly,
    Filled,
    Finite,
    FreeObject,
    Items,
    LogError,
    Many,
    Maybe,
    Sha256,
    Shape,
    Text,
    WholeNumber,
    in_file,
    misfits,
    schema_of,
    shaped,
    suggest,
)


class Leaf(Shape):
    """A part of the whole."""

    word: Literal["red", "green"]
    """One of two words."""


class Berry(Shape):
    """Another part, with other fields."""

    sweet: Literal["yes"]


class Whole(Shape, title="A whole", json_schema_extra={"$id": "whole-1.schema.json"}):
    """Everything a shape can have."""

    name: Filled
    """What it is called."""
    number: Finite
    count: Count
    leaves: Many[Leaf] = ()
    few: Annotated[tuple[int, ...], Items(most=2, unique=True)] = ()
    sha: Maybe[Sha256] = None
    none: Annotated[str, Text(most=3)] | None = None
    consent: Annotated[Literal[True], Exactly(True)] = True
    free: Maybe[FreeObject] = None
    some: Maybe[Annotated[tuple[Leaf, ...], Items(least=1)]] = None
    eights: Maybe[Annotated[int, WholeNumber(times=8)]] = None
    by_name: Maybe[dict[str, Leaf]] = None
    either: Leaf | Berry | None = None
    long: Maybe[Annotated[str, Text(pattern=f"^({'x' * 50}|{'y' * 50})$")]] = None
    """Many x or y."""


LEAST: dict[str, Any] = {"name": "n", "number": 1, "count": 2}


def first(change: dict[str, Any]) -> str:
    found = misfits(Whole, LEAST | change)
    return f"{found[0].path}: {found[0].words}" if found else ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"number": 0.5}, ""),
        ({"number": True}, "$.number: True is not of type 'number'"),
        ({"number": "1"}, "$.number: '1' is not of type 'number'"),
        ({"number": math.nan}, "$.number: nan is not of type 'finite number'"),
        ({"number": -math.inf}, "$.number: -inf is not of type 'finite number'"),
        ({"count": 480.0}, ""),
        ({"count": 480.5}, "$.count: 480.5 is not of type 'integer'"),
        ({"count": True}, "$.count: True is not of type 'integer'"),
        ({"count": -1}, "$.count: -1 is less than the minimum of 0"),
        ({"count": math.inf}, "$.count: inf is not of type 'integer'"),
        ({"name": ""}, "$.name: '' should be non-empty"),
        ({"name": None}, "$.name: None is not of type 'string'"),
        ({"sha": None}, "$.sha: None is not of type 'string'"),
        ({"sha": "12"}, "$.sha: '12' does not match '^[0-9a-f]{64}$'"),
        ({"none": None}, ""),
        ({"none": "four"}, "$.none: 'four' is too long; 3 is the most"),
        ({"few": [1, 1]}, "$.few: [1, 1] has an entry twice"),
        ({"few": [1, 2, 3]}, "$.few: [1, 2, 3] is too long; 2 is the most"),
        ({"few": {}}, "$.few: {} is not of type 'array'"),
        ({"consent": False}, "$.consent: True was expected"),
        ({"consent": 1}, "$.consent: 1 is not of type 'boolean'"),
        ({"free": {"a": [1], "b": None}}, ""),
        ({"free": []}, "$.free: [] is not of type 'object'"),
        ({"leaves": [{"word": "red"}, {"word": "blue"}]}, "$.leaves[1].word: 'blue' is not one of ['red', 'green']"),
        ({"leaves": [{"word": "red", "x": 1}]}, "$.leaves[0]: unknown field `x`"),
        ({"leaves": [{}]}, "$.leaves[0]: lacks `word`"),
        ({"some": []}, "$.some: [] should be non-empty"),
        ({"some": [{}]}, "$.some[0]: lacks `word`"),
        ({"eights": 16.0}, ""),
        ({"eights": 12}, "$.eights: 12 is not a multiple of 8"),
        ({"by_name": {"a b": {}}}, "$.by_name['a b']: lacks `word`"),
        ({1: 2}, "$: unknown field `1`"),
        ({"either": {"sweet": "yes"}}, ""),
        ({"either": {"sweet": "no"}}, "$.either.sweet: 'yes' was expected"),
        ({"either": {"word": 1}}, "$.either.word: 1 is not one of ['red', 'green']"),
        ({"either": 5}, "$.either: 5 is not of type 'object'"),
        ({"long": "z"}, "$.long: 'z' is not valid (valid: Many x or y)"),
    ],
)
def test_what_does_not_fit_is_a_place_and_a_reason(change: dict[str, Any], says: str) -> None:
    assert first(change) == says


def test_a_fitting_object_is_typed_and_its_numbers_stay_as_they_are() -> None:
    found = shaped(Whole, LEAST | {"count": 480.0, "leaves": [{"word": "red"}]}, in_file("x.json", "mend it"))
    assert (found.number, type(found.number), found.count, type(found.count)) == (1, int, 480, int)
    assert found.leaves == (Leaf(word="red"),) and found.model_dump()["leaves"] == ({"word": "red"},)


def test_an_object_becomes_plain_data_again() -> None:
    data = LEAST | {"leaves": [{"word": "red"}], "free": {"a": [1]}, "few": [1, 2], "by_name": {"a": {"word": "red"}}}
    found = shaped(Whole, data, in_file("x.json", "mend it")).as_plain()
    assert found == data | {"none": None, "either": None, "consent": True} and "sha" not in found
    assert misfits(Whole, found) == []


def test_a_misfit_is_one_line_with_file_and_fix() -> None:
    with pytest.raises(LogError, match=r"^x\.json: \$\.name: 5 is not of type 'string'; mend it$"):
        shaped(Whole, LEAST | {"name": 5}, in_file("x.json", "mend it"))
    with pytest.raises(DeclarationError, match=r"^x: \$: \[\] is not of type 'object'; f$"):
        shaped(Whole, [], in_file("x", "f", DeclarationError))


@pytest.mark.parametrize(
    "hostile",
    [
        {"name": ["x\n" * 10**6]},
        {"count": "9\n" * 10**6},
        {"x\n" * 10**6: 1},
        {"by_name": {"x\n" * 10**6: {}}},
        {"by_name": {"a": {"word": "\x1b[31m\n" * 10**6}}},
        {f"{number}\n": number for number in range(100_000)},
        {"few": [{"a": "x" * 10**6}] * 10**5},
    ],
)
def test_a_hostile_value_is_neither_repeated_nor_printed_raw(hostile: dict[str, Any]) -> None:
    found = misfits(Whole, LEAST | hostile)
    line = str(in_file("x.json", "mend it")(found[0]))
    assert len(line) < 400 and line.isprintable()


def test_of_very_many_misfits_the_message_has_the_number() -> None:
    (found,) = misfits(Whole, LEAST | {str(number): 1 for number in range(200_000)})
    assert found.words == "200,000 places do not fit; its layout is not that of A whole"


def test_the_schema_is_the_one_that_ships() -> None:
    schema = schema_of(Whole)
    assert [*schema][:3] == ["$schema", "$id", "title"] and schema["title"] == "A whole"
    assert schema["required"] == ["name", "number", "count"] and schema["additionalProperties"] is False
    assert schema["properties"]["name"] == {"type": "string", "minLength": 1, "description": "What it is called."}
    assert schema["properties"]["count"] == {"type": "integer", "minimum": 0}
    assert schema["properties"]["free"] == {"type": "object"} and schema["properties"]["consent"] == {"const": True}
    assert schema["properties"]["few"]["uniqueItems"] is True
    assert schema["$defs"]["Leaf"]["description"] == "A part of the whole."


def test_an_unknown_name_gets_the_nearest_known_one() -> None:
    assert suggest("method", "lore", ["sft", "lora"]) == "unknown method `lore`; did you mean `lora`?"
    assert suggest("method", "x" * 10**6, ["sft"]).endswith("...`; use one of sft")
