"""From a declaration to an Inspect task."""

import hashlib
import json
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig

from spillover.estimate import MEANS
from spillover.scorers import METRICS, Rubric, judged, load_rubric
from spillover.solvers import Condition, ask

from ._check import choose
from ._declaration import Declaration, load
from ._probes import Probe, declared_probes, read_probes


def build(name: str, *, condition: str = "plain", judge: str | None = None, probes: str | None = None) -> Task:
    """Build a shipped task.

    Args:
        name: Id of the declaration.
        condition: Id of a declared condition.
        judge: Id of a declared judge protocol (never a model); the declaration's own where None.
        probes: A file of probes instead of the declared ones.

    Raises:
        DeclarationError: Where a name is unknown or a file cannot be read.
    """
    declared = load(name)
    protocol = choose("judge", judge or declared.judge, declared.judges)
    put = Condition(id=condition, **choose("condition", condition, declared.conditions))
    asked = read_probes(probes) if probes else declared_probes(name, declared.probes)
    rubrics = [load_rubric(rubric) for rubric in protocol.rubrics]
    material = {
        "probes": [probe.as_dict() for probe in asked],
        "condition": put.as_dict(),
        "decoding": declared.decoding,
        "judge": protocol.as_dict(),
        "rubrics": [rubric.as_dict() for rubric in rubrics],
        "thresholds": declared.thresholds,
    }
    sha = hashlib.sha256(json.dumps(material, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Task(
        dataset=MemoryDataset([_sample(probe, condition) for probe in asked], name=declared.id),
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
