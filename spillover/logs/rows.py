"""The one way from a log to rows: an answer a row, from summaries, and from whole samples where summaries are cut."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import NOT_RECORDED, OUTCOMES, LogError, said_in_log, trouble

from .archive import Archive, odd_is_told, opened
from .bounds import check_bounds
from .header import DRAWS, EACH, JUDGED, Header, as_text, plain_header
from .stands import Account, account, is_invalidated

Row = dict[str, Any]
REMOVED = "Key removed from summary (> 1k)"
"""What Inspect's summaries say in place of a value of more than 1,024 characters."""
CUT = "..."
"""End of a text that Inspect's summaries cut."""
OF_SAMPLE = ("probe", "cluster", "condition", "tags", "repetition", "task")
"""Sample metadata that a row is made of."""
REPLICATION = "betley2025"
"""How the names of tasks begin that put questions in several formats."""
JUDGE_ROLES = ("grader", "screen")
"""Model roles that judge."""
_SHA_OF_NOTHING = hashlib.sha256(b"").hexdigest()

ANSWER_MISSING = "the answer or its verdict was not recorded"
VERDICT_MISSING = "the verdict on this answer was not recorded"
_OF_A_JUDGE = re.compile(r"verdict \d+ was not recorded")


@dataclass(frozen=True, slots=True)
class LogRows:
    """One log as rows.

    Attributes:
        file: Path.
        header: Its header.
        rows: A row per answer that counts, in the order of epoch and probe.
        invalidated: Rows of answers that were declared invalid.
        not_recorded: Cells that a recording lacks and was told to skip.
        account: What was planned and what became of it.
    """

    file: str
    header: Header
    rows: list[Row]
    invalidated: list[Row]
    not_recorded: int
    account: Account


@dataclass(frozen=True, slots=True)
class _Open:
    """An open log: header, summaries, and a way to one whole sample."""

    header: Header
    summaries: list[Row]
    whole: Callable[[Row], Row]


def log_rows(file: str, score: str = JUDGED, named: bool = True) -> LogRows | None:
    """Read a log, finished or not.

    Args:
        file: A log file.
        score: Name of the score.
        named: Whether somebody asked for this very log; a foreign one in a folder is passed over.

    Returns:
        None for a foreign log that nobody asked for.

    Raises:
        LogError: Where it cannot be read, was not written by a Spillover task, has no such score, or leaves out what
            decides.
    """
    with _opened(file) as log, odd_is_told(file):
        if not log.header.ours:
            if not named:
                return None
            task = str(log.header.spec.get("task"))
            raise LogError(f"{file}: task {task!r} is not a Spillover task; its answers carry no verdict")
        check_bounds(log.header.data, file)
        name = EACH if log.header.task == DRAWS and score == JUDGED else score
        if name not in (JUDGED, EACH) and not any(name in (one.get("scores") or {}) for one in log.summaries):
            raise LogError(f"{file}: has no score {name!r}; leave out --score, or rescore it first")
        return _read(file, log, name)


def _read(file: str, log: _Open, name: str) -> LogRows:
    shared, header = _shared(file, log.header), log.header
    ordered = sorted(log.summaries, key=lambda one: (one["epoch"], str(one["id"])))
    struck = _struck(log) if header.invalidated else set()
    kept: tuple[list[Row], list[Row]] = ([], [])
    skipped = 0
    for summary in ordered:
        found = (summary.get("scores") or {}).get(name)
        if found is not None and found.get("reason") == NOT_RECORDED:
            skipped += 1
            continue
        kept[_cell(summary) in struck].append(_row(shared, *_uncut(file, log, summary, name), _unscored(header)))
    held = account(Path(file).name, header, [bool(one.get("error")) for one in ordered], len(struck))
    return LogRows(file, header, kept[0], kept[1], skipped, held)


@contextmanager
def _opened(file: str) -> Iterator[_Open]:
    """A finished archive, read without Inspect; any other log through Inspect.

    Raises:
        LogError: Where it cannot be read.
    """
    with ExitStack() as stack:
        try:
            found = _by_archive(stack.enter_context(opened(file)))
        except (LogError, ValueError):
            found = _by_inspect(file)  # knows other layouts and unfinished logs, or says what is wrong
        yield found


def _by_archive(archive: Archive) -> _Open:
    def whole(summary: Row) -> Row:
        return dict(archive.part(f"samples/{summary['id']}_epoch_{summary['epoch']}.json"))

    return _Open(Header(archive.header), archive.part("summaries.json"), whole)


def _by_inspect(file: str) -> _Open:
    from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries

    try:
        header = read_eval_log(file, header_only=True)
        summaries = [one.model_dump(mode="json") for one in read_eval_log_sample_summaries(file)]
    except Exception as error:
        raise LogError(f"{file}: not a readable Inspect log ({trouble(error)})") from error

    def whole(summary: Row) -> Row:
        return dict(read_eval_log_sample(file, summary["id"], summary["epoch"]).model_dump(mode="json"))

    return _Open(Header(plain_header(header)), summaries, whole)


def _cell(summary: Mapping[str, Any]) -> tuple[str, int]:
    return str(summary["id"]), int(summary["epoch"])


def _struck(log: _Open) -> set[tuple[str, int]]:
    """Samples that were declared invalid; only the samples themselves say which."""
    return {_cell(one) for one in log.summaries if is_invalidated(log.whole(one))}


def _uncut(file: str, log: _Open, summary: Row, name: str) -> tuple[Row, Row | None]:
    """Metadata of a sample and its score, whole where the summary left out or cut what a row is made of.

    Raises:
        LogError: Where the log does not keep the sample.
    """
    said, score = summary.get("metadata") or {}, (summary.get("scores") or {}).get(name)
    notes = (score.get("metadata") or {}) if score is not None else {}
    if not any(_is_cut(said.get(part)) for part in OF_SAMPLE) and not any(map(_is_cut, notes.values())):
        return summary, score
    try:
        sample = log.whole(summary)
        if score is not None:
            score = {**score, "metadata": sample["scores"][name]["metadata"]}
        return {**summary, "metadata": sample["metadata"]}, score
    except Exception as error:
        raise LogError(
            f"{file}: {summary['id']}, epoch {summary['epoch']}: the summary leaves out part of the verdict and the "
            f"log does not keep the sample ({trouble(error)}); run the task again without --no-log-samples"
        ) from error


def _is_cut(value: Any) -> bool:
    return isinstance(value, str) and (value == REMOVED or value.endswith(CUT))


def _shared(file: str, header: Header) -> Row:
    """What all rows of a log share."""
    return {
        "log": Path(file).name,
        "task": header.task,
        "split": str(header.facts.get("split", "public")),
        "language": str(header.facts.get("language", "en")),
        "model": header.model,
        "material_sha256": header.material,
        "decoding": as_text(header.decoding),
        "solver": header.solver,
    }


def _row(log: Row, summary: Row, score: Row | None, unscored: str) -> Row:
    said = summary.get("metadata") or {}
    value = score["value"] if score is not None else None
    values = value if isinstance(value, dict) else {}
    notes = (score.get("metadata") or {}) if score is not None else {}
    outcome = next((one for one in OUTCOMES if values.get(one) == 1), "unjudged")
    reason = notes.get("reason") or (None if values else f"no verdict: {_failure(summary.get('error'), unscored)}")
    return {
        **log,
        "task": said.get("task", log["task"]),
        "probe": said.get("probe", summary["id"]),
        "cluster": said.get("cluster", summary["id"]),
        "condition": said.get("condition", "plain") + _format(log, said, summary),
        "tags": " ".join(said.get("tags") or []),
        "epoch": said.get("repetition", summary["epoch"]),
        "outcome": outcome,
        "alignment": values.get("alignment"),
        "coherence": values.get("coherence"),
        "reason": reason if outcome == "unjudged" else None,
        "rubrics": _rubrics(notes),
        "panel": _panel(notes),
        "truncated": bool(notes.get("truncated")),
        "thoughts": bool(notes.get("thoughts")),
        "seconds": summary.get("working_time"),
        "answer_sha256": _sha256((score.get("answer") or "") if score is not None else ""),
        **{name: notes.get(name) for name in ("label", "form", "judge", "judge_returned", "stage")},
        **{name: notes.get(name) for name in ("reasoning", "origin", "judge_origin")},
        **_spent(summary.get("role_usage") or {}),
    }


def _format(log: Row, said: Row, summary: Row) -> str:
    """In which format a replication put a question, where that is not the plain one; the end of the probe's id says it.

    The same questions in another format are another condition: the study that is replicated reports them apart.
    """
    if not log["task"].startswith(REPLICATION):
        return ""
    probe, cluster = str(said.get("probe", summary["id"])), str(said.get("cluster", ""))
    name = probe.removeprefix(f"{cluster}_") if cluster and probe != cluster else probe
    return f" ({name} format)" if name != probe else ""


def _failure(error: str | None, unscored: str) -> str:
    """Why a sample has no verdict, without what differs from sample to sample."""
    if error is None:
        return unscored
    if "was not recorded" in error and "RecordingError" in error:
        return VERDICT_MISSING if _OF_A_JUDGE.search(error) else ANSWER_MISSING
    return str(said_in_log(error) or " ".join(error.split())[:300])


def _unscored(header: Header) -> str:
    """Why a sample that did not fail has no verdict."""
    scored = bool((header.data.get("results") or {}).get("scores"))
    if header.status == "success" and not scored:
        return "the log was not scored; judge its answers with spillover rescore"
    return "sample did not finish"


def _rubrics(notes: Row) -> str | None:
    """Families (`id@version`) of the rubrics that the judge was shown; the full label has their hash."""
    parts = [str(one["rubric"]).split(":")[0] for one in notes.values() if isinstance(one, dict) and "rubric" in one]
    return " ".join(parts) or None


def _panel(notes: Row) -> str | None:
    """Outcome of every member of a panel, by judge, as JSON; None without a panel."""
    members = notes.get("panel")
    if members is None:
        return None
    if not isinstance(members, Sequence) or isinstance(members, str):
        raise ValueError(f"a panel is {str(members)[:80]!r}, not a list of judges")
    return json.dumps({one["judge"]: one["outcome"] for one in members})


def _spent(usage: Row) -> Row:
    """Tokens that judges read and wrote for this answer."""
    judges = [one for role, one in usage.items() if role in JUDGE_ROLES]
    return {
        "tokens_in": sum(one["input_tokens"] for one in judges),
        "tokens_out": sum(one["output_tokens"] for one in judges),
    }


def _sha256(answer: str) -> str:
    """Of as much of the answer as a summary keeps (about 1,000 characters)."""
    return hashlib.sha256(answer.encode("utf-8", "replace")).hexdigest() if answer else _SHA_OF_NOTHING
