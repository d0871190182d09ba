"""How the board looks: `display.yaml`, checked. No result depends on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError

DISPLAY = Path(__file__).parents[1] / "leaderboard" / "display.yaml"
LEVELS = ("self-reported", "logs provided", "re-scored", "reproduced")
"""Verification, from what nobody checked to what was done again."""


@dataclass(frozen=True, slots=True)
class Display:
    """Columns, order, words and colours.

    Attributes:
        data: Plain data as `display.schema.json` describes them.
    """

    data: Mapping[str, Any]

    @property
    def families(self) -> list[dict[str, str]]:
        """Base families: what to find in a name, what it is called, whether its weights can be had."""
        return list(self.data["families"])

    @property
    def open_providers(self) -> list[str]:
        """Providers that run weights anybody can have."""
        return list(self.data["open_providers"])

    def shown(self) -> dict[str, Any]:
        """What the page needs of it."""
        return {key: self.data[key] for key in ("columns", "sort", "verification")}

    def variables(self, theme: str) -> str:
        """Colours of a theme as CSS variables."""
        return " ".join(f"--{name}: {colour};" for name, colour in self.data["colours"][theme].items())


def read_display(path: Path | None = None) -> Display:
    """Read a display file, or the one that ships.

    Raises:
        DeclarationError: Where it cannot be read, or a field is missing, unknown or wrong.
    """
    import yaml
    from jsonschema import Draft202012Validator

    path = path or DISPLAY
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise DeclarationError(f"{path}: cannot be read ({' '.join(str(error).split())[:200]})") from error
    schema = json.loads(Path(__file__).with_name("display.schema.json").read_text(encoding="utf-8"))
    wrong = next(Draft202012Validator(schema).iter_errors(data), None)
    if wrong is not None:
        said = " ".join(wrong.message.split())[:200]
        raise DeclarationError(f"{path}: {wrong.json_path}: {said}; leaderboard/display.yaml shows what is meant")
    keys = [one["key"] for one in data["columns"]]
    if len(set(keys)) < len(keys) or data["sort"]["key"] not in keys or "model" not in keys:
        raise DeclarationError(f"{path}: columns must each stand once, `model` and the one to sort by among them")
    return Display(data)
