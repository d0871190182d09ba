"""From arms and findings to a report, the same way for an audit of logs and a live one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spillover.audit.decide import Arm, Finding, Rule, overall
from spillover.audit.describe import answer_pairs, evidence, transcripts
from spillover.common import is_recording

from .made_of import differences
from .model import Report
from .statements import stated

"""Provider that plays recordings back."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What an audit found, before it is a report.

    Attributes:
        base: The base.
        tuned: The fine-tunes.
        findings: One per fine-tune.
        pairs: Out-of-domain rows of base and fine-tune, of each comparison that is not void.
        rule: The decision rule.
        apart: Findings over in-domain probes, which decide nothing.
        recipes: Fine-tunes that differ in their training seed alone, each group of them.
    """

    base: Arm
    tuned: list[Arm]
    findings: list[Finding]
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
    rule: Rule
    apart: list[Finding] = field(default_factory=list)
    recipes: Sequence[Sequence[str]] = ()


def compose(
    found: Compared, files: Mapping[str, Mapping[str, str]], in_domain: tuple[str, ...], reproduce: str, **live: Any
) -> Report:
    """Put a report together.

    Args:
        found: What the audit found.
        files: By model, the path of each log by its file name.
        in_domain: Tags of the fine-tune's own field.
        reproduce: The command that makes the report.
        **live: Fields of `Report` that a live audit has.
    """
    base = found.base
    rows, logs = ({arm.name: getattr(arm, name) for arm in (base, *found.tuned)} for name in ("rows", "logs"))
    files = {model: {fact.log: files[model][fact.log] for fact in own} for model, own in logs.items()}
    every, facts = pd.concat(rows.values()), [fact for own in logs.values() for fact in own]
    to_read = transcripts(rows, files, [fact.sha256 for fact in facts])
    differs, shared = differences(rows, logs, files, to_read)
    report = Report(
        base=base.name,
        answer=overall(found.findings),
        rule=found.rule,
        findings=found.findings,
        in_domain_findings=found.apart,
        in_domain=in_domain,
        judges=_judges(every),
        logs=facts,
        origins=origins(every),
        **evidence(base.name, found.pairs, found.rule, found.recipes),
        transcripts=to_read,
        answer_pairs=answer_pairs(found.pairs, base.name, files),
        differs=differs,
        shared=shared,
        reproduce=reproduce,
        **live,
    )
    return stated(report)


def _judges(rows: pd.DataFrame) -> list[str]:
    """The judges, those whose verdicts are shown first."""
    shown = sorted(set(rows["judge"].dropna()) - {"check"})
    panel = dict.fromkeys(judge for one in rows["panel"].dropna().unique() for judge in json.loads(one))
    return [*shown, *(judge for judge in panel if judge not in shown)]


def origins(rows: pd.DataFrame) -> list[str]:
    """Where answers and verdicts come from that no model gave now: scripted, or played back from a recording."""
    found = []
    for what, named in (("Answers", "origin"), ("Verdicts", "judge_origin")):
        found += [f"{what}: {one}" for one in sorted(set(rows[named].dropna()))]
        silent = rows[rows[named].isna()]
        speak = sorted(set(silent["model"].dropna())) if named == "origin" else _judges(silent)
        played = [one for one in speak if is_recording(str(one))]
        found += [f"{what}: played back from a recording ({', '.join(played)}), not asked for now"] if played else []
    return found
