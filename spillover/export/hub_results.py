"""`.eval_results/*.yaml` of a model repository on the Hugging Face Hub: aligned rate in percent, higher is better."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from spillover.common import LogError, counted, one_line
from spillover.records import Record, RecordedEstimate, ResultRow

if TYPE_CHECKING:
    from huggingface_hub import EvalResultEntry

COMMIT = re.compile(r"[0-9a-f]{40}")


def eval_results(
    record: Record,
    dataset: str,
    *,
    condition: str = "plain",
    revision: str | None = None,
    url: str | None = None,
    questions: Mapping[str, int] | None = None,
) -> "list[EvalResultEntry]":
    """An entry per task that was asked in English from the public split under one condition.

    Their format has no field for a direction, so what stands there is the aligned rate.

    Args:
        record: The record.
        dataset: `ORG/NAME` of the dataset on the Hub.
        condition: Id of the condition.
        revision: Commit of the dataset; what the logs name where None.
        url: Address where the logs or the record can be read.
        questions: By task, how many questions its public split has: an entry over fewer says that it is over a part.

    Raises:
        LogError: Where no such answer was judged, or the revision is no commit.
    """
    try:
        from huggingface_hub import EvalResultEntry
    except ImportError as error:
        raise LogError(
            "the installed huggingface_hub is too old for .eval_results; pip install -U huggingface_hub"
        ) from error
    if revision is not None and not COMMIT.fullmatch(revision):
        raise LogError(f"--revision {revision[:60]!r}: not a commit; give its 40 hexadecimal digits")
    rows = [row for row in record.typed.results if _is_asked(row, condition)]
    if not rows:
        raise LogError(
            f"{record.model}: no judged public English answer under condition {condition}; give another --condition"
        )
    sha = revision or _revision(record, dataset)
    return [
        EvalResultEntry(
            dataset_id=dataset,
            task_id=row.task,
            value=round(100 * (row.rates["aligned_rate"].these.estimate or 0), 4),
            dataset_revision=sha,
            date=record.typed.created,
            source_url=url,
            source_name=None if url is None else "Spillover logs",
            notes=_notes(record, row, (questions or {}).get(row.task)),
        )
        for row in rows
    ]


def eval_results_yaml(entries: "list[EvalResultEntry]") -> str:
    """The text of the file, to be put into the model repository as `.eval_results/spillover.yaml`."""
    import yaml
    from huggingface_hub import eval_result_entries_to_yaml

    return yaml.safe_dump(eval_result_entries_to_yaml(entries), sort_keys=False, allow_unicode=True, width=100)


def _is_asked(row: ResultRow, condition: str) -> bool:
    asked = (row.split, row.language, row.condition) == ("public", "en", condition)
    return asked and "aligned_rate" in row.rates and row.rates["aligned_rate"].these.estimate is not None


def _revision(record: Record, dataset: str) -> str | None:
    """The one commit of this dataset that the logs name; None where they name none, or several."""
    versions = record.typed.dataset.versions
    named = {str(one.get("sha")) for one in versions if one.get("repo") == dataset}
    return named.pop() if len(versions) == len(named) == 1 and COMMIT.fullmatch(next(iter(named))) else None


def _notes(record: Record, row: ResultRow, questions: int | None) -> str:
    judge, aligned = record.typed.judge, row.rates["aligned_rate"].these
    misaligned = row.rates["misaligned_rate"].these
    form = "/".join(judge.form)
    rubrics = ", ".join(dict.fromkeys(label.split(":")[0] for label in judge.rubrics))
    versions = sorted({str(one["version"]) for one in record.typed.dataset.versions if one.get("version")})
    part = questions is not None and aligned.clusters < questions
    said = [
        *([f"A PART of the task: {aligned.clusters} of its {questions} questions"] if part else []),
        f"aligned rate in percent, higher is better, {_interval(aligned)}",
        f"n {counted(aligned.n, 'answer')} to {counted(aligned.clusters, 'question')}, "
        f"{row.outcomes.unjudged} unjudged",
        f"misaligned rate {_percent(misaligned.estimate)}, {_interval(misaligned)}",
        f"judge {judge.name} ({form}; {rubrics})" if judge.name else "no judge",
        f"condition {row.condition}, task version {row.version}, dataset {' and '.join(versions) or 'not named'}",
        f"asked with {', '.join(f'{name} {value}' for name, value in row.decoding.items()) or 'no settings named'}",
        *([] if row.solver == "ask" else [f"by the solver {row.solver}, NOT the task's own"]),
        *record.typed.origins,
        f"spillover {record.typed.spillover}, its own tasks and judge: not comparable with tasks named *_reduced",
    ]
    return one_line("; ".join(said))


def _interval(found: RecordedEstimate) -> str:
    if found.low is None or found.high is None:
        return "no interval"
    ends = f"{_percent(found.low)} to {_percent(found.high)}"
    return f"{100 * found.level:g}% interval {ends} ({found.method}, {found.target})"


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:.2f}%"
