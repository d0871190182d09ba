"""The JSON Schema of a shape, as it ships beside the code that reads the file."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema as core

from .shapes import Shape

Place = tuple[str | int, ...]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@cache
def schema_of(shape: type[Shape]) -> dict[str, Any]:
    """The JSON Schema of a shape, draft 2020-12.

    Its title, and a `$id` among `json_schema_extra`, come from the configuration of the class, descriptions from the
    strings below the fields.
    """
    found = shape.model_json_schema(by_alias=True, schema_generator=_Generator)
    head: dict[str, Any] = {key: found.pop(key) for key in ("$id", "title") if key in found}
    defined = {"$defs": found.pop("$defs")} if "$defs" in found else {}
    return {"$schema": DRAFT, **head, **found, **defined}


def parts_at(schema: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    """The parts of a schema that may describe a place of the data."""
    parts = [*_branches(schema, schema)]
    for step in place:
        parts = [one for part in parts for inner in _below(part, step) for one in _branches(inner, schema)]
    return parts


def _below(part: dict[str, Any], step: str | int) -> list[dict[str, Any]]:
    if isinstance(step, int) and "items" in part:
        return [part["items"]]
    found = part.get("properties", {}).get(step, part.get("additionalProperties"))
    return [found] if isinstance(found, dict) else []


def _branches(part: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in part:
        yield from _branches(schema["$defs"][part["$ref"].rpartition("/")[2]], schema)
        return
    yield part
    for one in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _branches(one, schema)


class _Generator(GenerateJsonSchema):
    """Pydantic's generator without what it makes up: titles of fields, defaults, an order by letters."""

    def model_schema(self, schema: core.ModelSchema) -> JsonSchemaValue:
        found, shape = super().model_schema(schema), schema["cls"]
        title = shape.model_config.get("title")
        first = (inspect.getdoc(shape) or "").partition("\n")[0]
        said = {"title": title} if title else {"description": first}
        docs = _field_docs(shape)
        for name, one in found.get("properties", {}).items():
            one.update({"description": docs[name]} if name in docs else {})
        return {**said, **{key: value for key, value in found.items() if key not in ("title", "description")}}

    def default_schema(self, schema: core.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value


def _field_docs(shape: type[Any]) -> dict[str, str]:
    """The string below each field of a class and its bases, by the field's name in the file."""
    found: dict[str, str] = {}
    for one in reversed(shape.__mro__):
        if issubclass(one, Shape) and one is not Shape:
            body = ast.parse(dedent(inspect.getsource(one))).body[0].body  # type: ignore[attr-defined]
            found |= {
                field.target.id: " ".join(doc.value.value.split())
                for field, doc in pairwise(body)
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(doc, ast.Expr)
                and isinstance(doc.value, ast.Constant)
                and isinstance(doc.value.value, str)
            }
    return {shape.model_fields[name].alias or name: doc for name, doc in found.items() if name in shape.model_fields}
