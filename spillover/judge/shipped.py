"""The judges that this package describes: one YAML each in `benchmark_cards/judges`."""

from pathlib import Path
from typing import Any

import yaml

from spillover.common import DeclarationError
from spillover.declare import ODD

CARDS = Path(__file__).resolve().parents[1] / "benchmark_cards"


MEASURED = ("sensitivity", "specificity", "agreement_with_people", "agreement_with_a_second_judge")


JUDGE_FIELDS = ("judge", "role", "forms", *MEASURED, "known")


def load_mapping(path: Path) -> dict[str, Any]:
    """A YAML file that must be a mapping.

    Raises:
        DeclarationError: Where there is no such file, it is no YAML, or no mapping.
    """
    if not path.is_file():
        raise DeclarationError(f"{path.parent.name}/{path.name}: no such card; write it beside the others")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except ODD as error:
        raise DeclarationError(
            f"{path.parent.name}/{path.name}: not YAML ({' '.join(str(error).split())}); correct the file"
        ) from error
    if not isinstance(found, dict):
        raise DeclarationError(f"{path.parent.name}/{path.name}: must be a mapping of fields, such as name: value")
    return found


def read_fields(path: Path, fields: tuple[str, ...] = ()) -> dict[str, Any]:
    """A YAML of named fields.

    Raises:
        DeclarationError: Where there is no such file, it is no YAML, or a field is missing or unknown.
    """
    found = load_mapping(path)
    if "TODO" in path.read_text(encoding="utf-8"):
        raise DeclarationError(f"{path.parent.name}/{path.name}: a TODO is left; replace it")
    wrong = sorted(set(fields) ^ set(found)) if fields else []
    if wrong:
        raise DeclarationError(f"{path.parent.name}/{path.name}: `{wrong[0]}` is missing or unknown; correct the field")
    return found
