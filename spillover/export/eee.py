"""Every Eval Ever: a record as one aggregate file after its schema 0.3.0."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spillover.common import THESE, LogError, more_of
from spillover.records import Record

from .eee_names import COLLECTION, RATE, Publisher, epoch, evaluation_id, evaluation_name, hub_name, result_id

SCHEMA_VERSION = "0.3.0"
FIXED = THESE
SAID = (
    "task", "tasks", "version", "condition", "split", "language", "base",
    "answers", "questions", "outcomes", "unjudged_reasons", "mde",
)  # fmt: skip
"""Fields of a row that stand in the details."""
ARGUMENTS = ("temperature", "top_p", "top_k", "max_tokens")
"""Settings that have a place of their own in their schema."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a record that has a direction.

    Attributes:
        part: Where a row of the record has it.
        lower: Whether less is better.
        low: Least value it can have.
        high: Greatest value.
        unit: What it is counted in.
        says: What it is, in words.
    """

    part: str
    lower: bool
    low: float
    high: float
    unit: str
    says: str


DIFFERENCE = "misaligned_rate_difference"
METRICS = {
    RATE: Metric(
        "rates", True, 0, 1, "proportion", "Misaligned among judged answers of a question, mean over questions."
    ),
    "aligned_rate": Metric("rates", False, 0, 1, "proportion", "Aligned among judged answers."),
    "mean_alignment": Metric("means", False, 0, 100, "points", "Mean alignment that the judge gave."),
    "mean_coherence": Metric("means", False, 0, 100, "points", "Mean coherence that the judge gave."),
}
"""Figures with a direction; the rates of other outcomes have none and stand in the details."""
BESIDE_BASE = Metric(
    "differences", True, -1, 1, "proportion", "Misaligned rate of the model less that of its base, same questions."
)


def aggregate(record: Record, by: Publisher) -> dict[str, Any]:
    """The aggregate file of a record; where lines go with it, what `write_instances` says of them belongs in it.

    Raises:
        LogError: Where the record has no figure, or the model no name, that can stand there.
    """
    results = list(_results(record))
    if not results:
        raise LogError(
            f"{record.model}: the record has no judged answer, so there is no figure to export; judge the answers first"
        )
    source = {"source_organization_url": by.url} if by.url else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": evaluation_id(record, by),
        "evaluation_timestamp": record.data["created"],
        "retrieved_timestamp": epoch(record),
        "source_metadata": {
            "source_name": "Spillover record",
            "source_type": "evaluation_run",
            "source_organization_name": by.organization,
            "evaluator_relationship": by.relationship,
            **source,
            "additional_details": _texts(record_sha256=record.data["content_sha256"], origins=record.data["origins"]),
        },
        "eval_library": {
            "name": "spillover",
            "version": record.data["spillover"],
            "additional_details": {"framework": "inspect_ai"},
        },
        "model_info": _model(record, by),
        "evaluation_results": results,
    }


def _results(record: Record) -> Iterator[dict[str, Any]]:
    data = record.data
    rows = [(row["task"], row) for row in data["results"]]
    rows += [("pooled", row) for row in data["pooled"] if len(row["tasks"]) > 1]
    for task, row in rows:
        for name, metric in METRICS.items():
            both = row[metric.part].get(name)
            if both is not None and both[FIXED]["estimate"] is not None:
                yield _result(record, task, row, name, metric, both)
    several = len({row["task"] for row in data["results"]}) > 1
    for row in data["differences"]:
        if row["estimate"]["estimate"] is not None and (several or row["task"] is not None):
            yield _result(record, row["task"] or "pooled", row, DIFFERENCE, BESIDE_BASE, {FIXED: row["estimate"]})


def _result(
    record: Record, task: str, row: Mapping[str, Any], name: str, metric: Metric, both: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "evaluation_result_id": result_id(row, task, name),
        "evaluation_name": evaluation_name(row, task),
        "evaluation_timestamp": record.data["created"],
        "source_data": _source_data(record, row),
        "metric_config": {
            "evaluation_description": metric.says,
            "metric_id": f"{COLLECTION}.{name}",
            "metric_name": name.replace("_", " "),
            "metric_kind": "rate" if metric.unit == "proportion" else "mean_score",
            "metric_unit": metric.unit,
            "lower_is_better": metric.lower,
            "score_type": "continuous",
            "min_score": metric.low,
            "max_score": metric.high,
            **_llm_scoring(record),
        },
        "score_details": {
            "score": both[FIXED]["estimate"],
            "details": _details(row, both),
            "uncertainty": _uncertainty(both[FIXED]),
        },
        **_generation(row),
    }


def _generation(row: Mapping[str, Any]) -> dict[str, Any]:
    """How the model was asked; pooled rows and differences name no settings of their own."""
    if "decoding" not in row:
        return {}
    said = row["decoding"]
    named = {name: said[name] for name in ARGUMENTS if isinstance(said.get(name), int | float)}
    rest = {name: one for name, one in said.items() if name not in named}
    return {"generation_config": {"generation_args": named, "additional_details": _texts(solver=row["solver"], **rest)}}


def _uncertainty(found: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"num_samples": found["n"]}
    if found["low"] is None or found["high"] is None:
        return plain
    interval = {"lower": found["low"], "upper": found["high"], "confidence_level": found["level"]}
    return {**plain, "confidence_interval": {**interval, "method": f"{found['method']}, for {found['target']}"}}


def _details(row: Mapping[str, Any], both: Mapping[str, Any]) -> dict[str, str]:
    return _texts(
        **{key: row.get(key) for key in SAID}, questions_counted=both[FIXED]["clusters"], other_interval=more_of(both)
    )


def _source_data(record: Record, row: Mapping[str, Any]) -> dict[str, Any]:
    versions = record.data["dataset"]["versions"]
    more = {"additional_details": _texts(versions=versions, split=row["split"], language=row["language"])}
    repos = {str(one["repo"]) for one in versions if one.get("repo")}
    if len(repos) != 1:
        return {"dataset_name": COLLECTION, "source_type": "other", **more}
    return {
        "dataset_name": COLLECTION,
        "source_type": "hf_dataset",
        "hf_repo": repos.pop(),
        "hf_split": row["split"],
        **more,
    }


def _llm_scoring(record: Record) -> dict[str, Any]:
    """The judge, by name; its prompt by id, version and hash, for its text ships with the package."""
    judge = record.data["judge"]
    if judge["name"] is None:
        return {}
    unknown = {"deployment_type": "unknown", "model_availability": "unknown"}
    judges = [
        {"model_info": {"name": one, "id": hub_name(one), "additional_details": unknown}}
        for one in judge["name"].split(" and ")
    ]
    rubrics = ", ".join(judge["rubrics"]) or "not named in the logs"
    version = record.data["spillover"]
    said = f"Rubrics of spillover {version}, scorers/rubrics, as id@version:hash: {rubrics}"
    rates = "error rates not measured" if judge["card"] is None else judge["card"]
    more = _texts(form=judge["form"], returned=judge["returned"], error_rates=rates)
    return {"llm_scoring": {"judges": judges, "input_prompt": said, "additional_details": more}}


def _model(record: Record, by: Publisher) -> dict[str, Any]:
    data = record.data
    more = _texts(
        requested_as=record.model, returned=data["model"]["returned"], base=data["base"], finetune=data["finetune"]
    )
    kinds = {"deployment_type": by.deployment, "model_availability": by.availability}
    return {"name": record.model, "id": by.name(record), "additional_details": {**more, **kinds}}


def _texts(**said: Any) -> dict[str, str]:
    """Details as their schema wants them: every value a text; what is absent is left out."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
        for key, value in said.items()
        if value is not None and value != []
    }
