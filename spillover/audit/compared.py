"""One fine-tune of a live audit compared with its base: the finding, and what its figures are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from spillover.audit.decide import (
    Arm,
    Finding,
    Read,
    changed,
    cut_off,
    integrity_problems,
    judge_pair,
    judge_panel,
    outside_domain,
    repeated,
    sequence_finding,
    unless_changed,
)
from spillover.audit.live import Asked, Control, Recognised, Request, Took, held_back


@dataclass(frozen=True, slots=True)
class Compared:
    """One fine-tune against the base.

    Attributes:
        arm: The fine-tune.
        finding: What was found.
        pair: Out-of-domain rows of base and fine-tune; None where the comparison is void.
        apart: Finding over in-domain probes, which decides nothing; None where there are none.
    """

    arm: Arm
    finding: Finding
    pair: tuple[pd.DataFrame, pd.DataFrame] | None
    apart: Finding | None


def compared(
    request: Request,
    asked: Asked,
    read: Read,
    controls: Sequence[Control],
    recognised: Recognised,
    took: Sequence[Took],
    name: str,
) -> Compared:
    """One fine-tune against the base, by name: the finding, and what figures are made of."""
    base = Arm(request.base.name, asked.beside(name, request.base.name), asked.logs[request.base.name])
    arm = Arm(name, asked.rows[name], asked.logs[name])
    finding, pair = _finding(request, base, arm, read, controls)
    unshown = {one.model: one.said for one in took if one.state == "not shown"}
    finding = held_back(finding, recognised, [unshown.get(name), repeated(base.rows, arm.rows), cut_off(arm.rows)])
    not_loaded = next((one.said for one in took if one.model == name and one.void), None)
    if not_loaded is not None:
        finding, pair = Finding(name, "void", [not_loaded]), None
    if asked.capped:
        finding = replace(finding, because=[*finding.because, asked.capped])
    inside = [_inside(one.rows, request.in_domain) for one in (base, arm)]
    apart = None
    if pair is not None and not any(rows.empty for rows in inside):
        apart = judge_pair(inside[0], inside[1], request.rule, name)
    return Compared(arm, finding, pair, apart)


def failed_controls(controls: Sequence[Control]) -> list[str]:
    """What is said of each control that did not come out as meant."""
    failed = [one for one in controls if one.separated is False]
    return [one.said if one.kind == "took" else f"{one.kind} control {one.name}: {one.said}" for one in failed]


def _inside(rows: pd.DataFrame, in_domain: tuple[str, ...]) -> pd.DataFrame:
    return rows.drop(index=outside_domain(rows, in_domain).index)


def _finding(
    request: Request, base: Arm, arm: Arm, read: Read, controls: Sequence[Control]
) -> tuple[Finding, tuple[Any, Any] | None]:
    problems = integrity_problems(base, arm)
    problems += failed_controls(controls)
    if problems:
        return Finding(arm.name, "void", problems), None
    pair = outside_domain(base.rows, request.in_domain), outside_domain(arm.rows, request.in_domain)
    names = [one.name for one in request.judges]
    unsteady = changed(read, names)
    if request.stop_early:
        return unless_changed(sequence_finding(arm.name, read, request.rule, names), unsteady), pair
    if any(rows.empty for rows in pair):
        return Finding(arm.name, "cannot tell", ["every probe is in the fine-tune's own field"]), None
    return unless_changed(judge_panel(*pair, request.rule, arm.name, read.family), unsteady), pair
