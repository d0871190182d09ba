"""Check a declaration: against the schema, then against itself. Every error says file, line, field, found, meant."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from spillover.common import DeclarationError

from .yaml import Source

WORDS = {"form": "judge form", "additionalProperties": "field"}


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def check(source: Source) -> None:
    """Check one declaration.

    Raises:
        DeclarationError: On the first thing that is wrong, in file order.
    """
    errors = sorted(_validator().iter_errors(source.data), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise DeclarationError(problem_line(source, errors[0]))
    data = source.data
    if source.path.stem != data["id"]:
        raise DeclarationError(f"{source.at(('id',))}: id is {data['id']!r} but the file is {source.path.name}")
    _known(source, ("judge",), "judge", data["judge"], data["judges"])
    from spillover.scorers import METRICS, rubric_names

    for index, metric in enumerate(data["metrics"]):
        _known(source, ("metrics", index), "metric", metric, METRICS)
    for name, judge in data["judges"].items():
        for index, rubric in enumerate(judge["rubrics"]):
            _known(source, ("judges", name, "rubrics", index), "rubric", rubric, rubric_names())


def suggest(what: str, found: str, known: Iterable[str]) -> str:
    """One line: what was found, and what was probably meant."""
    known = list(known)
    near = get_close_matches(found, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
    return f"unknown {what} `{found}`; {hint}"


def choose(what: str, name: str, known: dict[str, Any]) -> Any:
    """The entry of that name.

    Raises:
        DeclarationError: Where there is none; names the nearest.
    """
    if not isinstance(name, str):
        raise DeclarationError(f"{what}: one name is needed, found {str(name)[:80]!r}; known: {', '.join(known)}")
    if name not in known:
        raise DeclarationError(suggest(what, name, known))
    return known[name]


def _known(source: Source, place: tuple[str | int, ...], what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise DeclarationError(f"{source.at(place)}: {suggest(what, name, known)}")


def problem_line(source: Source, error: ValidationError) -> str:
    """One line for a schema error: file, line, field, what is wrong."""
    place = tuple(error.absolute_path)
    name = ".".join(str(part) for part in place) or "declaration"
    rule: Any = error.validator_value
    found: Any = error.instance
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        known = schema.get("properties", {})
        extra = next(key for key in found if key not in known)
        return f"{source.at((*place, extra))}: {suggest(f'field of {name}', str(extra), known)}"
    if error.validator == "enum":
        what = WORDS.get(str(place[-1]), str(place[-1]))
        return f"{source.at(place)}: {suggest(what, str(found), rule)}"
    if error.validator == "required":
        missing = next(field for field in rule if field not in found)
        return f"{source.at(place)}: {name} lacks `{missing}`; add it"
    return f"{source.at(place)}: {name}: {error.message}"
