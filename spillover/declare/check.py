"""Check a declaration: against the schema, then against itself. Every error says file, line, field, found, meant."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from spillover.common import DeclarationError, Misfit, shaped, suggest

from .yaml import Source

if TYPE_CHECKING:
    from spillover.common import Shape

S = TypeVar("S", bound="Shape")

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
        raise DeclarationError(
            f"{source.at(('id',))}: id is {data['id']!r} but the file is {source.path.name}; give both one name"
        )
    _known(source, ("judge",), "judge", data["judge"], data["judges"])
    from spillover.scorers import METRICS, rubric_names

    for index, metric in enumerate(data["metrics"]):
        _known(source, ("metrics", index), "metric", metric, METRICS)
    for name, judge in data["judges"].items():
        for index, rubric in enumerate(judge["rubrics"]):
            _known(source, ("judges", name, "rubrics", index), "rubric", rubric, rubric_names())


def choose(what: str, name: str, known: dict[str, Any]) -> Any:
    """The entry of that name.

    Raises:
        DeclarationError: Where there is none; names the nearest.
    """
    if not isinstance(name, str):
        raise DeclarationError(f"{what}: one name is needed, found {str(name)[:80]!r}; give one of {', '.join(known)}")
    if name not in known:
        raise DeclarationError(suggest(what, name, known))
    return known[name]


def _known(source: Source, place: tuple[str | int, ...], what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise DeclarationError(f"{source.at(place)}: {suggest(what, name, known)}")


def shaped_source(source: Source, shape: type[S]) -> S:
    """Check what a YAML file says against a shape.

    Returns:
        The file's data, typed.

    Raises:
        DeclarationError: On the first thing that is wrong: file, line, field, what was found, what was meant.
    """
    return shaped(shape, source.data, lambda misfit: DeclarationError(misfit_line(source, misfit)))


def problem_line(source: Source, error: ValidationError) -> str:
    """One line for an error of `jsonschema`; see `misfit_line`."""
    return misfit_line(source, _misfit(error))


def misfit_line(source: Source, misfit: Misfit) -> str:
    """One line for a misfit: file, line, field, what is wrong."""
    place, name = misfit.place, misfit.dotted or "declaration"
    if misfit.kind == "unknown":
        return f"{source.at((*place, misfit.found))}: {suggest(f'field of {name}', misfit.found, misfit.known)}"
    if misfit.kind == "choice":
        what = WORDS.get(str(place[-1]), str(place[-1]))
        return f"{source.at(place)}: {suggest(what, misfit.found, misfit.known)}"
    if misfit.kind == "missing":
        return f"{source.at(place)}: {name} lacks `{misfit.found}`; add it"
    return f"{source.at(place)}: {name}: {misfit.words}; correct this value"


def _misfit(error: ValidationError) -> Misfit:
    place = tuple(error.absolute_path)
    rule: Any = error.validator_value
    found: Any = error.instance
    known: tuple[str, ...] = ()
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        known = tuple(schema.get("properties", {}))
        extra = next(key for key in found if key not in known)
        return Misfit(place, "unknown", str(extra), error.message, known)
    if error.validator == "enum":
        return Misfit(place, "choice", str(found), error.message, tuple(rule))
    if error.validator == "required":
        missing = next(field for field in rule if field not in found)
        return Misfit(place, "missing", missing, error.message)
    return Misfit(place, "value", str(found), error.message)
