"""Check a report against the logs beside it: hashes, counts, and the result, decided again from the logs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from spillover.audit.decide import Finding, Rule, on_common, outside_domain, overall
from spillover.audit.live import require_as_it_ended
from spillover.audit.report import Outline, ReportShape
from spillover.common import (
    OUTCOMES,
    DeclarationError,
    LogError,
    RunError,
    Shape,
    file_sha256,
    misfits,
    strict_json,
    trouble,
)
from spillover.logs import COLUMNS, log_files, read
from spillover.verify import Problem, Verified, manifest_of

from .answers import Case, decided, triggers_again
from .controls import Arms, controls_again
from .plan import range_problems, rule_problems
from .planned import Manifest, Planned

NAMES = ("ReportAgreesWithLogs", "AnswerFollowsFromLogs", "FilesAreThoseItEndedWith")
BESIDE = "rates, intervals and tables beside the answer were not computed again"
NOT_READ = {
    "leakage": "what the domain-leak judge said was not read again",
    "capability": "other evaluations of the models were not read again",
}
"""Parts of a report that are not read again, and how that is said."""
FIX = "copy report and logs again from the run that wrote them, or audit the logs again"
S = TypeVar("S", bound=Shape)


def verify_report(file: Path, logs: Sequence[Path] = ()) -> Verified:
    """Hold a report against its logs.

    Args:
        file: `report.json`.
        logs: Where its logs lie; below its folder where none is given.

    Raises:
        LogError: Where none of its logs is there.
    """
    try:
        said = strict_json(file.read_bytes(), numbers=False)
        outline = _typed(Outline, said)
        there = _found(outline, list(logs) or [file.parent])
        if outline.logs and not there:
            raise LogError(f"{file}: the report's logs are not beside it; give their folder with --logs DIR")
        wrong, notes = _looked_at(said, outline, there, file.parent)
        wrong += [(NAMES[2], one) for one in _moved(file.parent)]
    except (ValueError, TypeError, KeyError, AttributeError, OSError, RecursionError) as error:
        wrong, notes, there = [(NAMES[0], f"not a report of an audit ({trouble(error)})")], [], {}
    problems = [Problem(name, str(file), what, FIX) for name, what in wrong]
    what = f"{file.parent.name}/{file.name}"
    return Verified(problems, list(NAMES), len(there), 0, None, what=what, notes=tuple(notes))


def _typed(shape: type[S], said: object) -> S:
    """Plain data as a shape.

    Raises:
        ValueError: Where they are of another shape.
    """
    for one in misfits(shape, said)[:1]:
        raise ValueError(f"{one.path}: {one.words}")
    return shape.model_validate(said)


def _found(outline: Outline, places: Sequence[Path]) -> dict[str, Path]:
    """By hash, the logs that a report names."""
    names, hashes = {one.log for one in outline.logs}, {one.sha256 for one in outline.logs}
    found = {}
    for place in places:
        for log in (
            [Path(one) for one in log_files(str(place))] if place.is_file() or any(place.rglob("*.eval")) else []
        ):
            if log.name in names and (sha := file_sha256(log)) in hashes:
                found[sha] = log
    return found


def _looked_at(
    said: object, outline: Outline, there: Mapping[str, Path], place: Path
) -> tuple[list[tuple[str, str]], list[str]]:
    """What does not hold, each under the name of its invariant, and what was not looked at."""
    named = {one.sha256: one.log for one in outline.logs}
    gone = [name for sha, name in named.items() if sha not in there]
    if gone:
        return [
            (NAMES[0], f"the log {name} that the report names is not here or has another hash") for name in gone
        ], []
    if outline.answer != overall(Finding(one.model, one.answer, []) for one in outline.findings):
        return [(NAMES[0], f"the report answers {outline.answer!r}, which does not follow from its findings")], []
    rows = _rows(sorted(there.values(), key=lambda one: (one.parent.name, one.name)))
    wrong = [(NAMES[0], one) for one in _counts(outline, rows)] if there else []
    if outline.rule.version != Rule().version:
        return wrong, [
            "the audit was decided under another rule than this version's; neither answer nor "
            "controls were decided again"
        ]
    report = _typed(ReportShape, said)
    manifest = None if report.manifest is None else _typed(Manifest, report.manifest)
    wrong += [(NAMES[0], one) for one in rule_problems(report, manifest, place)]
    if any(range_problems(report)):
        return wrong, [
            "no audit takes the decision rule of this report; neither answer nor controls were decided again"
        ]
    again, others, notes = _decided_again(report, manifest, rows, there, place)
    wrong += [(NAMES[0], one) for one in others]
    wrong += [(NAMES[1], one) for one in again]
    return wrong, [*notes, BESIDE, *(words for part, words in NOT_READ.items() if getattr(report, part))]


def _decided_again(
    report: ReportShape, manifest: Manifest | None, rows: pd.DataFrame, there: Mapping[str, Path], place: Path
) -> tuple[list[str], list[str], list[str]]:
    """Answers that the logs do not give, controls and searches that are other ones, and what was not decided again."""
    planned = None if manifest is None else manifest.plan()
    arms = _arms(report, planned, rows, there)
    controls = controls_again([one.control() for one in report.controls], place, arms)
    triggers, wrong, notes = triggers_again(report, planned, place)
    case = Case(report, planned, arms, rows.attrs.get("declared", {}), controls, triggers)
    again = []
    for finding in report.findings:
        try:
            found, why = decided(case, finding.model)
        except DeclarationError as error:  # a file of questions that is not on this machine
            return [], [*controls.wrong, *wrong], [*controls.notes, *notes, f"answers were not decided again: {error}"]
        if found != finding.answer:
            again.append(f"{finding.model}: says {finding.answer!r}, its logs give {found!r} ({why})")
    return again, [*controls.wrong, *wrong], [*controls.notes, *notes]


def _arms(report: ReportShape, planned: Planned | None, rows: pd.DataFrame, there: Mapping[str, Path]) -> Arms:
    paths = {log.name: str(log) for log in there.values()}
    files = {str(model): {log: paths[log] for log in own["log"].unique()} for model, own in rows.groupby("model")}
    models = [one.model for one in report.findings if one.model in files]
    live = planned is not None
    pairs = {model: _reset(*_pair(report.base, rows, model, live)) for model in models}
    seed = int(planned.design.get("seed") or 0) if planned else 0
    return Arms(report.base, pairs, rows[rows["model"] == report.base], files, seed)


def _reset(base: pd.DataFrame, tuned: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return base.reset_index(drop=True), tuned.reset_index(drop=True)


def _moved(place: Path) -> list[str]:
    """Files of a finished audit that are not those that it ended with."""
    manifest = manifest_of(place)
    done = manifest.get("done") if isinstance(manifest, dict) else None
    try:
        require_as_it_ended(place, done if isinstance(done, dict) else {})
    except RunError as error:
        return [str(error).removeprefix(f"{place}: ").partition(";")[0] + ")"]
    return []


def _rows(logs: Sequence[Path]) -> pd.DataFrame:
    """Answers of all logs, each with the folder of its log: that of its part of a run."""
    if not logs:
        return pd.DataFrame(columns=[*COLUMNS, "chunk"])
    frames = [read([str(log)]).assign(chunk=log.parent.name) for log in logs]
    found = pd.concat(frames, ignore_index=True)
    found.attrs["declared"] = {log: one for frame in frames for log, one in frame.attrs.get("declared", {}).items()}
    return found


def _pair(base: str, rows: pd.DataFrame, model: str, live: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of base and fine-tune; of the base of a live audit those of the parts that the fine-tune was asked."""
    tuned, own = (rows[rows["model"] == name] for name in (model, base))
    return own[own["chunk"].isin(set(tuned["chunk"]))] if live else own, tuned


def _counts(outline: Outline, rows: pd.DataFrame) -> Iterator[str]:
    for model, counts in outline.outcomes.items():
        own = rows[rows["model"] == model]
        if model == outline.base and outline.manifest is not None:
            own = own[own["chunk"].isin(set(rows.loc[rows["model"].isin(outline.compared), "chunk"]))]
        own = outside_domain(own, outline.in_domain)
        if outline.manifest is None:
            own = _compared(outline, rows, model, own)
        found = own["outcome"].value_counts()
        for name in OUTCOMES:
            if counts.get(name, 0) != int(found.get(name, 0)):
                yield f"{model}: counts {counts.get(name, 0)} {name.replace('_', ' ')}, its logs {found.get(name, 0)}"


def _compared(outline: Outline, rows: pd.DataFrame, model: str, own: pd.DataFrame) -> pd.DataFrame:
    """Answers of a model that an audit of logs compares; of the base those that any fine-tune is compared with."""
    base = model == outline.base
    models = outline.compared if base else (model,)
    pairs = [_pair(outline.base, rows, one, live=False) for one in models]
    cut = [on_common(*(outside_domain(part, outline.in_domain) for part in pair))[0 if base else 1] for pair in pairs]
    return own[own.index.isin({at for one in cut for at in one.index})]
