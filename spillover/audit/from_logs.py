"""An audit from logs alone: base and fine-tunes that were run elsewhere."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.audit.decide import (
    Arm,
    Finding,
    Rule,
    contradictions,
    cut_off,
    integrity_problems,
    judge_pair,
    judge_panel,
    on_common,
    outside_domain,
    repeated,
    unequal,
)
from spillover.audit.describe import Leak, leak_judged, leakage
from spillover.audit.live import base_named, held_back, in_logs
from spillover.audit.report import Compared, Report, command, compose
from spillover.common import LogError, counted
from spillover.logs import in_words, log_facts, log_files, read, shared_verdicts
from spillover.records import named_model

"""Provider that plays recordings back."""


@dataclass(frozen=True, slots=True)
class LeakJudge:
    """The domain-leak judge of an audit of logs.

    Attributes:
        judge: Inspect model.
        subject: What the fine-tunes were trained on, in a few words.
        logs: Folder for its logs.
    """

    judge: Any
    subject: str
    logs: Path

    def told(
        self, base: str, tuned: str, pair: tuple[pd.DataFrame, pd.DataFrame], files: dict[str, dict[str, str]]
    ) -> tuple[Leak | None, str | None]:
        """What it says of one fine-tune, and why it says nothing."""
        rows = {base: pair[0], tuned: pair[1]}
        said = leak_judged(self.judge, rows, files, self.subject, self.logs / tuned.replace("/", "-"))
        return leakage(*pair, said), said.reason


def audit_logs(
    base_logs: list[str],
    tuned_logs: list[str],
    rule: Rule | None = None,
    in_domain: tuple[str, ...] = (),
    base: str | None = None,
    finetunes: tuple[str, ...] = (),
    leak: LeakJudge | None = None,
    one_recipe: bool = False,
) -> Report:
    """Compare fine-tunes with their base.

    Args:
        base_logs: Logs (files or folders) of the base.
        tuned_logs: Logs of one or more fine-tunes of it, told apart by model name.
        rule: The decision rule; the default where None.
        in_domain: Tags of the fine-tune's own field: probes that carry one are left out of the decision, shown apart.
        base: Model that is the base, where its logs lie with those of others.
        finetunes: Models that are the fine-tunes; every other model of their logs where empty.
        leak: The domain-leak judge, where misaligned answers are to be put to one.
        one_recipe: Whether the fine-tunes differ in their training seed alone.

    Raises:
        LogError: Where logs cannot be read, the base holds several models, or nothing is left to compare.
    """
    rule = rule or Rule()
    arm = _base(base_logs, base)
    tuned = _finetunes(tuned_logs, finetunes, arm.name if base else None)
    if arm.name in {one.name for one in tuned}:
        raise LogError(f"{arm.name} is both the base and a fine-tune; check --base-logs and --finetune-logs")
    _check_tags(arm, in_domain)
    files = {arm.name: _files(base_logs), **{one.name: _files(tuned_logs) for one in tuned}}
    _not_shared(arm, tuned)
    findings, apart, pairs = _compared(arm, tuned, rule, in_domain, files)
    recognised = in_logs(arm.rows, [one.rows for one in tuned], rule.margin)
    unread = {one.name: [repeated(arm.rows, one.rows), cut_off(one.rows)] for one in tuned}
    findings = [held_back(one, recognised, unread[one.model]) for one in findings]
    recipes = [[one.name for one in tuned]] if one_recipe else []
    outcome = Compared(arm, tuned, findings, pairs, rule, apart, recipes)
    own: dict[str, Any] = {"in_domain": in_domain}
    own["about"] = _about(arm, tuned, [one.model for one in findings if one.answer != "void"])
    own["reproduce"] = command(base_logs, tuned_logs, rule, in_domain, base, finetunes)
    if leak is not None:
        told = {model: leak.told(arm.name, model, pair, files) for model, pair in pairs.items()}
        own["leakage"] = [one for one, _ in told.values() if one is not None]
        notes = [f"{model}: {why}" for model, (one, why) in told.items() if one is None]
        own["notes"] = {"leakage": notes} if notes else {}
    return compose(outcome, files, **own)


def _not_shared(base: Arm, tuned: list[Arm]) -> None:
    """Check that no recorded verdict stands for an answer of the base and one of a fine-tune.

    Raises:
        LogError: Where a recording gave both the same verdicts and does not say which answer they are about.
    """
    for arm in tuned:
        if (file := shared_verdicts(base.rows, arm.rows)) is not None:
            raise LogError(
                f"{file}: gave {base.name} and {arm.name} the same recorded verdicts, because its rows do not say "
                "which answer they are about; give the verdicts of each model, with the columns `model` and `answer`"
            )


def _about(base: Arm, tuned: list[Arm], compared: list[str]) -> list[str]:
    """What a reader must know of the logs: what was planned and is there, and what is compared."""
    lines = [f"{arm.name}: {line}" for arm in (base, *tuned) for line in in_words(arm.accounts, arm.superseded)]
    pairs = [(base.rows, arm.rows, (base.name, arm.name)) for arm in tuned if arm.name in compared]
    return [*dict.fromkeys(lines), *(said for pair in pairs if (said := unequal(*pair)) is not None)]


def _base(logs: list[str], name: str | None) -> Arm:
    arms = _arms(logs, "base", (name,) if name else ())
    if len(arms) > 1:
        models = ", ".join(arm.name for arm in arms)
        raise LogError(
            f"the base logs hold {counted(len(arms), 'model')} ({models}); say which is the base with --base MODEL"
        )
    return arms[0]


def _finetunes(logs: list[str], names: tuple[str, ...], base: str | None) -> list[Arm]:
    arms = _arms(logs, "fine-tune", names)
    kept = arms if names else [arm for arm in arms if arm.name != base]
    if not kept:
        raise LogError(f"the fine-tune logs hold only the base, {base}; check --finetune-logs")
    return kept


def _check_tags(base: Arm, in_domain: tuple[str, ...]) -> None:
    tags = {tag for said in base.rows["tags"] for tag in str(said).split()}
    unknown = [tag for tag in in_domain if tag not in tags]
    if unknown:
        raise LogError(
            f"in-domain {unknown[0]!r}: no probe of the base has this tag; give one of {', '.join(sorted(tags))}"
        )


def _compared(
    base: Arm, tuned: list[Arm], rule: Rule, in_domain: tuple[str, ...], files: dict[str, dict[str, str]]
) -> tuple[list[Finding], list[Finding], dict[str, tuple[pd.DataFrame, pd.DataFrame]]]:
    """Findings out of domain and in it, and the out-of-domain rows of each comparison that is not void."""
    findings: list[Finding] = []
    apart: list[Finding] = []
    pairs: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for arm in tuned:
        problems = integrity_problems(base, arm) + contradictions(files[base.name], base)
        problems += contradictions(files[arm.name], arm)
        named = base_named(base.name, arm.name, (base.rows, arm.rows), files)
        problems += [named] if named is not None else []
        if problems:
            findings.append(Finding(arm.name, "void", problems))
            continue
        outside = [outside_domain(one.rows, in_domain) for one in (base, arm)]
        if any(rows.empty for rows in outside):
            raise LogError(
                f"{arm.name}: every probe is in-domain ({', '.join(in_domain)}); no probe is left to "
                "decide on; give fewer tags with --in-domain"
            )
        outside = list(on_common(outside[0], outside[1]))
        pairs[arm.name] = outside[0], outside[1]
        findings.append(judge_panel(outside[0], outside[1], rule, arm.name))
        if in_domain:
            inside = [one.rows.drop(index=outside_domain(one.rows, in_domain).index) for one in (base, arm)]
            apart += [judge_pair(*on_common(inside[0], inside[1]), rule, arm.name)] if not inside[0].empty else []
    return findings, apart, pairs


def _files(logs: list[str]) -> dict[str, str]:
    return {Path(file).name: file for one in logs for file in log_files(one)}


def _arms(logs: list[str], what: str, names: tuple[str, ...] = ()) -> list[Arm]:
    """The arms of logs, in the order in which they are named; all where none is."""
    table = read(list(logs))
    told, files, accounts = table.attrs["declared"], _files(logs), table.attrs["accounts"]
    there = list(dict.fromkeys(table["model"]))
    models = [named_model(name, there, f"{what} logs") for name in names] or there
    table = table[table["model"].isin(models)]
    if table.attrs.get("may_have_stopped"):
        raise LogError(
            f"the {what} logs are from an audit that may have stopped early; read the report of that audit instead"
        )
    if table["stage"].notna().any():
        raise LogError(
            f"the {what} logs come from a cascade; an audit needs the verdicts of one judge on "
            "all answers: run the task again without -T cascade"
        )
    found = []
    for model in models:
        rows = table[table["model"] == model].reset_index(drop=True)
        facts = [log_facts(files[name]) for name in dict.fromkeys(rows["log"])]
        arm = Arm(model, rows, facts, told)
        arm.accounts = [one for one in accounts if one.model == model]
        arm.superseded = {old: new for old, new in table.attrs["superseded"].items() if new in set(rows["log"])}
        found.append(arm)
    return found
