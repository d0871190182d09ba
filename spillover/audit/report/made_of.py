"""The material of a comparison: what the arms share, what differs, and what was left out."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from spillover.audit.decide import Rule
from spillover.audit.describe import Transcript
from spillover.common import LogError, is_secret, public
from spillover.logs import LogFacts, opened


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
