"""Checks rubrics and material (probes, conditions, thresholds) against their hashes and the shipped versions."""

import json
from collections.abc import Iterator

from spillover.common import counted
from spillover.logs import rubric_labels, shown, steps_of

from .everywhere import NO_MODEL
from .evidence import ReadLog, Submission
from .invariants import Invariant
from .material_hash import is_part, material_sha256, rubric_sha256
from .shipped import Shipped

LABELLED, GIVEN = "labelled answers", "spillover/given"
"""Material and solver of a log that tests a judge on answers written beforehand."""


class RubricHashMatchesVersion(Invariant):
    """Every verdict names a rubric in the header, and a rubric with a shipped version equals the shipped one."""

    fix = "rescore with the shipped rubric of this version, or give the changed rubric a new version"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        held = [rubric for options in log.every_options() for rubric in options.get("rubrics") or []]
        labels = {f"{one.get('id')}@{one.get('version')}:{rubric_sha256(one)}" for one in held}
        named = {label for one in log.samples for label in rubric_labels(one.scores.get(log.score) or {})}
        for label in sorted(named - labels if held else set()):
            yield f"verdicts name the rubric {label[:40]}..., but the rubric in the header has a different hash"
        if given.shipped is None:
            return
        for one in held:
            domains = sorted(one.get("sections") or {})
            shipped = given.shipped.rubric(str(one.get("id")), int(one.get("version") or 0), domains)
            own = {rubric_sha256(one), rubric_sha256({**one, "prompt": ""})}  # another study's prompt is not shipped
            if shipped is not None and shipped not in own:
                yield f"the rubric {one.get('id')}@{one.get('version')} differs from the one shipped under this version"


class MaterialHashMatchesVersion(Invariant):
    """Probes, condition, rubrics and thresholds have the material hash that the log declares."""

    fix = "run the shipped task unchanged, or give a changed task a new version"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        declared = log.source.material
        if declared == LABELLED:
            yield from _not_labelled(log)
            return
        if log.source.model == NO_MODEL:
            yield "the log names no model that gave its answers"
        for step in (log.source.header.get("plan") or {}).get("steps") or []:
            given_to = (step.get("params") or {}).get("material_sha256")
            if given_to is not None and given_to != declared:
                yield "the solver's material hash differs from the one that the header declares"
        told = list(_asked_otherwise(log, given.shipped))
        yield from told
        texts = (given.shipped.questions(log.source) if given.shipped is not None else None) or {}
        found = material_sha256(log, list(texts))
        if found is not None and found != declared and not told:
            yield "the log's probes, settings and rubrics do not have the material hash that the log declares"
        if given.shipped is None:
            return
        shipped = given.shipped.material(log.source)
        if shipped is not None and shipped != declared:
            yield f"the material hash differs from that of the shipped {log.source.task} {log.source.version}"
        other = [one.id for one in log.samples if one.id in texts and one.input != texts[one.id]]
        if other:
            yield (
                f"the text of {counted(len(other), 'probe')} differs from that of the shipped version "
                f"{log.source.version} (first: {other[0]})"
            )
        yield from _not_the_tasks_own(log, texts)
        judged = given.shipped.scorer(log.source)
        if judged is not None and json.loads(json.dumps(judged)) != log.scorer_options():
            version = f"{log.source.task} {log.source.version}"
            yield f"the header's rubrics or thresholds are not those of the shipped {version}"


def _not_labelled(log: ReadLog) -> Iterator[str]:
    """Checks a log that tests a judge: its answers were written beforehand, so no model was asked."""
    if log.source.solver != GIVEN or log.source.model != NO_MODEL:
        yield f"the log claims to hold labelled answers, but the solver {log.source.solver} asked {log.source.model}"


def _asked_otherwise(log: ReadLog, shipped: Shipped | None) -> Iterator[str]:
    """Solvers and settings that are not the task's own. A run with these is not a run of the version that it names."""
    version, decoding = f"{log.source.task} {log.source.version}", log.source.decoding
    if log.source.solver != "ask":
        yield f"the solver was {log.source.solver}, not the task's own solver"
    own = None if shipped is None else shipped.asking(log.source)
    if own is not None:
        for name in sorted(decoding.keys() | own["decoding"].keys()):
            said, meant = decoding.get(name), own["decoding"].get(name)
            if said != meant:
                yield f"the model was asked with {name} {shown(said)}, but the shipped {version} uses {shown(meant)}"
        params = [step.get("params") or {} for step in steps_of(log.source.header)]
        if log.source.solver == "ask" and params != [json.loads(json.dumps(own["params"]))]:
            yield f"the solver's condition differs from that of the shipped {version}"
    elif material_sha256(log) is None:
        beside = log.source.header["eval"].get("model_generate_config") or {}
        yield from (
            f"the model was asked with {name} {decoding[name]!r}, which is not a setting of the task"
            for name in beside
            if name in decoding
        )


def _not_the_tasks_own(log: ReadLog, texts: dict[str, str]) -> Iterator[str]:
    """Samples of a shipped task that are missing from the log, and samples of the log that the task does not have."""
    if not texts or is_part(log.source.header["eval"]):
        return
    held = {one.id for one in log.samples}
    for ids, said in (
        (texts.keys() - held, "of the task missing from the log"),
        (held - texts.keys(), "not of this task"),
    ):
        if ids:
            yield f"the log has {counted(len(ids), 'sample')} {said} (first: {min(ids)})"
