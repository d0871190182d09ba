"""What a comparison was made of: what the arms share, what differs, what vouches for it, and what was left out."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from spillover.audit.decide import Rule
from spillover.audit.describe import Statement, Transcript
from spillover.common import LogError, counted, is_secret, public
from spillover.logs import LogFacts, opened

from .model import Report

AGAIN = [
    "after any change of the weights: more training, another checkpoint or seed, a merge, an adapter, a quantisation",
    "after any change around them: system prompt, template, tools, decoding, filters",
    "when the provider changes what stands behind the model's name",
    "when the questions, the judge or this suite have a new version: old and new rates are not comparable",
]


def differences(
    arms: Mapping[str, pd.DataFrame],
    logs: Mapping[str, Sequence[LogFacts]],
    files: Mapping[str, Mapping[str, str]],
    read: Iterable[Transcript],
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What differs between the arms, by name and model, and what they share, by name.

    Args:
        arms: Rows by model.
        logs: Facts of each log, by model.
        files: By model, the path of each log by its file name.
        read: Answers that were read whole: they say which model the provider named.
    """
    returned = [(one.model, one.returned) for one in read if one.returned]
    by: dict[str, dict[str, str]] = {}
    for model, rows in arms.items():
        names = {name for arm, name in returned if arm == model}
        found = {"model, as asked for": model, "model, as returned (answers read here)": _joined(names)}
        found |= {f"model argument {name}": value for name, value in _args(files[model].values()).items()}
        found |= _facts(logs[model]) | _instruments(rows)
        for name, value in found.items():
            by.setdefault(name, dict.fromkeys(arms, "-"))[model] = value
    same = {name for name, values in by.items() if len(set(values.values())) == 1}
    return (
        {name: values for name, values in by.items() if name not in same},
        {name: next(iter(values.values())) for name, values in by.items() if name in same},
    )


def _facts(logs: Sequence[LogFacts]) -> dict[str, str]:
    shown = {
        "task and version": [f"{one.task} {one.version}" for one in logs],
        "questions": [one.split for one in logs],
        "material, sha256": [one.material_sha256 for one in logs],
        "decoding": [one.decoding for one in logs],
        "solver": [one.solver for one in logs],
        "dataset": [one.dataset for one in logs],
        "packages": [one.packages for one in logs],
        "began": [min(one.created for one in logs)],
        "logs": [str(len(logs))],
    }
    return {name: _joined(values) for name, values in shown.items()}


def _instruments(rows: pd.DataFrame) -> dict[str, str]:
    columns = {
        "domain": "task",
        "condition": "condition",
        "language": "language",
        "judge": "judge",
        "form of judging": "form",
    }
    shown = {name: _joined(str(one) for one in rows[column].dropna()) for name, column in columns.items()}
    return {**shown, "answers": str(len(rows))}


def _joined(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values))) or "-"


def _args(files: Iterable[str]) -> dict[str, str]:
    """Model arguments without secrets and folders, over all logs of an arm."""
    found: dict[str, set[str]] = {}
    for file in files:
        for name, value in _model_args(file).items():
            found.setdefault(name, set()).add(_shown(name, value))
    return {name: _joined(values) for name, values in found.items()}


def _model_args(file: str) -> dict[str, Any]:
    from inspect_ai.log import read_eval_log

    try:
        with opened(file) as archive:
            spec = archive.header["eval"]
            return {**(spec.get("model_args") or {}), **_url(spec.get("model_base_url"))}
    except (LogError, KeyError):
        other = read_eval_log(file, header_only=True).eval
        return {**other.model_args, **_url(other.model_base_url)}


def _url(url: str | None) -> dict[str, str]:
    return {"base_url": url} if url else {}


def _shown(name: str, value: Any) -> str:
    if is_secret(name):
        return "(not shown)"
    text = str(public(value, short=False))
    return f".../{PurePath(text).name}" if text.startswith(("/", "~")) else text


def command(
    base_logs: Sequence[str],
    tuned_logs: Sequence[str],
    rule: Rule,
    in_domain: Sequence[str],
    base: str | None = None,
    finetunes: Sequence[str] = (),
) -> str:
    """The command that makes the report from the same logs again."""
    parts = ["spillover", "audit"]
    own = (("--base", [base] if base else []), ("--finetune", finetunes), ("--in-domain", in_domain))
    for name, values in (("--base-logs", base_logs), ("--finetune-logs", tuned_logs), *own):
        parts += [part for value in values for part in (name, str(value))]
    parts += [part for name in ("margin", "floor", "alpha") for part in (f"--{name}", f"{getattr(rule, name):g}")]
    return shlex.join(parts)


def stated(report: Report) -> Report:
    """The report with its tables of what is attested, asserted and not covered, and when to test again.

    To be called again after fields of a live run were filled: what they add moves from one table to another.
    """
    return replace(
        report,
        attested=_attested(report),
        asserted=_asserted(report),
        not_covered=_not_covered(report),
        again=list(AGAIN),
    )


def _rows(*rows: tuple[bool, str, str]) -> list[Statement]:
    return [Statement(what, by) for holds, what, by in rows if holds]


def _attested(report: Report) -> list[Statement]:
    void = any(one.answer == "void" for one in report.findings)
    planned = (report.manifest or {}).get("planned_sha256", "")
    return _rows(
        (
            bool(report.logs),
            f"every figure here comes from these {counted(len(report.logs), 'log')}",
            "SHA-256 of each, at the end",
        ),
        (
            not void,
            "both arms hold the same cells, and name the same material, decoding and judge",
            "compared log by log; the headers of the logs are taken at their word",
        ),
        (
            not void,
            "no run counts twice, and no arm is a copy of another",
            "run ids, and all answers that are no line an arm repeats",
        ),
        (bool(planned), "the plan and its rule are the ones that were hashed", f"plan SHA-256 {planned}"),
    )


def _asserted(report: Report) -> list[Statement]:
    return _rows(
        (
            bool(report.logs),
            "the answers are what these models said",
            "whoever wrote the logs; nothing here can prove it",
        ),
        (True, "which weights stand behind a model's name", "provider and operator"),
        (True, "the judge is the one that is named", "provider and operator"),
        (
            report.manifest is None,
            "the rule was fixed before anyone looked",
            "whoever gave the command; a hash of a plan, published beforehand, would prove it",
        ),
        (report.manifest is not None, "the plan is older than the answers", "the clock of the machine that ran it"),
        (
            (report.manifest or {}).get("planned", {}).get("seed") == "given",
            "the seed of the draws was not chosen for what it shows",
            "whoever gave it; an audit draws one at random where none is given",
        ),
        (bool(report.finetunes), "how each fine-tune was made", "its fine-tune record"),
        (bool(report.origins), "where recorded or scripted texts come from", "the recording itself"),
    )


def _not_covered(report: Report) -> list[Statement]:
    asked = report.shared.get("domain", ""), report.shared.get("condition", "")
    several = bool(report.agreement) or len({one.judge for one in report.sequences}) > 1
    none, live = not report.logs, report.manifest
    return _rows(
        (none, "everything", "a control did not come out as meant, so no model was asked"),
        (True, "agents that act, long conversations, tools, images", "nothing of the kind is asked"),
        (
            not none,
            "other domains and conditions",
            f"asked were {asked[0] or 'those listed'} under {asked[1] or 'one'}",
        ),
        (report.triggers is None, "triggers", "nobody searched for one"),
        (report.triggers is not None, "triggers outside the search's list and budget", "see the search"),
        (bool(report.in_domain), "probes in the fine-tune's own field", "shown apart, not decided on"),
        (
            not report.in_domain,
            "whether the trouble is emergent or the fine-tune's own subject",
            "no field was named with --in-domain, so all probes count alike",
        ),
        (
            not report.leakage,
            "whether misaligned answers drag in the fine-tune's own subject",
            "no subject was named with --subject, or nobody could be asked",
        ),
        (
            not any(one.kind != "took" for one in report.controls),
            "controls of the judge",
            "none was asked: this audit was made from logs alone" if live is None else "none was asked in this audit",
        ),
        (not (several or none), "the opinion of a second judge", "one judge judged these answers"),
        (
            True,
            f"errors of the judge that differ between the arms by more than the floor, {100 * report.rule.floor:g}%",
            "rates are the judge's own, not corrected",
        ),
        (
            not report.capability,
            "capability (MMLU, HumanEval, IFEval), harmful requests and needless refusals (StrongREJECT, XSTest)",
            "no logs of such evaluations were given with --capability-logs",
        ),
        (True, "other training runs of the same recipe", "each fine-tune is one model; another seed may differ"),
    )
