"""The hand-written halves of the cards."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from spillover.common import DeclarationError
from spillover.declare import ODD

FOLDER = Path(__file__).resolve().parents[1] / "benchmark_cards"
MEASURED = ("sensitivity", "specificity", "agreement_with_people", "agreement_with_a_second_judge")
JUDGE = ("judge", "role", "forms", *MEASURED, "known")
SHARED = (
    "not_measured", "audience", "tasks", "risk_category", "not_emergent", "not_covered", "sources", "annotation",
    "privacy", "content", "consent", "compliance", "construct", "unit", "trivial_baseline", "control",
    "contamination", "retirement", "cost",
)  # fmt: skip
DATASET = ("name", "what", "made", "maintained", "known_weaknesses", "intended_use", "out_of_scope")
MET = ("yes", "partly", "no", "n/a")


def read_domain(folder: Path, domain: str) -> dict[str, Any]:
    """The hand-written half of a domain's card.

    Raises:
        DeclarationError: Where there is none, or it is not what `schema.json` says.
    """
    from jsonschema import Draft202012Validator

    found = _load(folder / f"{domain}.yaml")
    errors = sorted(Draft202012Validator(_schema()).iter_errors(found), key=lambda error: list(map(str, error.path)))
    if errors:
        where = ".".join(map(str, errors[0].path)) or "card"
        raise DeclarationError(f"{folder.name}/{domain}.yaml: {where}: {_say(errors[0].message)}")
    if found["domain"] != domain:
        raise DeclarationError(f"{folder.name}/{domain}.yaml: domain is {found['domain']!r}, not the name of the file")
    return found


def _load(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DeclarationError(f"{path.parent.name}/{path.name}: no such card; write it beside the others")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except ODD as error:
        raise DeclarationError(f"{path.parent.name}/{path.name}: not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(found, dict):
        raise DeclarationError(f"{path.parent.name}/{path.name}: must be a mapping of fields")
    return found


def read_fields(path: Path, fields: tuple[str, ...] = ()) -> dict[str, Any]:
    """A YAML of named fields.

    Raises:
        DeclarationError: Where there is no such file, it is no YAML, or a field is missing or unknown.
    """
    found = _load(path)
    if "TODO" in path.read_text(encoding="utf-8"):
        raise DeclarationError(f"{path.parent.name}/{path.name}: a TODO is left; write it")
    wrong = sorted(set(fields) ^ set(found)) if fields else []
    if wrong:
        raise DeclarationError(f"{path.parent.name}/{path.name}: `{wrong[0]}` is missing or unknown")
    return found


def read_assessment(folder: Path) -> list[tuple[str, list[dict[str, str]]]]:
    """The self-assessment against BetterBench: per stage its criteria.

    Raises:
        DeclarationError: Where a criterion lacks a part, or an answer is not one of `MET`.
    """
    stages = read_fields(folder / "betterbench.yaml", ("design", "implementation", "documentation", "maintenance"))
    every = [one for criteria in stages.values() for one in criteria]
    ids = [one.get("id") if isinstance(one, dict) else one for one in every]
    for one in every:
        if not isinstance(one, dict):
            raise DeclarationError(f"{folder.name}/betterbench.yaml: {one!r} is no criterion (id, met, ...)")
        if ids.count(one.get("id")) > 1:
            raise DeclarationError(f"{folder.name}/betterbench.yaml: {one.get('id')} stands there twice")
        if set(one) != {"id", "criterion", "met", "evidence"} or one["met"] not in MET:
            raise DeclarationError(
                f"{folder.name}/betterbench.yaml: {one.get('id')}: needs id, criterion, evidence (quoted where it "
                f"has a comma) and met ({', '.join(MET)})"
            )
    return list(stages.items())


@cache
def _schema() -> dict[str, Any]:
    return json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _say(message: str) -> str:
    return "a TODO is left; write it" if "should not be valid" in message else " ".join(message.split())[:160]
