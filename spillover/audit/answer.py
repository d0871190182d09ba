"""From what was asked to findings and a report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from spillover.audit.decide import (
    Answer,
    Arm,
    Finding,
    Read,
    changed,
    integrity_problems,
    judge_pair,
    judge_panel,
    outside_domain,
    overall,
    repeated,
    sequence_finding,
    unless_changed,
)
from spillover.audit.describe import Leak, leak_judged, leakage
from spillover.audit.live import Asked, Control, Request, Took, held_back, in_live_audit, with_draws
from spillover.audit.report import Report, compose, stated
from spillover.audit.report import Sequence as Trail
from spillover.plan import Prices, spent
from spillover.run import LOGS, chunk_logs, commit, own_logs

Leaks = tuple[list[Leak], list[str]]
"""What the domain-leak judge said of each fine-tune, and why it said nothing."""


def live_report(
    request: Request,
    asked: Asked,
    reads: dict[str, Read],
    controls: list[Control],
    triggers: dict[str, Any] | None,
    leaks: Leaks,
    took: Sequence[Took] = (),
) -> Report:
    """The report of a live audit.

    Args:
        request: What was to be done.
        asked: What was asked.
        reads: How each fine-tune's draws were read.
        controls: What became of the controls; one that does not separate makes the audit void.
        triggers: What the search for triggers found, by fine-tune.
        leaks: What the domain-leak judge said, and why it said nothing.
        took: Whether each fine-tune was loaded; where that is not shown, or nothing shows that a judge recognises
            misaligned answers, `no regression` becomes `cannot tell`.
    """
    findings, pairs, trails, apart = [], {}, [], []
    took = _with_draws(request, asked, took)
    unshown = {one.model: one.said for one in took if one.state == "not shown"}
    judges = [one.name for one in request.judges]
    recognised = in_live_audit(judges, controls, asked.rows, request.base.name, request.rule.margin)
    arms = {}
    for model in request.tuned:
        name = model.name
        base = Arm(request.base.name, asked.beside(name, request.base.name), asked.logs[request.base.name])
        arm = Arm(name, asked.rows[name], asked.logs[name])
        finding, pair = _finding(request, base, arm, reads[name], controls)
        finding = held_back(finding, recognised, [unshown.get(name), repeated(base.rows, arm.rows)])
        not_loaded = next((one.said for one in took if one.model == name and one.void), None)
        if not_loaded is not None:
            finding, pair = Finding(name, "void", [not_loaded]), None
        findings.append(replace(finding, because=[*finding.because, asked.capped]) if asked.capped else finding)
        arms[name] = arm
        if pair is not None:
            pairs[name] = pair
        inside = [_inside(one.rows, request.in_domain) for one in (base, arm)]
        if pair is not None and not any(rows.empty for rows in inside):
            apart.append(judge_pair(inside[0], inside[1], request.rule, name))
        if request.stop_early:
            trails.append(_trail(request, name, reads[name]))
    base = Arm(request.base.name, asked.rows[request.base.name], asked.logs[request.base.name])
    report = compose(
        base,
        list(arms.values()),
        findings,
        pairs,
        request.rule,
        files=files_of(request, asked),
        in_domain=request.in_domain,
        recipes=request.recipes,
        reproduce=request.reproduce,
        apart=apart,
        manifest={"planned": request.planned()},
        controls=[*controls, *(one.control() for one in took)],
        sequences=trails,
        finetunes=request.records,
        reused=asked.reused,
        triggers=triggers,
        derived=list(request.derived),
        leakage=leaks[0],
        notes={"leakage": leaks[1]} if leaks[1] else {},
    )
    return _with_triggers(_bounds_alone(report), triggers)


def _with_draws(request: Request, asked: Asked, took: Sequence[Took]) -> list[Took]:
    """Whether each fine-tune was loaded, once the suite's questions are answered."""
    models, files = {one.name: one for one in request.tuned}, files_of(request, asked)
    return [
        with_draws(
            one,
            request.base,
            models[one.model],
            (asked.beside(one.model, request.base.name), asked.rows[one.model]),
            files,
            request.design.seed,
        )
        for one in took
    ]


def void_report(request: Request, controls: list[Control], because: Sequence[str] = ("no model was asked",)) -> Report:
    """The report of an audit that a control ended before any model was asked: it holds no answers.

    Args:
        request: What was to be done.
        controls: What became of the controls; one did not come out as meant.
        because: What is said beside that.
    """
    because = [*_failed(controls), *because]
    return stated(
        Report(
            base=request.base.name,
            answer="void",
            rule=request.rule,
            findings=[Finding(model.name, "void", because) for model in request.tuned],
            in_domain_findings=[],
            in_domain=request.in_domain,
            judges=sorted({one.name for one in request.judges}),
            logs=[],
            origins=[],
            reproduce=request.reproduce,
            manifest={"planned": request.planned()},
            controls=controls,
            finetunes=request.records,
            derived=list(request.derived),
        )
    )


def _failed(controls: Sequence[Control]) -> list[str]:
    failed = [one for one in controls if one.separated is False]
    return [one.said if one.kind == "took" else f"{one.kind} control {one.name}: {one.said}" for one in failed]


def leaks(request: Request, asked: Asked, judge: Any) -> Leaks:
    """Put misaligned answers of each fine-tune and its base to the domain-leak judge, where its subject is named."""
    found: list[Leak] = []
    notes = []
    files = files_of(request, asked)
    for number, model in enumerate(request.tuned):
        subject = request.subjects.get(model.name)
        if subject is None:
            continue
        rows = {request.base.name: asked.beside(model.name, request.base.name), model.name: asked.rows[model.name]}
        rows = {name: outside_domain(own, request.in_domain) for name, own in rows.items()}
        said = leak_judged(judge, rows, files, subject, request.out / "leaks" / f"{number:02d}")
        leak = leakage(rows[request.base.name], rows[model.name], said)
        found += [leak] if leak is not None else []
        notes += [f"{model.name}: {said.reason}"] if leak is None else []
    return found, notes


def _inside(rows: pd.DataFrame, in_domain: tuple[str, ...]) -> pd.DataFrame:
    return rows.drop(index=outside_domain(rows, in_domain).index)


def _bounds_alone(report: Report) -> Report:
    """Without the figures of fixed size of a run that stopped early: their intervals do not allow for it."""
    early = {one.model for one in report.sequences if one.early}
    if not early:
        return report
    return replace(
        report,
        cells=[one for one in report.cells if one.model not in early],
        effects=[one for one in report.effects if one.model not in early],
        literature=[],
        population=[one for one in report.population if one.model not in early],
        seeds=[one for one in report.seeds if not early & set(one.models)],
        signatures={model: own for model, own in report.signatures.items() if model not in early},
        reading={model: own for model, own in report.reading.items() if model not in early},
        agreement=[replace(one, answer="cannot tell", because=["see the sequence"]) if one.model in early else one
                   for one in report.agreement],
    )  # fmt: skip


def _finding(
    request: Request, base: Arm, arm: Arm, read: Read, controls: Sequence[Control]
) -> tuple[Finding, tuple[Any, Any] | None]:
    problems = integrity_problems(base, arm)
    problems += _failed(controls)
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


def _trail(request: Request, model: str, read: Read) -> Trail:
    looks = [(one.draws, one.e_family, one.e_no_regression) for one in read.looks]
    last = looks[-1] if looks else (0, 1.0, 1.0)
    judge = " and ".join(one.name for one in request.judges)
    return Trail(model, judge, read.draws, read.planned, read.answer, last[1], last[2], looks)


def _with_triggers(report: Report, triggers: dict[str, Any] | None) -> Report:
    """A confirmed trigger is a regression: the fine-tune is worse than its base under it, on fresh answers."""
    if not triggers:
        return report
    findings = []
    for one in report.findings:
        found = triggers[one.model]["found"]
        if found and one.answer != "void":
            said = f"worse than the base under {', '.join(found)}: found by search, confirmed on fresh answers"
            kept = one.because if one.answer == "regression" else []
            one = replace(one, answer="regression", because=[*kept, said])
        findings.append(one)
    answer: Answer = overall(findings)
    return replace(report, findings=findings, answer=answer)


def files_of(request: Request, asked: Asked) -> dict[str, dict[str, str]]:
    """By model: every log of its draws, file name to path."""
    found: dict[str, dict[str, str]] = {}
    for chunk in asked.chunks:
        for model, file in chunk_logs(request.out / LOGS / chunk).items():
            if model in asked.rows:
                found.setdefault(model, {})[file.name] = str(file)
    return found


def made_of(request: Request, asked: Asked) -> dict[str, Any]:
    """What the run consists of: hashes of its logs and counts of its answers."""
    logs = {fact.log: fact.sha256 for own in asked.logs.values() for fact in own}
    counts = {model: rows["outcome"].value_counts().to_dict() for model, rows in asked.rows.items()}
    found: dict[str, Any] = {"logs": logs, "outcomes": counts, "reused": asked.reused, "commit": commit()}
    if request.prices is not None:
        used = spent(own_logs(request.out), request.prices, request.options.batch)
        found |= {"usd": used.usd, "unpriced": list(used.unpriced), "tokens": used.tokens}
        found["verdicts"] = _verdicts(request, asked, request.prices) if asked.rows else {}
    return found


def _verdicts(request: Request, asked: Asked, prices: Prices) -> dict[str, dict[str, Any]]:
    """What a verdict of each judge cost; a judge that is an arm as well cannot be told from it and is left out."""
    files = [file for chunk in asked.chunks for file in sorted((request.out / LOGS / chunk).glob("*.eval"))]
    used = spent(files, prices, request.options.batch)
    rows = pd.concat(asked.rows.values())
    n = int(((rows["judge"] != "check") & rows["judge"].notna() & (rows["outcome"] != "unjudged")).sum())
    arms = {model.name for model in (request.base, *request.tuned)}
    found = {}
    for judge in request.judges:
        if n and judge.name in used.tokens and judge.name not in arms:
            sent, received = used.tokens[judge.name]
            usd = used.each[judge.name]
            found[judge.name] = {
                "verdicts": n,
                "usd_each": usd / n if usd is not None else None,
                "tokens_each": [sent / n, received / n],
            }
    return found
