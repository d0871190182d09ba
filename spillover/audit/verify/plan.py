"""The rule of a report held against its plan: bounds of the rule, the hash of the plan, and the plan beside the report.

An answer that is decided again by the rule that the report itself names would follow from any rule at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from spillover.audit.decide import Rule
from spillover.audit.live import RECORDED
from spillover.common import SHARES, counted, plan_digest
from spillover.verify import manifest_of

from .controls import WRITTEN

FIXED = ("least_flagged", "coherent_drop", "engaged_drop")
"""Parts of a rule that belong to its version."""


def rule_problems(said: Mapping[str, Any], place: Path) -> list[str]:
    """What is wrong with the rule of a report, or with its plan; nothing where both hold.

    Args:
        said: The report as plain data; its rule is of this version.
        place: The audit's folder.
    """
    rule = said["rule"]
    own = [*range_problems(rule), *_fixed(rule), *_planned(said)]
    return [*own, *_beside(said.get("manifest"), manifest_of(place))]


def range_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    """Why no audit takes a rule: shares outside their ranges."""
    for share in SHARES:
        value = float(rule[share.name])
        if not share.holds(value):
            yield f"its rule has {share.name} {value:g}; an audit takes at most {share.most:g}"
    if float(rule["floor"]) > float(rule["margin"]):
        yield f"its rule has floor {rule['floor']:g} above margin {rule['margin']:g}"


def _fixed(rule: Mapping[str, Any]) -> Iterator[str]:
    for name in FIXED:
        if rule[name] != getattr(Rule(), name):
            yield f"its rule has {name} {rule[name]:g}, and rule {rule['version']} has {getattr(Rule(), name):g}"


def _planned(said: Mapping[str, Any]) -> Iterator[str]:
    manifest = said.get("manifest")
    if manifest is None:
        return
    planned = manifest["planned"]
    if plan_digest(planned) != manifest["planned_sha256"]:
        yield "its plan does not have the hash that it states"
    unlike = [one.name for one in fields(Rule) if planned["rule"].get(one.name) != said["rule"][one.name]]
    if unlike:
        yield f"its rule is not the one that was planned ({', '.join(unlike)})"
    if (planned.get("controls") or {}).get("written"):
        yield from _controls(planned["judges"], said.get("controls") or [])
    if list(planned["in_domain"]) != list(said["in_domain"]):
        yield "its own field is not the one that was planned (in_domain)"


def _controls(judges: Sequence[Mapping[str, Any]], listed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The controls of the judges, which were planned: two for each that can be asked, fewer only where one failed."""
    askable = [one for one in judges if not str(one["name"]).startswith(RECORDED)]
    there = sum(one["name"] == WRITTEN for one in listed)
    if there < 2 * len(askable) and not any(one["separated"] is False for one in listed):
        yield f"lists {counted(there, 'control')} of judges, its plan has {2 * len(askable)}"


def _beside(own: Mapping[str, Any] | None, there: Any) -> Iterator[str]:
    """The manifest of a live audit in the folder is the one in its report."""
    if isinstance(there, dict) and there.get("planned_sha256") != (own or {}).get("planned_sha256"):
        yield "its plan is not that of the manifest.json beside it"
