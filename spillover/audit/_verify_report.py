"""A report held against the logs beside it: their hashes, the counts, and the answer, decided again from the logs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.errors import LogError
from spillover.run import Design
from spillover.verdicts import OUTCOMES, Problem, Verified, log_files, read
from spillover.verdicts._archive import file_sha256

from ._common import on_common
from ._gate import Finding, Rule, overall
from ._panel import judge_panel
from ._sequence import read_sequence

CLAIMS = ("regression", "no regression")
"""Answers that say something; "cannot tell" and "void" may have reasons beyond the answers in logs."""
NAMES = ("ReportAgreesWithLogs", "AnswerFollowsFromLogs")
FIX = "take report and logs from their run, or audit the logs again"


def verify_report(file: Path, logs: Sequence[Path] = ()) -> Verified:
    """Hold a report against its logs.

    Args:
        file: `report.json`.
        logs: Where its logs lie; below its folder where none is given.

    Raises:
        LogError: Where none of its logs is there.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        named = {str(one["sha256"]): str(one["log"]) for one in said["logs"]}
        there = _found(named, list(logs) or [file.parent])
        if named and not there:
            raise LogError(f"{file}: its logs do not lie beside it; give --logs DIR")
        wrong, notes = _looked_at(said, named, there)
    except (ValueError, TypeError, KeyError, AttributeError, OSError, RecursionError) as error:
        wrong, notes, there = [(NAMES[0], f"not a report of an audit ({type(error).__name__})")], [], {}
    problems = [Problem(name, str(file), what, FIX) for name, what in wrong]
    what = f"{file.parent.name}/{file.name}"
    return Verified(problems, list(NAMES), len(there), 0, None, what=what, notes=tuple(notes))


def _found(named: Mapping[str, str], places: Sequence[Path]) -> dict[str, Path]:
    """By hash, the logs that a report names."""
    names, found = set(named.values()), {}
    for place in places:
        for log in (
            [Path(one) for one in log_files(str(place))] if place.is_file() or any(place.rglob("*.eval")) else []
        ):
            if log.name in names and (sha := file_sha256(log)) in named:
                found[sha] = log
    return found


def _looked_at(
    said: Mapping[str, Any], named: Mapping[str, str], there: Mapping[str, Path]
) -> tuple[list[tuple[str, str]], list[str]]:
    """What does not hold, each under the name of its invariant, and what was not looked at."""
    gone = [name for sha, name in named.items() if sha not in there]
    if gone:
        return [(NAMES[0], f"its log {name} is not here or has another hash") for name in gone], []
    findings = said["findings"]
    if said["answer"] != overall(Finding(one["model"], one["answer"], []) for one in findings):
        return [(NAMES[0], f"answers {said['answer']!r}, which does not follow from its findings")], []
    if not there:
        return [], ["names no log: no model was asked"]
    rows = _rows(there.values())
    wrong = [(NAMES[0], one) for one in _counts(said, rows)]
    if said["rule"].get("version") != Rule().version:
        return wrong, ["decided under another rule than this version's; the answer was not decided again"]
    wrong += [(NAMES[1], one) for one in _answers(said, rows)]
    return wrong, []


def _rows(logs: Any) -> pd.DataFrame:
    """Answers of all logs, each with the folder of its log: that of its part of a run."""
    frames = [read([str(log)]).assign(chunk=log.parent.name) for log in logs]
    return pd.concat(frames, ignore_index=True)


def _outside(rows: pd.DataFrame, in_domain: Sequence[str]) -> pd.DataFrame:
    own = set(in_domain)
    return rows[[not (set(str(tags).split()) & own) for tags in rows["tags"]]]


def _pair(said: Mapping[str, Any], rows: pd.DataFrame, model: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of base and fine-tune; of the base those of the parts that the fine-tune was asked."""
    tuned, base = (rows[rows["model"] == name] for name in (model, said["base"]))
    live = said.get("manifest") is not None
    return base[base["chunk"].isin(set(tuned["chunk"]))] if live else base, tuned


def _counts(said: Mapping[str, Any], rows: pd.DataFrame) -> Iterator[str]:
    for model, counts in said["outcomes"].items():
        own = rows[rows["model"] == model]
        if model == said["base"] and said.get("manifest") is not None:
            compared = [one["model"] for one in said["findings"] if one["model"] in said["outcomes"]]
            own = own[own["chunk"].isin(set(rows.loc[rows["model"].isin(compared), "chunk"]))]
        own = _outside(own, said["in_domain"])
        if said.get("manifest") is None:
            own = _compared(said, rows, model, own)
        found = own["outcome"].value_counts()
        for name in OUTCOMES:
            if int(counts.get(name, 0)) != int(found.get(name, 0)):
                yield f"{model}: counts {counts.get(name, 0)} {name.replace('_', ' ')}, its logs {found.get(name, 0)}"


def _compared(said: Mapping[str, Any], rows: pd.DataFrame, model: str, own: pd.DataFrame) -> pd.DataFrame:
    """Answers of a model that an audit of logs compares; of the base those that any fine-tune is compared with."""
    others = [one["model"] for one in said["findings"] if one["model"] in said["outcomes"]]
    base = model == said["base"]
    pairs = [_pair(said, rows, one) for one in (others if base else [model])]
    cut = [on_common(*(_outside(part, said["in_domain"]) for part in pair))[0 if base else 1] for pair in pairs]
    return own[own.index.isin({at for one in cut for at in one.index})]


def _answers(said: Mapping[str, Any], rows: pd.DataFrame) -> Iterator[str]:
    rule = Rule(**{one.name: said["rule"][one.name] for one in fields(Rule)})
    searched = said.get("triggers") or {}
    for finding in said["findings"]:
        model, answer = finding["model"], finding["answer"]
        if answer not in CLAIMS or (answer == "regression" and (searched.get(model) or {}).get("found")):
            continue
        found = _decided(said, _pair(said, rows, model), rule, model)
        if found != answer:
            yield f"{model}: says {answer!r}, its logs give {found!r}"


def _decided(said: Mapping[str, Any], pair: tuple[pd.DataFrame, pd.DataFrame], rule: Rule, model: str) -> str:
    planned = (said.get("manifest") or {}).get("planned") or {}
    if planned.get("stop_early"):
        design = planned["design"]
        lists = {name: tuple(design[name]) for name in ("domains", "conditions")}
        judges = max(1, len(planned["judges"]))
        return read_sequence(Design(**{**design, **lists}), *pair, judges, rule, said["in_domain"]).answer
    base, tuned = (_outside(rows, said["in_domain"]) for rows in pair)
    return judge_panel(*(on_common(base, tuned) if not planned else (base, tuned)), rule, model).answer
