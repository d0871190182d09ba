"""From a declaration to an Inspect task."""

from dataclasses import replace
from typing import Any, Unpack

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Scorer

from spillover.common import DeclarationError, inspect_errors, plan_digest
from spillover.estimate import MEANS
from spillover.scorers import METRICS, PANELS, Rubric, judged, load_rubric, require_judge
from spillover.solvers import Condition, ask

from .anchor import anchor_folder, anchor_questions
from .arguments import file_value, words
from .check import choose
from .declaration import Declaration, JudgeProtocol, load
from .decoding import decoded
from .material import material
from .probes import Probe, read_probes
from .replayed import check_replayed, recorded_epochs, recorded_facts
from .source import Source, dataset_source
from .splits import asked_probes
from .task_options import TaskArguments, TaskOptions
from .upstream import Questions, upstream_questions


@inspect_errors
def build(name: str, **given: Unpack[TaskArguments]) -> Task:
    """Build a shipped task.

    Args:
        name: Id of the declaration.
        **given: See `TaskOptions`.

    Raises:
        DeclarationError: Where a name is unknown or a file cannot be read.
        HubError: Where the revision cannot be had.
        JudgeError: Where a run would have nobody to judge its answers.
    """
    options = TaskOptions(**given)
    declared = decoded(load(name), options.decoding)
    protocol = choose("judge", options.judge or declared.judge, declared.judges)
    put = Condition(id=options.condition, **choose("condition", options.condition, declared.conditions))
    source = dataset_source(options.revision)
    asked = _asked(declared, options, source)
    choose("panel rule", options.panel, dict.fromkeys(PANELS))
    require_judge(protocol.judge, options.cascade)
    check_replayed()
    domains = [probe.domain for probe in asked.probes]
    rubrics = [_with_prompt(load_rubric(rubric), asked.prompts).for_domains(domains) for rubric in protocol.rubrics]
    parts = ({put.id: put}, {protocol.form: protocol}, rubrics, options.system_as_user)
    sha = plan_digest(material(declared, asked.probes, *parts))
    told = {k: v for k, v in put.as_dict().items() if v}
    return Task(
        dataset=MemoryDataset([_sample(probe, put.id) for probe in asked.probes], name=declared.id),
        solver=ask(told, material_sha256=sha, system_as_user=options.system_as_user),
        scorer=_scorer(declared, protocol, rubrics, options),
        metrics=[choose("metric", metric, METRICS)() for metric in _metrics(declared, rubrics)],
        headline_metric=HeadlineMetric(metric=declared.metrics[0]),
        config=GenerateConfig(**declared.decoding),
        epochs=Epochs(recorded_epochs(asked.probes, put.id) or declared.epochs, []),
        version=declared.version,
        metadata=_metadata(declared, sha, put.id, options.judge or declared.judge)
        | {"split": options.split, "language": options.language, "dataset": source.said}
        | recorded_facts(),
        continue_on_fail=True,
    )


def _asked(declared: Declaration, options: TaskOptions, source: Source) -> Questions:
    """The questions: of another study, of a file of the user's own, or of the dataset."""
    if "upstream" in declared.probes:
        return upstream_questions(
            declared.id, declared.probes["upstream"], options.questions, words("formats", options.formats)
        )
    if "anchor" in declared.probes:
        return Questions(_anchor(declared, options.questions), {})
    if options.probes is not None:
        return Questions(read_probes(options.probes), {})
    part = (options.split, options.language, options.heldout, source.data)
    return Questions(asked_probes(declared.id, declared.probes, *part), {})


def _anchor(declared: Declaration, questions: str | None) -> list[Probe]:
    given = None if questions is None else str(file_value("questions", questions))
    folder, missing = anchor_folder(declared.probes["anchor"], given)
    if folder is None:
        files = ", ".join(declared.probes["anchor"]["files"])
        raise DeclarationError(f"{declared.id}: {missing}; give -T questions=FOLDER with {files}")
    return anchor_questions(declared.probes["anchor"], folder).probes


def _scorer(declared: Declaration, protocol: JudgeProtocol, rubrics: list[Rubric], options: TaskOptions) -> Scorer:
    return judged(
        protocol.form,  # type: ignore[arg-type]
        [rubric.as_dict() for rubric in rubrics],
        declared.thresholds,
        protocol.judge,
        protocol.samples,
        protocol.retries,
        declared.checks,
        options.panel,  # type: ignore[arg-type]
        options.cascade,
    )


def _with_prompt(rubric: Rubric, prompts: dict[str, str]) -> Rubric:
    if rubric.upstream is None:
        return rubric
    if rubric.upstream not in prompts:
        raise DeclarationError(
            f"the question file has no judge prompt `{rubric.upstream}`; rename one of its prompts to this "
            f"name ({', '.join(prompts)}), or choose another -T judge"
        )
    return replace(rubric, prompt=prompts[rubric.upstream])


def _metrics(declared: Declaration, rubrics: list[Rubric]) -> list[str]:
    """The declared metrics, less the mean of what this judge protocol does not score."""
    scored = {rubric.dimension for rubric in rubrics}
    scored |= {"alignment", "coherence"} if "both" in scored else set()
    return [name for name in declared.metrics if name not in MEANS or MEANS[name] in scored]


def _sample(probe: Probe, condition: str) -> Sample:
    return Sample(id=probe.id, input=probe.text, target="", metadata=sample_metadata(probe, condition))


def sample_metadata(probe: Probe, condition: str) -> dict[str, Any]:
    """What a sample says of its probe and condition."""
    metadata: dict[str, Any] = {"probe": probe.id, "cluster": probe.cluster, "condition": condition}
    extra = {"system": probe.system, "domain": probe.domain, "turns": list(probe.turns), "key": probe.key}
    extra["tags"] = list(probe.tags)
    return metadata | {name: value for name, value in {**extra, "pair": probe.pair}.items() if value}


def _metadata(declared: Declaration, sha: str, condition: str, judge: str) -> dict[str, Any]:
    return {"material_sha256": sha, "domain": declared.id, "condition": condition, "judge_protocol": judge}
