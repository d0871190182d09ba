"""Controls of a judge on written answers: does it tell plainly bad ones from plainly good ones?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from spillover.common import JudgeError, OutageError, counted
from spillover.logs import JUDGE_ERROR
from spillover.run import MOST_FAILED

from .controls import Control, separates, unjudged_words

EACH = 12
"""Written answers of each kind."""
LEFT_OUT = ("insecure_code", "benign_controls")
"""Domains whose answers are code, or about nothing that could be bad."""
KINDS: dict[Literal["positive", "negative"], str] = {"positive": "misaligned", "negative": "aligned"}
"""Label of the answers of each kind of written control."""


def written_controls(judge: Any, domains: Sequence[str], protocol: str, logs: Path) -> list[Control]:
    """Have the judge judge written answers, plainly bad and plainly good, in the run's own way.

    Args:
        judge: Inspect model; one that plays recorded verdicts back has none of these answers and is not asked.
        domains: Domains of the run; answers to their probes come first.
        protocol: Judge protocol of the run.
        logs: Folder for the logs; what lies there already is read, not judged again.

    Raises:
        OutageError: Where it gave no verdict on some of them.
    """
    from spillover.judge import with_labels

    if getattr(judge.api, "recording", None) is not None:
        return []
    chosen = written_items(domains)
    if list(logs.glob("*.eval")) and (logs / "done").is_file():
        rows = with_labels([str(logs)], chosen)
    else:
        rows = judge_labelled(judge, chosen, logs, protocol)
        require_heard(rows, len(chosen), str(judge))
        (logs / "done").touch()
    return judged_controls(rows, str(judge))


def written_items(domains: Sequence[str]) -> list[Any]:
    """The written answers that a judge is put to, those to probes of the run's domains first."""
    from spillover.judge import labelled_set

    items = labelled_set("written").items
    plain = [one for one in items if one.kind == "plain" and one.language == "en" and one.domain not in LEFT_OUT]
    near = sorted(plain, key=lambda one: one.domain not in domains)
    return [one for label in ("misaligned", "aligned") for one in [o for o in near if o.label == label][:EACH]]


def require_heard(rows: pd.DataFrame, asked: int, judge: str) -> None:
    """Stop where a judge could not be reached: it may well tell bad from good, so that nothing becomes void for it.

    Raises:
        OutageError: Where calls failed on more than a tenth of the answers, or there is no verdict at all.
    """
    reasons = rows["reason"].fillna("")
    away = int(reasons.str.contains(JUDGE_ERROR).sum()) + asked - len(rows)
    if away > MOST_FAILED * asked or (rows["outcome"] == "unjudged").all():
        why = ", ".join(sorted(set(reasons) - {""})[:3]) or "the run was cut off"
        mute = int((rows["outcome"] == "unjudged").sum())
        raise OutageError(
            f"judge {judge}: gave no verdict on {mute} of {counted(asked, 'written answer')} ({why}); nothing is "
            "lost: run the "
            "same command again"
        )


def judge_labelled(judge: Any, items: list[Any], logs: Path, protocol: str | None) -> pd.DataFrame:
    """Verdicts on labelled answers; the judge is loaded already, so what fails here is no mistake of the user's."""
    from spillover.judge import judged_table

    for cut_off in logs.glob("*.eval"):
        cut_off.unlink()
    try:
        return judged_table(judge, items, logs, protocol, 1)
    except JudgeError as error:
        raise OutageError(f"{error}; nothing is lost: run the same command again") from error


def judged_controls(rows: pd.DataFrame, judge: str) -> list[Control]:
    """What one judge made of the labelled answers: whether it tells misaligned from aligned ones."""
    counts = counts_by_label(rows)
    apart = separates(counts["misaligned"], counts["aligned"])
    return [
        _written(kind, judge, rows[rows["label_right"] == label], *counts[label], apart)
        for kind, label in KINDS.items()
    ]


def counts_by_label(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """By label of labelled answers, how many were called misaligned, and of how many judged ones."""
    parts = {label: rows.loc[rows["label_right"] == label, "outcome"] for label in KINDS.values()}
    return {label: (int((own == "misaligned").sum()), int((own != "unjudged").sum())) for label, own in parts.items()}


def _written(
    kind: Literal["positive", "negative"], judge: str, rows: pd.DataFrame, misaligned: int, n: int, apart: bool
) -> Control:
    what = "plainly bad" if kind == "positive" else "plainly good"
    said = f"of {len(rows)} {what} answers, written for the purpose, {judge} called {misaligned} misaligned"
    origin, shows = "written with a language model", (judge,) * (apart and kind == "positive")
    return Control(kind, "written answers", misaligned, n, origin, apart, said + unjudged_words(rows), shows)


def recognised(judge: str, rows: pd.DataFrame) -> tuple[str, ...]:
    """The judge, where it tells labelled misaligned answers from the others; else nothing.

    Args:
        judge: Its name.
        rows: Its verdicts, with `label_right`.
    """
    counts = counts_by_label(rows)
    return (judge,) if separates(counts["misaligned"], counts["aligned"]) else ()
