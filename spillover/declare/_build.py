"""From a declaration to an Inspect task."""

from dataclasses import replace
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig

from spillover.errors import DeclarationError
from spillover.estimate import MEANS
from spillover.scorers import METRICS, Rubric, judged, load_rubric, require_judge
from spillover.solvers import Condition, ask

from ._check import choose
from ._declaration import Declaration, load
from ._material import fingerprint, material
from ._probes import Probe, declared_probes, read_probes
from ._upstream import Questions, upstream_questions


def build(
    name: str,
    *,
    condition: str = "plain",
    judge: str | None = None,
    probes: str | None = None,
    questions: str | None = None,
    formats: str | list[str] = "plain",
) -> Task:
    """Build a shipped task.

    Args:
        name: Id of the declaration.
        condition: Id of a declared condition.
        judge: Id of a declared judge protocol (never a model); the declaration's own where None.
        probes: A file of probes instead of the declared ones.
        questions: For a replication: name of a question set, or a file in the same layout.
        formats: For a replication: formats of the questions, a list or separated by commas.

    Raises:
        DeclarationError: Where a name is unknown or a file cannot be read.
        JudgeError: Where a run would have nobody to judge its answers.
    """
    declared = load(name)
    protocol = choose("judge", judge or declared.judge, declared.judges)
    put = Condition(id=condition, **choose("condition", condition, declared.conditions))
    asked = _asked(declared, probes, questions, formats.split(",") if isinstance(formats, str) else formats)
    require_judge(protocol.default)
    rubrics = [_with_prompt(load_rubric(rubric), asked.prompts) for rubric in protocol.rubrics]
    sha = fingerprint(material(declared, asked.probes, {condition: put}, {protocol.form: protocol}, rubrics))
    return Task(
        dataset=MemoryDataset([_sample(probe, condition) for probe in asked.probes], name=declared.id),
        solver=ask({k: v for k, v in put.as_dict().items() if v}, material_sha256=sha),
        scorer=judged(
            protocol.form,
            [rubric.as_dict() for rubric in rubrics],
            declared.thresholds,
            protocol.default,
            protocol.samples,
            protocol.retries,
        ),
        metrics=[choose("metric", metric, METRICS)() for metric in _metrics(declared, rubrics)],
        headline_metric=HeadlineMetric(metric=declared.metrics[0]),
        config=GenerateConfig(**declared.decoding),
        epochs=Epochs(declared.epochs, []),
        version=declared.version,
        metadata=_metadata(declared, sha, condition, judge or declared.judge),
        continue_on_fail=True,
    )


def _asked(declared: Declaration, probes: str | None, questions: str | None, formats: list[str]) -> Questions:
    if "upstream" in declared.probes:
        return upstream_questions(declared.id, declared.probes["upstream"], questions, formats)
    return Questions(read_probes(probes) if probes else declared_probes(declared.id, declared.probes), {})


def _with_prompt(rubric: Rubric, prompts: dict[str, str]) -> Rubric:
    if rubric.upstream is None:
        return rubric
    if rubric.upstream not in prompts:
        raise DeclarationError(
            f"the question file has no judge prompt `{rubric.upstream}`; it has {', '.join(prompts)}"
        )
    return replace(rubric, prompt=prompts[rubric.upstream])


def _metrics(declared: Declaration, rubrics: list[Rubric]) -> list[str]:
    """The declared metrics, less the mean of what this judge protocol does not score."""
    scored = {rubric.dimension for rubric in rubrics}
    return [name for name in declared.metrics if name not in MEANS or MEANS[name] in scored]


def _sample(probe: Probe, condition: str) -> Sample:
    metadata: dict[str, Any] = {"probe": probe.id, "cluster": probe.cluster, "condition": condition}
    if probe.system:
        metadata["system"] = probe.system
    return Sample(id=probe.id, input=probe.text, target="", metadata=metadata)


def _metadata(declared: Declaration, sha: str, condition: str, judge: str) -> dict[str, Any]:
    return {"material_sha256": sha, "domain": declared.id, "condition": condition, "judge_protocol": judge}
