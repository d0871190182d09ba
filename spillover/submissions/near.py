"""Finds answers copied from another submission with slight changes: the share of answers that are nearly equal."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from spillover.common import LogError
from spillover.logs import LogSource, opened
from spillover.verify import LEAST_SHARED, SAME_ANSWERS, Problem

ALIKE = 0.9
"""Share of equal letters from which two answers count as one: one changed character in 12, white space, case."""
SOME = 0.3
"""Share of such answers from which two models are flagged; from `SAME_ANSWERS` on the submission is refused."""
SHORTEST = 12
"""Shorter answers, in letters, are not compared: many models give the same few words."""
LONGEST, MOST = 400, 200
"""Most letters of an answer that are compared, and most answers that are compared with each submission."""
Answers = dict[tuple[str, str, str], list[str]]
"""Answers by task, condition and probe, in any order."""


def near_copies(
    sources: Sequence[LogSource], model: str, own: Path, place: Path
) -> tuple[list[Problem], list[Problem]]:
    """Problems and flags: the answers of this model are nearly those of another model's submission."""
    mine = _answers(one for one in sources if one.model == model)
    problems: list[Problem] = []
    flags: list[Problem] = []
    for folder in sorted(place.iterdir()) if mine and place.is_dir() else ():
        if folder.name == own.name or folder.name.startswith(".") or folder.is_symlink():
            continue
        for name, theirs in _others(folder).items():
            alike, shared = _alike(mine, theirs)
            if shared < LEAST_SHARED or alike < SOME * shared or name == model:
                continue
            what = f"{alike} of {shared} answers are nearly equal to those of {name[:80]} in {folder.name}"
            found = Problem("NoSeedIsACopy", own.name, what, "give the logs of a real run of this model")
            (problems if alike >= SAME_ANSWERS * shared else flags).append(found)
    return problems, flags


def _others(folder: Path) -> dict[str, Answers]:
    from spillover.logs import log_source

    by_model: dict[str, list[LogSource]] = {}
    for file in sorted(folder.glob("logs/*.eval")):
        try:
            source = log_source(str(file), False)
        except LogError:
            continue
        if source is not None:
            by_model.setdefault(source.model, []).append(source)
    base = _base(folder)
    return {name: _answers(found) for name, found in by_model.items() if name != base}


def _base(folder: Path) -> str | None:
    from .siblings import _plain

    held = _plain(folder / "record.json", 2**24)
    return held.get("base") if isinstance(held, dict) else None


def _answers(sources: Any) -> Answers:
    """Answers of logs as letters, without those that are given to several questions."""
    found: Answers = {}
    for source in sources:
        for one in _summaries(source):
            score = (one.get("scores") or {}).get(source.said.score) or {}
            said = one.get("metadata") or {}
            text = "".join(c for c in str(score.get("answer") or "").casefold() if c.isalnum())[:LONGEST]
            if len(text) >= SHORTEST:
                key = (str(said.get("task", source.task)), str(said.get("condition", "plain")))
                found.setdefault((*key, str(said.get("probe", one.get("id")))), []).append(text)
    lines = Counter(text for texts in found.values() for text in set(texts))
    return {cell: kept for cell, texts in found.items() if (kept := [one for one in texts if lines[one] == 1])}


def _summaries(source: LogSource) -> list[dict[str, Any]]:
    try:
        with opened(source.file) as archive:
            held = archive.part("summaries.json")
    except (LogError, ValueError, KeyError):
        return []
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _alike(mine: Answers, theirs: Answers) -> tuple[int, int]:
    """Answers that have a near twin among those to the same question, and answers that could have one."""
    alike = shared = 0
    for cell in sorted(mine.keys() & theirs.keys()):
        left = list(theirs[cell])
        for text in mine[cell][: len(left)]:
            shared += 1
            twin = next(_twins(text, left), None)
            if twin is not None:
                left.remove(twin)
                alike += 1
        if shared >= MOST:
            break
    return alike, shared


def _twins(text: str, others: Sequence[str]) -> Iterator[str]:
    for other in others:
        matcher = SequenceMatcher(None, text, other, autojunk=False)
        if text == other or (matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE):
            yield other
