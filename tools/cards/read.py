"""The hand-written halves of the cards."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError
from spillover.judge import load_mapping, read_fields

FOLDER = Path(__file__).resolve().parents[2] / "benchmark_cards"
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

    found = load_mapping(folder / f"{domain}.yaml")
    errors = sorted(Draft202012Validator(_schema()).iter_errors(found), key=lambda error: list(map(str, error.path)))
    if errors:
        where = ".".join(map(str, errors[0].path)) or "card"
        raise DeclarationError(f"{folder.name}/{domain}.yaml: {where}: {_say(errors[0].message)}")
    if found["domain"] != domain:
        raise DeclarationError(
            f"{folder.name}/{domain}.yaml: domain is {found['domain']!r}, not the name of the file; give both one name"
        )
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
            raise DeclarationError(
                f"{folder.name}/betterbench.yaml: {one!r} is not a criterion; write an entry with id, criterion, met "
                "and evidence"
            )
        if ids.count(one.get("id")) > 1:
            raise DeclarationError(f"{folder.name}/betterbench.yaml: {one.get('id')} occurs twice; remove one")
        if set(one) != {"id", "criterion", "met", "evidence"} or one["met"] not in MET:
            raise DeclarationError(
                f"{folder.name}/betterbench.yaml: {one.get('id')}: a field is missing or wrong; write id, "
                "criterion, evidence (quoted where it "
                f"has a comma) and met ({', '.join(MET)})"
            )
    return list(stages.items())


@cache
def _schema() -> dict[str, Any]:
    return json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _say(message: str) -> str:
    return "a TODO is left; write it" if "should not be valid" in message else " ".join(message.split())[:160]
