"""Check the rule of a report against its plan: ranges of the rule, the hash of the plan, and manifest.json.

An answer that is decided again by the rule that the report itself names would follow from any rule at all.
"""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from spillover.audit.decide import Rule
from spillover.audit.report import ReportShape
from spillover.common import SHARES, counted, is_recording, plan_digest
from spillover.verify import manifest_of

from .controls import WRITTEN
from .planned import Manifest, Planned

FIXED = ("least_flagged", "coherent_drop", "engaged_drop")
"""Parts of a rule that belong to its version."""


def rule_problems(report: ReportShape, manifest: Manifest | None, place: Path) -> list[str]:
    """What is wrong with the rule of a report, or with its plan; nothing where both hold.

    Args:
        report: The report; its rule is of this version.
        manifest: The manifest in it; None for an audit of logs.
        place: The audit's folder.
    """
    own = [*range_problems(report), *_fixed(report)]
    planned = [] if manifest is None else [*_planned(report, manifest)]
    return [*own, *planned, *_beside(manifest, manifest_of(place))]


def range_problems(report: ReportShape) -> Iterator[str]:
    """Why no audit takes the rule of a report: shares outside their ranges."""
    rule = report.rule
    for share in SHARES:
        value = float(getattr(rule, share.name))
        if not share.holds(value):
            yield f"its decision rule has {share.name} {value:g}, which no audit takes (at most {share.most:g})"
    if rule.floor > rule.margin:
        yield f"its decision rule has floor {rule.floor:g} above margin {rule.margin:g}, which no audit takes"


def _fixed(report: ReportShape) -> Iterator[str]:
    rule = report.rule
    for name in FIXED:
        stated, due = getattr(rule, name), getattr(Rule(), name)
        if stated != due:
            yield f"its decision rule has {name} {stated:g}, but version {rule.version} of the rule has {due:g}"


def _planned(report: ReportShape, manifest: Manifest) -> Iterator[str]:
    if plan_digest(manifest.planned) != manifest.planned_sha256:
        yield "the hash of its plan differs from the hash that it states"
    planned = manifest.plan()
    unlike = [one.name for one in fields(Rule) if planned.rule.get(one.name) != getattr(report.rule, one.name)]
    if unlike:
        yield f"its decision rule differs from the planned one ({', '.join(unlike)})"
    if planned.controls.written:
        yield from _controls(planned, report)
    if planned.in_domain != report.in_domain:
        yield "the fine-tune's own field (in_domain) differs from the planned one"


def _controls(planned: Planned, report: ReportShape) -> Iterator[str]:
    """The controls of the judges, which were planned: two for each that can be asked, fewer only where one failed."""
    askable = [one for one in planned.judges if not is_recording(one.name)]
    there = sum(one.name == WRITTEN for one in report.controls)
    if there < 2 * len(askable) and not any(one.separated is False for one in report.controls):
        yield f"the report lists {counted(there, 'control')} of judges, but its plan has {2 * len(askable)}"


def _beside(own: Manifest | None, there: Any) -> Iterator[str]:
    """The manifest of a live audit in the folder is the one in its report."""
    if isinstance(there, dict) and there.get("planned_sha256") != (own.planned_sha256 if own else None):
        yield "its plan differs from the one in the manifest.json beside it"
