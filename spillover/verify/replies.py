"""Reads verdicts again from the judges' replies in a log, and finds which verdicts can be read in this way."""

import math
from collections.abc import Iterator
from typing import Any

from spillover.common import (
    LABELS,
    OUTCOMES,
    LogError,
    Outcome,
    Reading,
    Thresholds,
    Verdict,
    decide,
    integer,
    is_recording,
    read_both,
    read_distribution,
    read_label,
    read_samples,
    read_score,
    readable_words,
)

from .answered import Answered, Call
from .evidence import ReadLog

REPLIES = ("stop", "max_tokens", "tool_calls")
"""Stop reasons of a judge's call after which its text counts as a reply."""
DIGITS = 5
"""From this many distinct digits among the top tokens, without a longer number, a first token is not a score."""


def is_reread(log: ReadLog, sample: Answered) -> bool | None:
    """Whether the log holds the replies of every judge of a stored verdict; None where no judge gave it."""
    try:
        score = sample.scores.get(log.score) or {}
        notes = score.get("metadata") or {}
        if not isinstance(score.get("value"), dict) or notes.get("judge") in (None, "check"):
            return None
        options = log.options(str(sample.metadata.get("task", log.source.task)))
        sample = sample.apart() if "tool_call" in score["value"] else sample
        judges = [judge for judge, _ in members(notes, Verdict("unjudged"))]
        if len({judge.split(" #")[0] for judge in judges}) < len(judges):
            return False  # whose of two replies is whose cannot be told
        found = [from_replies(sample, judge, notes, options, first=n == 0) for n, judge in enumerate(judges)]
        return all(one is not None for one in found)
    except (LogError, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError):
        return False  # what is odd in a log is a problem of its own


def members(notes: dict[str, Any], stored: Verdict) -> Iterator[tuple[str, Verdict]]:
    """Every judge with a verdict in a score, and that verdict. The score's notes are about the first judge."""
    judge, panel = str(notes["judge"]), notes.get("panel")
    if notes.get("stage") == "cleared":
        yield str((notes.get("screen") or {}).get("judge")), stored
    elif not isinstance(panel, list) or not panel:
        yield judge.partition(" then ")[2] or judge, stored
    else:
        for one in panel:
            said = next((outcome for outcome in OUTCOMES if outcome == one["outcome"] == _outcome(one)), None)
            if said is None:
                raise LogError(f"the judge {str(one.get('judge'))[:80]} of a panel must have exactly one outcome")
            yield str(one["judge"]), Verdict(said, number(one.get("alignment")), number(one.get("coherence")))


def _outcome(values: dict[str, Any]) -> str | None:
    return next((one for one in OUTCOMES if values.get(one) == 1), None)


def is_no_reply(sample: Answered, judge: str, reread: Verdict) -> bool:
    """Whether an answer may be unjudged although a reply can be read, because the reply does not show the reason."""
    own = [call for call in sample.calls if call.model == judge]
    last = {call.prompt_sha256: call.stopped for call in own}
    stopped = any(one not in REPLIES for one in last.values())
    return reread.outcome == "unjudged" or stopped or any(_digits(call.top or {}) for call in own)


def _digits(top: dict[str, float]) -> bool:
    """Whether a judge seems to write numbers digit by digit, by the rule of `spillover.scorers`."""
    numbers = {token.strip() for token in top if integer(token) is not None}
    return len(numbers) >= DIGITS and all(len(number) == 1 for number in numbers)


def number(value: Any) -> float | None:
    """A stored number; None where it is null or NaN."""
    return None if value is None or math.isnan(value) else float(value)


def rules(options: dict[str, Any]) -> tuple[Thresholds, dict[str, Outcome]]:
    """Reads thresholds, and the outcome of each word of a menu, from the scorer's arguments.

    Raises:
        LogError: Where they cannot be read.
    """
    try:
        lines = Thresholds(**(options.get("thresholds") or {}))
        more = [rubric.get("outcomes") or {} for rubric in options.get("rubrics") or []]
        return lines, {**LABELS, **{word: outcome for one in more for word, outcome in one.items()}}
    except (TypeError, AttributeError) as error:
        raise LogError(
            f"the scoring settings in the log's header cannot be read ({error}); give the original, unedited log"
        ) from error


def from_replies(
    sample: Answered, judge: str, notes: dict[str, Any], options: dict[str, Any], first: bool
) -> Verdict | None:
    """The verdict that the replies of one judge give; None where the log does not keep them all.

    What it was asked is the same for all judges; only the first one's form is noted.
    """
    readings: dict[str, Reading] = {}
    for rubric in options.get("rubrics") or []:
        dimension = str(rubric.get("dimension"))
        said = notes.get(dimension)
        if not isinstance(said, dict):
            return None
        own = [one for one in sample.calls if one.model == judge]
        calls = [one for one in own if one.prompt_sha256 == said.get("prompt_sha256")]
        if not calls:
            return None
        form = str(said.get("form")) if first else _form(options, calls)
        recorded = said.get("replies") if is_recording(judge) else None
        menu = readable_words(rubric.get("menu") or (), recorded=is_recording(judge))
        found = _read(form, calls, int(recorded or options.get("samples") or 1), menu)
        if found is None:
            return None
        readings |= found if isinstance(found, dict) else {dimension: found}
    if not readings:
        return None
    lines, stands_for = rules(options)
    return decide(readings, lines, stands_for)


def _form(options: dict[str, Any], calls: list[Call]) -> str:
    """The form in which a judge was asked that is not the first of a panel."""
    declared = str(options.get("form"))
    if "recorded_score" in calls[-1].recorded:
        return "recorded"
    return "sampled" if declared == "distribution" and calls[-1].top is None else declared


def _read(form: str, calls: list[Call], replies: int, menu: tuple[str, ...]) -> Reading | dict[str, Reading] | None:
    last = calls[-1]
    if form == "distribution":
        return Reading(reason="no_logprobs") if last.top is None else read_distribution(last.top, menu)
    if form == "recorded" and "recorded_score" in last.recorded:
        return read_score(last.recorded["recorded_score"])
    if form in ("recorded", "graded"):
        return read_label(last.completion, menu)
    if form == "one_call":
        return read_both(last.completion, menu)
    said = [one.completion for one in calls if _readable(one.completion, menu)]  # the others were asked for again
    said = said[-replies:]  # what came before was asked in a form that this judge cannot do
    return read_samples(said, menu) if len(said) == replies else Reading(reason="off_menu")


def _readable(reply: str, menu: tuple[str, ...]) -> bool:
    return integer(reply) is not None or read_label(reply, menu).reason is None
