"""How the board looks: `display.yaml`, checked. No result depends on it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core import core_schema as core

from spillover.common import DeclarationError, Filled, Items, Many, Number, Shape, Text, in_file, shaped

DISPLAY = Path(__file__).parents[1] / "leaderboard" / "display.yaml"
LEVELS = ("self-reported", "logs provided", "re-scored", "reproduced")
"""Verification, from what nobody checked to what was done again."""
COLOURS = ("page", "card", "ink", "soft", "line", "link", "bad", "good", "fine", "warn", "grey", "blue")
"""Colours that each theme must have; it may have more."""
Word = Annotated[str, Text(least=1, most=60)]
Help = Annotated[str, Text(most=500)]


class _AllColours:
    """Marks a palette: an object that has at least the colours of `COLOURS`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core.no_info_after_validator_function(self._whole, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "required": [*COLOURS], "additionalProperties": False}

    def _whole(self, found: dict[str, str]) -> dict[str, str]:
        gone = [one for one in COLOURS if one not in found]
        if gone:
            raise PydanticCustomError("colours", "lacks the colour `{gone}`", {"gone": gone[0]})
        return found


Palette = Annotated[
    dict[Annotated[str, Text(pattern="^[a-z]+$")], Annotated[str, Text(pattern="^#[0-9a-f]{6}$")]], _AllColours()
]
"""Colours of a theme by their names."""


class Column(Shape):
    """A column of the board."""

    key: Literal[
        "rank", "model", "base", "rate", "delta", "mde", "answers", "unjudged", "judge", "verification",
        "created", "suite_version", "method", "size", "provider", "family", "weights",
    ]  # fmt: skip
    word: Word
    width: Annotated[float, Number(least=2, most=80)]
    narrow: bool
    help: Help


class Sort(Shape):
    """The column to sort by, and the direction."""

    key: str
    up: bool


class Level(Shape):
    """How a level of verification is shown."""

    word: Word
    mark: Annotated[str, Text(least=1, most=2)]
    help: Help


class Levels(Shape):
    """How each level of verification is shown."""

    self_reported: Annotated[Level, Field(alias="self-reported")]
    logs_provided: Annotated[Level, Field(alias="logs provided")]
    rescored: Annotated[Level, Field(alias="re-scored")]
    reproduced: Level


class Family(Shape):
    """A family of bases."""

    find: Filled
    word: Word
    weights: Literal["open", "closed", "unknown"]


class Themes(Shape):
    """Colours by theme."""

    light: Palette
    dark: Palette


class Display(Shape, title="Spillover leaderboard display: columns, order, words and colours"):
    """Columns, order, words and colours of the board."""

    title: Annotated[str, Text(least=1, most=200)]
    lead: Annotated[str, Text(most=1000)]
    columns: Annotated[tuple[Column, ...], Items(least=1)]
    sort: Sort
    verification: Levels
    families: Many[Family]
    """Base families: what to find in a name, what it is called, whether its weights can be had."""
    open_providers: Many[str]
    """Providers that run weights anybody can have."""
    colours: Themes

    def shown(self) -> dict[str, Any]:
        """What the page needs of it, as plain data."""
        found = self.as_plain()
        return {key: found[key] for key in ("columns", "sort", "verification")}

    def variables(self, theme: Literal["light", "dark"]) -> str:
        """Colours of a theme as CSS variables."""
        colours = self.colours.light if theme == "light" else self.colours.dark
        return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def read_display(path: Path | None = None) -> Display:
    """Read a display file, or the one that ships.

    Raises:
        DeclarationError: Where it cannot be read, or a field is missing, unknown or wrong.
    """
    import yaml

    path = path or DISPLAY
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise DeclarationError(
            f"{path}: cannot be read ({' '.join(str(error).split())[:200]}); correct the file"
        ) from error
    found = shaped(Display, data, in_file(path, "leaderboard/display.yaml is a correct example", DeclarationError))
    keys = [one.key for one in found.columns]
    if len(set(keys)) < len(keys) or found.sort.key not in keys or "model" not in keys:
        raise DeclarationError(
            f"{path}: correct `columns`: each name once, with `model` and the column to sort by among them"
        )
    return found
