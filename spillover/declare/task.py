"""From a declaration to an Inspect task."""

from dataclasses import replace
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig

from spillover.common import DeclarationError
from spillover.estimate import MEANS
from spillover.scorers import METRICS, PANELS, Rubric, judged, load_rubric, require_judge
from spillover.solvers import Condition, ask

from .arguments import one_value, words
from .check import choose
from .declaration import Declaration, load
from .decoding import decoded
from .material import fingerprint, material
from .probes import Probe, read_probes
from .replayed import check_replayed, recorded_epochs, recorded_facts
from .source import dataset_source
from .splits import asked_probes
from .upstream import Questions, upstream_questions


def build(
    name: str,
    *,
    condition: str = "plain",
    judge: str | None = None,
    probes: str | None = None,
    questions: str | None = None,
    formats: str | list[str] = "plain",
    split: str = "public",
    language: str = "en",
    heldout: str | None = None,
    revision: str | None = None,
    panel: str = "first",
    cascade: float | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Build a shipped task.

    Args:
        name: Id of the declaration.
        condition: Id of a declared condition.
        judge: Id of a declared judge protocol (never a model); the declaration's own where None.
        probes: A file of probes instead of the declared ones.
        questions: For a replication: name of a question set, or a file in the same layout.
        formats: For a replication: formats of the questions, a list or separated by commas.
        split: `public`, `paraphrases` (with their originals), `practice` or `heldout`.
        language: `en`, or one for which translations exist.
        heldout: File of held-out probes, or `hf:ORG/NAME@REVISION`, for that split.
        revision: Version tag, branch or commit of the dataset on the Hub, `[ORG/NAME@]REVISION`; the package's own
            copy where None.
        panel: How several judges make one verdict: `first`, `majority` or `worst`.
        decoding: What is decoded otherwise than declared: `temperature`, `max_tokens`, `top_p`, `reasoning_effort`,
            `reasoning_tokens`.
        system_as_user: Whether a system prompt stands at the head of the first user turn, for a model that has no
            system role.
        cascade: Share, in (0, 1], of what a cheap judge (model role `screen`) clears that the grader sees as well.

    Raises:
        DeclarationError: Where a name is unknown or a file cannot be read.
        HubError: Where the revision cannot be had.
        JudgeError: Where a run would have nobody to judge its answers.
    """
    judge, condition, panel = one_value("judge", judge), one_value("condition", condition), one_value("panel", panel)
    split, language, revision = (
        one_value(option, given) for option, given in (("split", split), ("language", language), ("revision", revision))
    )
    declared = decoded(load(name), decoding)
    protocol = choose("judge", judge or declared.judge, declared.judges)
    put = Condition(id=condition, **choose("condition", condition, declared.conditions))
    formats = words("formats", formats)
    source = dataset_source(revision)
    if "upstream" in declared.probes:
        asked = upstream_questions(declared.id, declared.probes["upstream"], questions, formats)
    elif probes is not None:
        asked = Questions(read_probes(probes), {})
    else:
        asked = Questions(asked_probes(declared.id, declared.probes, split, language, heldout, source.data), {})
    choose("panel rule", panel, dict.fromkeys(PANELS))
    require_judge(protocol.judge, _share(cascade))
    check_replayed()
    domains = [probe.domain for probe in asked.probes]
    rubrics = [_with_prompt(load_rubric(rubric), asked.prompts).for_domains(domains) for rubric in protocol.rubrics]
    sha = fingerprint(
        material(declared, asked.probes, {condition: put}, {protocol.form: protocol}, rubrics, system_as_user)
    )
    return Task(
        dataset=MemoryDataset([_sample(probe, condition) for probe in asked.probes], name=declared.id),
        solver=ask({k: v for k, v in put.as_dict().items() if v}, material_sha256=sha, system_as_user=system_as_user),
        scorer=judged(
            protocol.form,
            [rubric.as_dict() for rubric in rubrics],
            declared.thresholds,
            protocol.judge,
            protocol.samples,
            protocol.retries,
            declared.checks,
            panel,  # type: ignore[arg-type]
            cascade,
        ),
        metrics=[choose("metric", metric, METRICS)() for metric in _metrics(declared, rubrics)],
        headline_metric=HeadlineMetric(metric=declared.metrics[0]),
        config=GenerateConfig(**declared.decoding),
        epochs=Epochs(recorded_epochs(asked.probes, condition) or declared.epochs, []),
        version=declared.version,
        metadata=_metadata(declared, sha, condition, judge or declared.judge)
        | {"split": split, "language": language, "dataset": source.said}
        | recorded_facts(),
        continue_on_fail=True,
    )


def _share(cascade: float | None) -> float | None:
    number = isinstance(cascade, int | float) and not isinstance(cascade, bool)
    if cascade is not None and not (number and 0 < cascade <= 1):
        raise DeclarationError(f"cascade={cascade!r}: must be a share above 0 and at most 1, as 0.1")
    return cascade


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
