"""Check plain data against a shape; what does not fit becomes one line that names the place."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from reprlib import Repr
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import LogError, SpilloverError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from .schema import Place
    from .shapes import Shape

S = TypeVar("S", bound="Shape")

MOST = 1000
"""Misfits that are looked at in one file; of more, a message has the number alone."""
SHOWN = 80
"""Characters of a foreign value that a message repeats."""
TYPES = {
    "string_type": "string",
    "int_type": "integer",
    "int_parsing_size": "integer",
    "float_type": "number",
    "finite_number": "finite number",
    "bool_type": "boolean",
    "tuple_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "none_required": "null",
}
"""Pydantic's name of an error by the type of JSON that was needed."""
BOUNDS = {
    "greater_than_equal": ("ge", "is less than the minimum of"),
    "greater_than": ("gt", "is less than or equal to the minimum of"),
    "less_than_equal": ("le", "is greater than the maximum of"),
    "less_than": ("lt", "is greater than or equal to the maximum of"),
}
"""Pydantic's name of an error by the name of the limit and the words for it."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place where data do not fit their shape.

    Attributes:
        place: Keys and indices that lead to the value; where a field is unknown or missing, to its object.
        kind: `unknown` field, `missing` field, `choice` (a word that is none of the known ones), or `value`.
        found: The unknown or missing field, or the value, shortened.
        words: What is wrong, without the place.
        known: Fields or words that would fit.
    """

    place: "Place"
    kind: str
    found: str
    words: str
    known: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The place as a JSON path, `$.logs[0].where`."""
        return "$" + "".join(f"[{one}]" if isinstance(one, int) else _dotted(one) for one in self.place)

    @property
    def dotted(self) -> str:
        """The place as keys with points between them, `logs.0.where`; empty for the whole."""
        return ".".join(_short(one) for one in self.place)


def shaped(shape: type[S], data: object, refused: Callable[[Misfit], SpilloverError]) -> S:
    """Check plain data against a shape.

    Args:
        shape: The model.
        data: Plain data, as JSON or YAML gives them; they stay as they are.
        refused: Makes the error of the first misfit.

    Returns:
        The data, typed.
    """
    from pydantic import ValidationError

    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = _sorted(error, shape, data)[0]
    raise refused(first)


def misfits(shape: type["Shape"], data: object) -> list[Misfit]:
    """Every place where plain data do not fit a shape, in the order of the places."""
    from pydantic import ValidationError

    try:
        shape.model_validate(data)
    except ValidationError as error:
        return _sorted(error, shape, data)
    return []


def in_file(where: object, fix: str, kind: type[SpilloverError] = LogError) -> Callable[[Misfit], SpilloverError]:
    """Make one line of a misfit in a JSON file: file, place, what is wrong, what to do.

    Args:
        where: The file.
        fix: What to do.
        kind: The error to raise.
    """
    return lambda misfit: kind(f"{where}: {misfit.path}: {misfit.words}; {fix}")


def suggest(what: str, found: str, known: Iterable[str]) -> str:
    """One line for a name that is not known: what was found, and what was probably meant."""
    known, found = list(known), found if len(found) <= SHOWN else f"{found[:SHOWN]}..."
    near = get_close_matches(found, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(known)}"
    return f"unknown {what} `{found}`; {hint}"


def _sorted(error: "ValidationError", shape: type["Shape"], data: object) -> list[Misfit]:
    from .schema import schema_of

    count = error.error_count()
    if count > MOST:
        return [Misfit((), "value", "", f"{count:,} places do not fit; its layout is not that of {_called(shape)}")]
    schema = schema_of(shape)
    errors = [one for one in error.errors(include_url=False) if not _of_entries(one)]
    found = [_misfit(one, data, schema) for one in _nearest(errors, data)]
    order = ("unknown", "missing", "choice", "value")
    return sorted(found, key=lambda one: ([str(part) for part in one.place], order.index(one.kind)))


def _called(shape: type["Shape"]) -> str:
    return str(shape.model_config.get("title") or shape.__name__).partition(":")[0]


def _of_entries(error: "ErrorDetails") -> bool:
    """Whether a list only seems too short, because its wrong entries were not counted."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _nearest(errors: "list[ErrorDetails]", data: object) -> "list[ErrorDetails]":
    """Where a value may have one of several shapes: the errors of the one that knows most of its fields."""
    chosen = [_walked(one["loc"], data)[1] for one in errors]
    wrong = Counter(branch for branches in chosen for branch in branches)
    for one, branches in zip(errors, chosen, strict=True):
        wrong.update({branch: MOST * (one["type"] == "extra_forbidden") for branch in branches})
    best: dict[Place, str | int] = {}
    for place, name in wrong:
        best[place] = min(best.get(place, name), name, key=lambda other: wrong[place, other])
    return [
        one
        for one, branches in zip(errors, chosen, strict=True)
        if all(best[place] == name for place, name in branches)
    ]


def _misfit(error: "ErrorDetails", data: object, schema: dict[str, Any]) -> Misfit:
    from .schema import parts_at

    place, kind = _walked(error["loc"], data)[0], error["type"]
    if kind in ("missing", "extra_forbidden", "invalid_key"):
        field = _short(error["loc"][-1])
        place = place if kind == "missing" else place[:-1]
        known = tuple(dict.fromkeys(name for part in parts_at(schema, place) for name in part.get("properties", {})))
        if kind == "missing":
            return Misfit(place, "missing", field, f"lacks `{field}`", known)
        return Misfit(place, "unknown", field, f"unknown field `{field}`", known)
    shown = _shown(error["input"])
    if kind == "literal_error":
        known = tuple(str(word) for part in parts_at(schema, place) for word in _choices(part))
        words = f"{known[0]!r} was expected" if len(known) == 1 else f"{shown} is not one of {list(known)}"
        return Misfit(place, "choice", _short(error["input"]), words, known)
    if kind in TYPES:
        return Misfit(place, "value", shown, f"{shown} is not of type {_types(TYPES[kind], parts_at(schema, place))}")
    if kind == "string_pattern_mismatch" and len(error["ctx"]["pattern"]) > SHOWN:
        meant = next((part["description"].rstrip(".") for part in parts_at(schema, place) if "description" in part), "")
        return Misfit(place, "value", shown, f"{shown} is not valid{meant and f' (valid: {meant})'}")
    return Misfit(place, "value", shown, _words(error, shown))


def _types(needed: str, parts: list[dict[str, Any]]) -> str:
    """The type that was needed, and those that may stand in its place."""
    types = dict.fromkeys(str(part["type"]) for part in parts if part.get("type") not in (None, "null"))
    return ", ".join(repr(one) for one in (types if needed in types else (needed,)))


def _words(error: "ErrorDetails", shown: str) -> str:
    kind, limits = error["type"], error.get("ctx", {})
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        limit = limits[name]
        return f"{shown} {words} {int(limit) if limit == int(limit) else limit}"
    if kind == "string_pattern_mismatch":
        return f"{shown} does not match {limits['pattern']!r}"
    if kind in ("string_too_short", "too_short"):
        least = limits["min_length"]
        return f"{shown} should be non-empty" if least == 1 else f"{shown} is too short; it needs {least}"
    if kind in ("string_too_long", "too_long"):
        return f"{shown} is too long; {limits['max_length']} is the most"
    if kind == "multiple_of":
        return f"{shown} is not a multiple of {limits['multiple_of']}"
    return f"{shown} {error['msg']}" if kind == "not_unique" else error["msg"]


def _walked(location: tuple[str | int, ...], data: Any) -> "tuple[Place, list[tuple[Place, str | int]]]":
    """Pydantic's location as keys and indices; and the branches it names where a value may have several shapes."""
    place: Place = ()
    branches: list[tuple[Place, str | int]] = []
    for number, part in enumerate(location):
        if isinstance(data, dict) and part in data:
            place, data = (*place, part), data[part]
        elif isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
            place, data = (*place, part), data[part]
        elif number < len(location) - 1 or not isinstance(data, dict):
            branches.append((place, part))
    return place, branches


def _choices(part: dict[str, Any]) -> list[Any]:
    return [part["const"]] if "const" in part else list(part.get("enum", ()))


def _dotted(key: str) -> str:
    return f".{key}" if key.isidentifier() and len(key) <= SHOWN else f"[{_short(key)!r}]"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else _shown(value)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return text if text.isprintable() else repr(text)[1:-1]


def _shown(value: object) -> str:
    """A value as Python writes it, on one line and shortened, however large it is."""
    short = Repr()
    short.maxstring = short.maxother = short.maxlong = SHOWN
    short.maxdict = short.maxlist = short.maxlevel = 3
    return _short(" ".join(short.repr(list(value) if isinstance(value, tuple) else value).split()))
