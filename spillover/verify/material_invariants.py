"""What must hold of rubrics and material: they are what the hashes were taken of and what was shipped."""

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
"""Material and solver of a log in which a judge judges answers that were written beforehand."""


class RubricHashMatchesVersion(Invariant):
    """Every verdict names a rubric that the header holds, and a shipped version is what was shipped."""

    fix = "a changed rubric needs a new version; rescore with the rubric that it says it is"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        held = [rubric for options in log.every_options() for rubric in options.get("rubrics") or []]
        labels = {f"{one.get('id')}@{one.get('version')}:{rubric_sha256(one)}" for one in held}
        named = {label for one in log.samples for label in rubric_labels(one.scores.get(log.score) or {})}
        for label in sorted(named - labels if held else set()):
            yield f"verdicts name the rubric {label[:40]}..., but the text in the header has another hash"
        if given.shipped is None:
            return
        for one in held:
            domains = sorted(one.get("sections") or {})
            shipped = given.shipped.rubric(str(one.get("id")), int(one.get("version") or 0), domains)
            own = {rubric_sha256(one), rubric_sha256({**one, "prompt": ""})}  # another study's prompt is not shipped
            if shipped is not None and shipped not in own:
                yield f"rubric {one.get('id')}@{one.get('version')} is not what was shipped under this version"


class MaterialHashMatchesVersion(Invariant):
    """Probes, condition, rubrics and thresholds are those that the log's material hash was taken of."""

    fix = "changed material needs a new version; run the task again as it is"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        declared = log.source.material
        if declared == LABELLED:
            yield from _not_labelled(log)
            return
        if log.source.model == NO_MODEL:
            yield "names no model that gave its answers"
        for step in (log.source.header.get("plan") or {}).get("steps") or []:
            given_to = (step.get("params") or {}).get("material_sha256")
            if given_to is not None and given_to != declared:
                yield "the solver was given another material hash than the header declares"
        told = list(_asked_otherwise(log, given.shipped))
        yield from told
        texts = (given.shipped.questions(log.source) if given.shipped is not None else None) or {}
        found = material_sha256(log, list(texts))
        if found is not None and found != declared and not told:
            yield "what the log says was asked, how decoded and how judged does not have the hash that it declares"
        if given.shipped is None:
            return
        shipped = given.shipped.material(log.source)
        if shipped is not None and shipped != declared:
            yield f"{log.source.task} {log.source.version} was shipped with other material"
        other = [one.id for one in log.samples if one.id in texts and one.input != texts[one.id]]
        if other:
            yield (
                f"{counted(len(other), 'probe was', 'probes were')} asked in other words than "
                f"{log.source.version} has (first: {other[0]})"
            )
        yield from _not_the_tasks_own(log, texts)
        judged = given.shipped.scorer(log.source)
        if judged is not None and json.loads(json.dumps(judged)) != log.scorer_options():
            yield f"{log.source.task} {log.source.version} is judged by other rubrics or lines than the header has"


def _not_labelled(log: ReadLog) -> Iterator[str]:
    """What a test of a judge cannot hold: its answers were written beforehand, so no model gave them."""
    if log.source.solver != GIVEN or log.source.model != NO_MODEL:
        yield f"says that its answers are labelled ones, but {log.source.model} was asked by {log.source.solver}"


def _asked_otherwise(log: ReadLog, shipped: Shipped | None) -> Iterator[str]:
    """Solvers and settings that are not the task's own: such a run is another study than its version says."""
    version, decoding = f"{log.source.task} {log.source.version}", log.source.decoding
    if log.source.solver != "ask":
        yield f"was asked by the solver {log.source.solver}, not by the task's own"
    own = None if shipped is None else shipped.asking(log.source)
    if own is not None:
        for name in sorted(decoding.keys() | own["decoding"].keys()):
            said, meant = decoding.get(name), own["decoding"].get(name)
            if said != meant:
                yield f"was asked with {name} {shown(said)}, {version} has {shown(meant)}"
        params = [step.get("params") or {} for step in steps_of(log.source.header)]
        if log.source.solver == "ask" and params != [json.loads(json.dumps(own["params"]))]:
            yield f"its solver was given another condition than {version} has"
    elif material_sha256(log) is None:
        beside = log.source.header["eval"].get("model_generate_config") or {}
        yield from (
            f"was asked with {name} {decoding[name]!r}, given beside the task" for name in beside if name in decoding
        )


def _not_the_tasks_own(log: ReadLog, texts: dict[str, str]) -> Iterator[str]:
    """Samples of a shipped task that are not in the log, or are none of it: a header may be made to fit."""
    if not texts or is_part(log.source.header["eval"]):
        return
    held = {one.id for one in log.samples}
    for ids, said in ((texts.keys() - held, "of the task are not in the log"), (held - texts.keys(), "are none of it")):
        if ids:
            yield f"{counted(len(ids), 'sample')} {said} (first: {min(ids)})"
