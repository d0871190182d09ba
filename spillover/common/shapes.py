"""Shapes of JSON and YAML files: strict models of what a file may say, as JSON Schema means it.

A model states each field once: its type, its limits, and its meaning as the string below it.
`schema_of` turns a model into the JSON Schema that ships; `shaped` checks plain data against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core import core_schema as core

T = TypeVar("T")


class Shape(BaseModel):
    """An object of JSON: unknown fields are refused, and no value is converted."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
        protected_namespaces=(),
        hide_input_in_errors=True,
    )

    def as_plain(self) -> dict[str, Any]:
        """The object as JSON has it: lists for tuples, and no field that is left out."""
        found = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value is not None or not any(isinstance(one, _Omissible) for one in field.metadata):
                found[field.alias or name] = _plain(value)
        return found


@dataclass(frozen=True, slots=True)
class Text:
    """Limits of a string.

    Attributes:
        pattern: What must be found in it, as Python reads a regular expression.
        least: Fewest characters.
        most: Most characters.
    """

    pattern: str | None = None
    least: int | None = None
    most: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The checks, as pydantic runs them."""
        return core.str_schema(
            strict=True,
            pattern=self.pattern,
            min_length=self.least,
            max_length=self.most,
            regex_engine="python-re",
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a number.

    Attributes:
        least: Smallest value.
        above: Value that it must exceed.
        most: Largest value.
        below: Value that it must not reach.
    """

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None


class Number(Limits):
    """A finite number. A whole number stays whole, and no boolean is a number."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The checks, as pydantic runs them."""
        number = core.float_schema(
            strict=True, allow_inf_nan=False, ge=self.least, gt=self.above, le=self.most, lt=self.below
        )
        return core.no_info_wrap_validator_function(_unchanged, number)


@dataclass(frozen=True, slots=True)
class WholeNumber(Limits):
    """A whole number. As in JSON Schema, 480.0 is one too; it becomes 480.

    Attributes:
        times: Number that it must be a multiple of.
    """

    times: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The checks, as pydantic runs them."""
        least, above, most, below = (
            None if one is None else int(one) for one in (self.least, self.above, self.most, self.below)
        )
        whole = core.int_schema(strict=True, ge=least, gt=above, le=most, lt=below, multiple_of=self.times)
        return core.no_info_before_validator_function(_whole, whole)


@dataclass(frozen=True, slots=True)
class Items:
    """Limits of a list, which becomes a tuple.

    Attributes:
        least: Fewest entries.
        most: Most entries.
        unique: Whether no entry may stand twice.
    """

    least: int | None = None
    most: int | None = None
    unique: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The checks, as pydantic runs them; the first wrong entry ends the check of a list."""
        (entry,) = handler(source)["items_schema"]
        entries = core.tuple_schema(
            [entry], variadic_item_index=0, strict=True, fail_fast=True, min_length=self.least, max_length=self.most
        )
        listed = core.no_info_before_validator_function(_as_tuple, entries)
        return core.no_info_after_validator_function(_unique, listed) if self.unique else listed

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {**handler(schema), **({"uniqueItems": True} if self.unique else {})}


@dataclass(frozen=True, slots=True)
class Exactly:
    """One boolean and no other.

    Attributes:
        value: The boolean.
    """

    value: bool

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The check, as pydantic runs it."""
        return core.no_info_after_validator_function(self._same, core.bool_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"const": self.value}

    def _same(self, found: bool) -> bool:
        if found is not self.value:
            raise PydanticCustomError("constant", "{expected} was expected", {"expected": str(self.value)})
        return found


class _Omissible:
    """Marks a field that may be left out, but that cannot be null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        found = handler(source)
        return found["schema"] if found["type"] == "nullable" else found


class _Free:
    """Marks an object whose content is not ours to describe."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core.dict_schema(strict=True)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object"}


Maybe = Annotated[T | None, _Omissible()]
"""A field that may be left out, with the default None; null is refused."""
Many = Annotated[tuple[T, ...], Items()]
"""A list of any length."""
FreeObject = Annotated[Mapping[str, Any], _Free()]
"""An object with any content."""
Finite = Annotated[float, Number()]
"""A finite number."""
Proportion = Annotated[float, Number(least=0, most=1)]
"""A number from 0 to 1."""
Whole = Annotated[int, WholeNumber()]
"""A whole number."""
Count = Annotated[int, WholeNumber(least=0)]
"""A whole number, at least 0."""
Positive = Annotated[int, WholeNumber(least=1)]
"""A whole number, at least 1."""
Filled = Annotated[str, Text(least=1)]
"""A string of at least one character."""
Sha256 = Annotated[str, Text(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 as hexadecimal digits."""


def _plain(value: Any) -> Any:
    if isinstance(value, Shape):
        return value.as_plain()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _unchanged(value: Any, check: core.ValidatorFunctionWrapHandler) -> Any:
    check(value)
    return value


def _whole(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() else value


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _unique(found: tuple[Any, ...]) -> tuple[Any, ...]:
    if any(one in found[:place] for place, one in enumerate(found)):
        raise PydanticCustomError("not_unique", "has an entry twice")
    return found
