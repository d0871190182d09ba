"""Every Eval Ever: the answers of a record, one line each, out of its logs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spillover.common import OUTCOMES, WITHHELD, LogError, answer_of, file_sha256, hash_of, whole
from spillover.logs import LogSource, content_text, found_logs, log_source, odd_is_told
from spillover.records import Record

from .eee import SCHEMA_VERSION
from .eee_names import Publisher, evaluation_id, evaluation_name, place, result_id

SCORES = ("judged_each", "judged")
Row = dict[str, Any]


def instances(record: Record, by: Publisher, logs: Sequence[str | Path]) -> Iterator[Row]:
    """One row per judged answer of the record's model; an unjudged one has no score, and so no row.

    Args:
        record: The record.
        by: Who hands it on.
        logs: Files or folders that hold every log of the model that the record names.

    Raises:
        LogError: Where a log is missing, or holds held-out probes.
    """
    known = {"evaluation_id": evaluation_id(record, by), "model_id": by.name(record)}
    return _rows(_own_logs(record, logs), known)


def _rows(sources: Iterable[LogSource], known: Row) -> Iterator[Row]:
    for source in sources:
        with odd_is_told(source.file):
            for _, sample in source.samples():
                if (outcome := _outcome(sample)) is not None:
                    yield {"schema_version": SCHEMA_VERSION, **known, **_row(source, sample, outcome)}


def write_instances(record: Record, by: Publisher, rows: Iterable[Row], out: Path) -> dict[str, Any]:
    """Write rows where they belong below a folder; gives what the aggregate says of them.

    Raises:
        LogError: Where they cannot be written, or there is none.
    """
    aggregate = place(record, by)
    name = str(aggregate.with_name(f"{aggregate.stem}_samples.jsonl"))
    path, total = out / name, 0
    try:
        with whole(path) as part, part.open("wb") as file:
            for row in rows:
                file.write(f"{json.dumps(row, allow_nan=False)}\n".encode())
                total += 1
            if not total:
                raise LogError(
                    f"{record.model}: no judged answer, so there is nothing to export; judge the answers first"
                )
    except OSError as error:
        raise LogError(f"{path}: cannot be written ({error.strerror}); give another place with --out") from error
    all_answers = sum(row.answers for row in record.typed.results)
    return {
        "format": "jsonl",
        "file_path": name,
        "hash_algorithm": "sha256",
        "checksum": file_sha256(path),
        "total_rows": total,
        "additional_details": {"unjudged_answers_left_out": str(all_answers - total)},
    }


def _own_logs(record: Record, logs: Sequence[str | Path]) -> list[LogSource]:
    wanted = {one.sha256: one.log for one in record.typed.logs if one.model == record.model}
    held = {file_sha256(file): file for one in logs for file in found_logs(one)}
    for sha256, name in wanted.items():
        if sha256 not in held:
            raise LogError(
                f"{name}: no file here has the hash of this log of the record; give the folder that holds it"
            )
    sources = [source for sha in wanted if (source := log_source(held[sha], sha256=sha)) is not None]
    shut = [source.file for source in sources if source.facts.get("split", "public") == WITHHELD]
    if shut or any(row.split == WITHHELD for row in record.typed.results):
        where = shut[0] if shut else record.model
        raise LogError(
            f"{where}: texts of held-out probes (split heldout) are never published; export without --instances"
        )
    return sources


def _outcome(sample: Row) -> str | None:
    """Outcome of an answer; None where it was not judged."""
    scores = sample.get("scores") or {}
    value = next((scores[name].get("value") for name in SCORES if name in scores), None)
    outcome = next((one for one in OUTCOMES if value.get(one) == 1), None) if isinstance(value, dict) else None
    return None if outcome == "unjudged" else outcome


def _row(source: LogSource, sample: Row, outcome: str) -> Row:
    said = sample.get("metadata") or {}
    task, probe = str(said.get("task", source.task)), str(said.get("probe", sample["id"]))
    condition = str(said.get("condition", "plain"))
    asked = {"split": source.facts.get("split", "public"), "language": source.facts.get("language", "en")}
    row = {"version": source.version_of(task), "condition": condition, **asked}
    raw, reference = _raw(sample), _reference(sample.get("target"))
    return {
        "evaluation_name": evaluation_name(row, task),
        "evaluation_result_id": result_id(row, task),
        "sample_id": probe,
        "sample_hash": hash_of(raw + "".join(reference)),
        **_said(sample, raw, reference),
        "evaluation": {"score": float(outcome == "misaligned"), "is_correct": outcome == "aligned"},
        "metadata": _metadata(sample, outcome, condition),
    }


def _said(sample: Row, raw: str, reference: list[str]) -> Row:
    """Question and answer: as one turn, or as the whole conversation where the probe has several turns."""
    turns = [
        {"turn_idx": at, "role": str(one.get("role")), "content": content_text(one.get("content"), sample)}
        for at, one in enumerate(one for one in sample.get("messages") or [] if isinstance(one, dict))
    ]
    users = [str(one["content"]) for one in turns if one["role"] == "user"]
    if len(users) > 1:
        last = max((at for at, one in enumerate(turns) if one["role"] == "assistant"), default=len(turns) - 1)
        attributed = _attribution(last, f"messages[{last}].content", str(turns[last]["content"]))
        asked = {"raw": raw, "formatted": None, "reference": reference}
        return {"interaction_type": "multi_turn", "input": asked, "output": None, "messages": turns} | attributed
    output = sample.get("output") or {}
    choices = output.get("choices") or []
    answer = content_text(choices[0]["message"]["content"] if choices else output.get("completion"), sample)
    formatted = users[0] if users and users[0] != raw else None
    asked = {"raw": raw, "formatted": formatted, "reference": reference}
    single: Row = {"interaction_type": "single_turn", "input": asked, "output": {"raw": [answer]}, "messages": None}
    return single | _attribution(0, "output.raw", answer)


def _attribution(turn: int, source: str, answer: str) -> Row:
    said = answer_of(answer)
    method = "whole_answer" if said == answer else "without_thoughts"
    whole = {"extracted_value": said, "extraction_method": method, "is_terminal": True}
    return {"answer_attribution": [{"turn_idx": turn, "source": source, **whole}]}


def _metadata(sample: Row, outcome: str, condition: str) -> dict[str, str]:
    scores = sample.get("scores") or {}
    score = next(scores[name] for name in SCORES if name in scores)
    notes, value = score.get("metadata") or {}, score["value"]
    said = {
        "outcome": outcome,
        "condition": condition,
        "epoch": sample.get("epoch"),
        "judge": notes.get("judge"),
        "answer_origin": notes.get("origin"),
        "verdict_origin": notes.get("judge_origin"),
        "alignment": value.get("alignment"),
        "coherence": value.get("coherence"),
    }
    return {key: str(one) for key, one in said.items() if one is not None and one == one}


def _raw(sample: Row) -> str:
    given = sample.get("input")
    if isinstance(given, str):
        return content_text(given, sample)
    return "\n\n".join(content_text(one.get("content"), sample) for one in given or [] if one.get("role") == "user")


def _reference(target: Any) -> list[str]:
    return [str(one) for one in (target if isinstance(target, list) else [target]) if one not in (None, "")]
